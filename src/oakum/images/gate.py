"""What has to hold before anything is built or pushed: asked about once, by whoever comes to that first."""
from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from oakum.errors import OakumError


class Closed(Exception):
    """The gate does not open, for `error`, which is of no image's making."""

    def __init__(self, error: OakumError) -> None:
        super().__init__(str(error))
        self.error = error


class Gate:
    """Lets everybody through once `check` has returned, and nobody after it raised. Safe to call from threads."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._lock = Lock()
        self._open = False
        self._closed: Closed | None = None

    def __call__(self) -> None:
        """Go through. Raises Closed."""
        with self._lock:
            if self._closed is None and not self._open:
                try:
                    self._check()
                    self._open = True
                except OakumError as error:
                    self._closed = Closed(error)
            if self._closed is not None:
                raise self._closed
