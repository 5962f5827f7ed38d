"""Progress lines: time of day, text, and nothing twice within a minute (kapp spec, sections 4.7 and 5.7)."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from oakum.duration import format_duration

REPEAT_SECONDS = 60.0


def clock() -> str:
    """The time of day as `3:04:05PM`."""
    return time.strftime("%I:%M:%S%p").removeprefix("0")


class Progress:
    """Writes lines through `begin` (text with its newline); safe to call from several threads."""

    def __init__(self, begin: Callable[[str], None]) -> None:
        self._begin = begin
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}

    def section(self, text: str) -> None:
        """A heading line: `---- text ----`."""
        self.notify([f"---- {text} ----"])

    def notify(self, lines: Sequence[str]) -> None:
        """Some lines that belong together, unless the same were written within the last minute."""
        with self._lock:
            now, key = time.monotonic(), "\n".join(lines)
            if now - self._said.get(key, -REPEAT_SECONDS) < REPEAT_SECONDS:
                return
            self._said[key] = now
            at = clock()
            for line in lines:
                self._begin(f"{at}: {line}\n")

    def info(self, text: str) -> None:
        """A remark."""
        self._log("info", text)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Remarks on when something begins, and when it ends and how long it took."""
        self._log("debug", f"{what}: start")
        begun = time.monotonic_ns()
        try:
            yield
        finally:
            self._log("debug", f"{what}: end ({format_duration((time.monotonic_ns() - begun) / 1e9)})")

    def _log(self, level: str, text: str) -> None:
        self._begin(f"{time.strftime('%I:%M:%S%p')}: {level}: {text}\n")
