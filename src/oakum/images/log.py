"""The log on standard error: lines under the name of the image that they are about."""
from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import Lock

from oakum.typing import IO, Protocol

Moved = Callable[[int], None]
"""Called with the number of bytes that have been sent, fetched or packed since it was last called."""


class Log(Protocol):
    """Where progress is reported; safe to call from several threads."""

    def write(self, name: str, text: str) -> None:
        """Report `text` (one or more lines) about `name`."""

    def hint(self, name: str, text: str) -> None:
        """Advise about `name`: a terminal shows it, while what a script reads has only the lines that it knows."""

    def moving(self, name: str) -> AbstractContextManager[Moved]:
        """While bytes of `name` are moved: what to call with their numbers."""


class StreamLog:
    """Writes `NAME | LINE`, whole lines at a time; a log that is no terminal has only lines that stay."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = Lock()

    def write(self, name: str, text: str) -> None:
        """Every line of `text` under `name`."""
        shown = "".join(f"{name} | {line}\n" for line in text.removesuffix("\n").split("\n"))
        with self._lock:
            self._stream.write(shown)
            self._stream.flush()

    def hint(self, name: str, text: str) -> None:
        """Nothing is shown."""

    def moving(self, name: str) -> AbstractContextManager[Moved]:
        """Nothing is shown."""
        return nullcontext(_nothing)


class ListLog:
    """Keeps the lines, for callers that are programs."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, name: str, text: str) -> None:
        """Every line of `text` under `name`."""
        self.lines += [f"{name} | {line}" for line in text.removesuffix("\n").split("\n")]

    def hint(self, name: str, text: str) -> None:
        """As a line."""
        self.write(name, f"hint: {text}")

    def moving(self, name: str) -> AbstractContextManager[Moved]:
        """Nothing is kept."""
        return nullcontext(_nothing)


def _nothing(_: int) -> None:
    pass
