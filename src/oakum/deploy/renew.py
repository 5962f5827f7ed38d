"""Objects that are to change again after a while (kapp spec, section 3.10)."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from oakum.deploy.errors import InputError
from oakum.deploy.resource import PREFIX, Resource
from oakum.duration import parse_duration
from oakum.gotime import parse_rfc3339

DURATION = PREFIX + "renew-duration"
LAST = PREFIX + "last-renewed-time"


def renew(new: Sequence[Resource], existing: Mapping[str, Resource], now: datetime | None = None) -> None:
    """Put the time of the last renewal on wanted objects whose time has come, in place. Raises InputError.

    `existing` is by unique key.
    """
    now = now or datetime.now(UTC)
    for r in new:
        text = r.annotations.get(DURATION)
        if text is None:
            continue
        try:
            period = timedelta(seconds=parse_duration(text))
        except ValueError as e:
            raise InputError(f"Unable to parse renew-duration for resource {r.description}: {e}") from e
        live = existing.get(r.key)
        if live is not None:
            _renew(r, live, period, now)


def _renew(r: Resource, live: Resource, period: timedelta, now: datetime) -> None:
    before = live.annotations.get(LAST)
    last = live.created or now
    if before is not None:
        try:
            last = max(last, parse_rfc3339(before))
        except ValueError as e:
            raise InputError(f"Unable to parse last-renewed-time for resource {r.description}: {e}") from e
    if now >= last + period:
        r.annotate(LAST, now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    elif before is not None:
        r.annotate(LAST, before)
