"""The log on standard error: lines under the name of the image that they are about."""
from __future__ import annotations

from threading import Lock
from typing import IO, Protocol


class Log(Protocol):
    """Where progress is reported; safe to call from several threads."""

    def write(self, name: str, text: str) -> None:
        """Report `text` (one or more lines) about `name`."""

    def moved(self, name: str, size: int) -> None:
        """Report that `size` more bytes of `name` have been sent or fetched."""


class StreamLog:
    """Writes `NAME | LINE`, whole lines at a time."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = Lock()

    def write(self, name: str, text: str) -> None:
        """Every line of `text` under `name`."""
        shown = "".join(f"{name} | {line}\n" for line in text.removesuffix("\n").split("\n"))
        with self._lock:
            self._stream.write(shown)
            self._stream.flush()

    def moved(self, name: str, size: int) -> None:
        """Nothing: a log that is no terminal has only lines that stay."""


class ListLog:
    """Keeps the lines, for callers that are programs."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, name: str, text: str) -> None:
        """Every line of `text` under `name`."""
        self.lines += [f"{name} | {line}" for line in text.removesuffix("\n").split("\n")]

    def moved(self, name: str, size: int) -> None:
        """Nothing: bytes are of no use to a program."""
