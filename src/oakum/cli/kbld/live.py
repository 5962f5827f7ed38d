"""The log on a terminal: below its lines, one that shows what is being sent and how fast."""
from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import IO

from oakum.images.log import StreamLog

_CLEAR = "\r\x1b[K"
_EVERY_S = 0.1
_UNITS = ("B", "KiB", "MiB", "GiB")


class LiveLog:
    """Lines that stay, and a last one that is drawn anew at most ten times a second. `clock` gives seconds."""

    def __init__(self, stream: IO[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._lines = StreamLog(stream)
        self._lock = Lock()
        self._moving: dict[str, tuple[float, int]] = {}
        self._drawn = float("-inf")

    def write(self, name: str, text: str) -> None:
        """Every line of `text` under `name`; what was moving of `name` has arrived."""
        with self._lock:
            self._stream.write(_CLEAR)
            self._moving.pop(name, None)
            self._lines.write(name, text)

    def moved(self, name: str, size: int) -> None:
        """Count the bytes, and draw the line when it is time."""
        now = self._clock()
        with self._lock:
            begun, done = self._moving.get(name, (now, 0))
            self._moving[name] = (begun, done + size)
            if now - self._drawn >= _EVERY_S:
                self._drawn = now
                self._stream.write(_CLEAR + "  ".join(self._shown(name, now) for name in sorted(self._moving)))
                self._stream.flush()

    def _shown(self, name: str, now: float) -> str:
        begun, done = self._moving[name]
        rate = f", {amount(done / (now - begun))}/s" if now > begun else ""
        return f"{name}: {amount(done)}{rate}"


def amount(size: float) -> str:
    """A number of bytes in the largest unit that keeps it above one."""
    step = 0
    while size >= 1024 and step < len(_UNITS) - 1:
        size, step = size / 1024, step + 1
    return f"{size:.1f} {_UNITS[step]}" if step else f"{size:.0f} B"


def log_for(stream: IO[str]) -> StreamLog | LiveLog:
    """The log that suits `stream`: live on a terminal."""
    return LiveLog(stream) if stream.isatty() else StreamLog(stream)
