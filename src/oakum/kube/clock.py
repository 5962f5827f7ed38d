"""The time that an API server has, whatever the clock of this machine says."""
from __future__ import annotations

import time

from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class ServerClock:
    """Goes by the `Date` of the server's last answer (RFC 9110, section 6.6.1), to the second."""

    def __init__(self) -> None:
        self._told = ("", 0.0)

    def note(self, date: str) -> None:
        """An answer has come with this header, which may be empty."""
        if date:
            self._told = date, time.monotonic()

    def now(self) -> datetime:
        """The time there, in UTC; that of this machine while no answer has told it."""
        from datetime import UTC, datetime, timedelta
        from email.utils import parsedate_to_datetime

        date, at = self._told
        try:
            return parsedate_to_datetime(date).replace(tzinfo=UTC) + timedelta(seconds=time.monotonic() - at)
        except ValueError:
            return datetime.now(UTC)
