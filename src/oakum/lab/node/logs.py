"""Container logs: files in the form of the container runtime interface, read back as the `log` subresource shows them.

A line is `<time> stdout F <text>`; a text without its end is marked `P` (kubelet CRI, "Container logs").
"""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from oakum.lab.node.clock import nanoseconds

_LONGEST_LINE = 16 << 10
_BLOCK = 1 << 16


class LogFile:
    """The log of one run of a container. Readers that follow it are woken by every line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ended = False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        self._changed = asyncio.Event()

    def write(self, stream: str, text: bytes, *, whole: bool) -> None:
        """Add one line (without its end), or a part of one."""
        os.write(self._file, f"{nanoseconds()} {stream} {'F' if whole else 'P'} ".encode() + text + b"\n")
        self._wake()

    def end(self) -> None:
        """Nothing follows."""
        if not self.ended:
            self.ended = True
            os.close(self._file)
            self._wake()

    async def changed(self) -> None:
        """Wait for the next line or the end."""
        await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Collector(asyncio.Protocol):
    """Reads one output stream of a container, through a pipe, into its log and to those who are attached."""

    def __init__(self, log: LogFile, stream: str, on_end: asyncio.Future[None]) -> None:
        self._log = log
        self._stream = stream
        self.ended = on_end
        self._rest = b""
        self.listeners: list[asyncio.Queue[bytes]] = []

    def attach(self) -> "asyncio.Queue[bytes]":
        """What comes from now on; an empty block is the end, which may have come already."""
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        if self.ended.done():
            queue.put_nowait(b"")
        self.listeners.append(queue)
        return queue

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        for listener in self.listeners:
            listener.put_nowait(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._write(line, whole=True)
        while len(self._rest) >= _LONGEST_LINE:
            self._write(self._rest[:_LONGEST_LINE], whole=False)
            self._rest = self._rest[_LONGEST_LINE:]

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        if self._rest:
            self._write(self._rest, whole=False)
        for listener in self.listeners:
            listener.put_nowait(b"")
        if not self.ended.done():
            self.ended.set_result(None)

    def _write(self, line: bytes, *, whole: bool) -> None:
        while len(line) > _LONGEST_LINE:
            self._log.write(self._stream, line[:_LONGEST_LINE], whole=False)
            line = line[_LONGEST_LINE:]
        self._log.write(self._stream, line, whole=whole)


@dataclass(frozen=True, slots=True)
class LogOptions:
    """`core/v1.PodLogOptions`: what part of a log, and how."""

    follow: bool = False
    timestamps: bool = False
    tail: int | None = None
    limit: int | None = None
    since: datetime | None = None
    stream: str = ""


async def read_log(path: Path, options: LogOptions, live: LogFile | None) -> AsyncIterator[bytes]:
    """The text of a log, line by line; with `follow` and a `live` log also what is still to come."""
    left = options.limit
    with path.open("rb") as file:
        file.seek(_tail_offset(path, options))
        rest = b""
        while True:
            # Asked for before reading, so that a line written meanwhile is not slept over.
            ended = live is None or live.ended
            block = file.read(_BLOCK)
            *lines, rest = (rest + block).split(b"\n")
            text = b"".join(_shown(line, options) for line in lines)
            if left is not None:
                text, left = text[:left], left - len(text)
            if text:
                yield text
            if left is not None and left <= 0:
                return
            if not block:
                if not options.follow or ended or live is None:
                    return
                await live.changed()


def _tail_offset(path: Path, options: LogOptions) -> int:
    """Where the last `tail` lines begin; a line in parts counts once."""
    if options.tail is None:
        return 0
    starts: deque[int] = deque(maxlen=options.tail)
    offset, begins = 0, True
    with path.open("rb") as file:
        for line in file:
            if begins:
                starts.append(offset)
            begins = _is_whole(line)
            offset += len(line)
    return starts[0] if starts else offset


def _is_whole(line: bytes) -> bool:
    return line.split(b" ", 3)[2:3] == [b"F"]


def _shown(line: bytes, options: LogOptions) -> bytes:
    parts = line.split(b" ", 3)
    if len(parts) < 4:
        return b""
    time, stream, mark, text = parts
    if options.stream and stream.decode() != options.stream:
        return b""
    if options.since and _moment(time.decode()) < options.since:
        return b""
    shown = text + (b"\n" if mark == b"F" else b"")
    return time + b" " + shown if options.timestamps else shown


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:26] + "+00:00")
