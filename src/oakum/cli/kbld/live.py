"""The log on a terminal: below its lines, one for each image whose bytes are moving, with their number and rate."""
from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from oakum.dataclass import dataclass
from oakum.images.log import Moved, StreamLog
from oakum.typing import IO

_EVERY_S = 0.1
_UNITS = ("B", "KiB", "MiB", "GiB")


class LiveLog:
    """Lines that stay, and below them those that are drawn anew at most ten times a second.

    `clock` gives seconds; `size` the terminal's columns and rows.
    """

    def __init__(
        self,
        stream: IO[str],
        clock: Callable[[], float] = time.monotonic,
        size: Callable[[], tuple[int, int]] | None = None,
    ) -> None:
        self._stream, self._clock = stream, clock
        self._size = size or (lambda: _size(stream))
        self._lines = StreamLog(stream)
        self._lock = Lock()
        self._moving: dict[object, _Moving] = {}
        self._rows = 0
        self._due = 0.0

    def write(self, name: str, text: str) -> None:
        """Every line of `text` under `name`."""
        with self._lock:
            self._erase()
            self._lines.write(name, text)

    def hint(self, name: str, text: str) -> None:
        """As a line."""
        self.write(name, f"hint: {text}")

    @contextmanager
    def moving(self, name: str) -> Iterator[Moved]:
        """A line for `name`, until the block ends."""
        key, moving = object(), _Moving(name, self._clock())
        with self._lock:
            self._moving[key] = moving

        def moved(size: int) -> None:
            now = self._clock()
            with self._lock:
                moving.done += size
                if now >= self._due:
                    self._due = now + _EVERY_S
                    self._draw(now)

        try:
            yield moved
        finally:
            with self._lock:
                del self._moving[key]
                self._erase()
                self._due = 0.0
                self._stream.flush()

    def _draw(self, now: float) -> None:
        self._erase()
        columns, rows = self._size()
        shown = [moving.shown(now, columns - 1) for moving in self._moving.values()][: rows - 1]
        self._stream.write("".join(f"{line}\n" for line in shown))
        self._stream.flush()
        self._rows = len(shown)

    def _erase(self) -> None:
        if self._rows:
            self._stream.write(f"\r\x1b[{self._rows}A\x1b[J")
            self._rows = 0


@dataclass(slots=True)
class _Moving:
    name: str
    begun: float
    done: int = 0

    def shown(self, now: float, width: int) -> str:
        """Name, bytes and rate in up to `width` columns; of a longer name its end, which tells images apart."""
        rate = f", {amount(self.done / (now - self.begun))}/s" if now > self.begun else ""
        text = f": {amount(self.done)}{rate}"
        room = max(0, width - len(text))
        return (self.name if len(self.name) <= room else f"…{self.name[len(self.name) - room + 1:]}") + text


def _size(stream: IO[str]) -> tuple[int, int]:
    """Columns and rows; a terminal that does not know its size has the usual one."""
    columns, rows = os.get_terminal_size(stream.fileno())
    return columns or 80, rows or 24


def amount(size: float) -> str:
    """A number of bytes in the largest unit that keeps it above one."""
    step = 0
    while size >= 1024 and step < len(_UNITS) - 1:
        size, step = size / 1024, step + 1
    return f"{size:.1f} {_UNITS[step]}" if step else f"{size:.0f} B"
