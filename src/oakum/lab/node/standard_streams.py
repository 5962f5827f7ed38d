"""The standard streams of one run of a container, between its first process, its log and those who are attached."""

import asyncio
import contextlib
import os
import pty
from functools import partial
from pathlib import Path
from typing import Any

from oakum.lab.node.logs import Collector, LogFile
from oakum.lab.node.pipes import close_all

_LAST_OUTPUT = 1.0


class StandardStreams:
    """Pipes, or a terminal, as a container's `spec` wants them; what comes out goes to a log at `path`.

    `theirs` are input, output and errors for the process. Once it has them, `let_go` and `collect`; where it did not
    start, `let_go` and `close`.
    """

    def __init__(self, spec: dict[str, Any], path: Path) -> None:
        self.log = LogFile(path)
        self.collectors: list[Collector] = []
        self._ours, self.theirs, self.input = _opened(spec)
        self._transports: list[asyncio.BaseTransport] = []

    def let_go(self) -> None:
        """Close the process's ends here: its own stay."""
        close_all(self.theirs)

    async def collect(self) -> None:
        """Begin to read what it prints."""
        loop = asyncio.get_running_loop()
        ours, self._ours = self._ours, []
        for stream, descriptor in zip(("stdout", "stderr"), ours, strict=False):
            file = os.fdopen(descriptor, "rb", buffering=0)
            made = partial(Collector, self.log, stream, loop.create_future())
            transport, collector = await loop.connect_read_pipe(made, file)
            self._transports.append(transport)
            self.collectors.append(collector)

    async def drained(self) -> None:
        """Wait for the last of the output. A process left behind may hold the pipes open: not for long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_OUTPUT):
                for collector in self.collectors:
                    await collector.ended

    def close_input(self) -> None:
        """End its standard input."""
        if self.input is not None:
            os.close(self.input)
            self.input = None

    def close(self) -> None:
        """Let go of what is still open."""
        close_all(self._ours)
        self._ours.clear()
        for transport in self._transports:
            transport.close()
        self._transports.clear()
        self.log.end()
        self.close_input()


def _opened(spec: dict[str, Any]) -> tuple[list[int], list[int], int | None]:
    """Our ends of its outputs, its input, output and errors, and our end of its input (None when it has none)."""
    if spec.get("tty"):
        ours, theirs = pty.openpty()
        return [ours], [theirs, os.dup(theirs), os.dup(theirs)], os.dup(ours)
    output, into_output = os.pipe()
    errors, into_errors = os.pipe()
    stdin, feed = os.pipe() if spec.get("stdin") else (os.open(os.devnull, os.O_RDONLY), None)
    return [output, errors], [stdin, into_output, into_errors], feed
