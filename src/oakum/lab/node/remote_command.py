"""The `exec` and `attach` subresources over WebSocket (`v5.channel.k8s.io`, `v4.channel.k8s.io`) and SPDY.

Each binary message begins with the number of its channel: input, output, errors, the final status, the terminal's size.
"""

import asyncio
import contextlib
import fcntl
import os
import pty
import signal
import struct
import termios
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from oakum.lab.node.containers import Container
from oakum.lab.node.errors import StartFailed
from oakum.lab.node.log_stream import chosen
from oakum.lab.node.pods import Pod
from oakum.lab.node.refusals import StreamRefused
from oakum.lab.node.spdy_command import CLOSE, ERRORS, INPUT, OUTPUT, PROTOCOL, SIZE, STATUS, SpdyCommand

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io", PROTOCOL)
_KNOWN = ", ".join(each.rpartition("+")[2] for each in PROTOCOLS[:2])
_BLOCK = 1 << 15
_SUCCESS = {"metadata": {}, "status": "Success"}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which streams the client wants."""

    stdin: bool
    stdout: bool
    stderr: bool
    terminal: bool

    @property
    def channels(self) -> set[int]:
        """The channels that the client opens for it."""
        wanted = {INPUT: self.stdin, OUTPUT: self.stdout, ERRORS: self.stderr and not self.terminal}
        return {STATUS, *(channel for channel, wished in wanted.items() if wished)}


@dataclass(slots=True)
class Channels:
    """The client's end."""

    receive: Receive
    send: Send
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, channel: int, data: bytes) -> None:
        """Send data on a channel; a client that has gone is no error."""
        if not self.left.is_set():
            await self.send({"type": "websocket.send", "bytes": bytes([channel]) + data})

    async def finish(self, status: dict[str, Any]) -> None:
        """Send the final status and close."""
        await self.write(STATUS, orjson.dumps(status))
        if not self.left.is_set():
            await self.send({"type": "websocket.close", "code": 1000})

    async def listen(
        self, stdin: int | None, terminal: int | None, on_end: Callable[[], None] = lambda: None
    ) -> None:
        """Pass on input and sizes until the client goes; the end of input closes `stdin` and is told to `on_end`."""
        try:
            while (message := await self.receive())["type"] == "websocket.receive":
                data = message.get("bytes") or b""
                if data[:1] == bytes([INPUT]) and stdin is not None:
                    await _feed(stdin, data[1:])
                elif data[:1] == bytes([SIZE]) and terminal is not None:
                    _resize(terminal, data[1:])
                elif data == bytes([CLOSE, INPUT]) and stdin is not None and terminal is None:
                    os.close(stdin)
                    stdin = None
                    on_end()
            self.left.set()
        finally:
            if stdin is not None and terminal is None:
                os.close(stdin)
                on_end()


async def serve_command(
    pod: Pod | None,
    obj: dict[str, Any],
    subresource: str,
    query: dict[str, list[str]],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Run a command in a container, or attach to its first process. Raises StreamRefused."""
    container = chosen(pod, obj, next(iter(query.get("container") or ()), None))
    names = ("stdin", "stdout", "stderr", "tty")
    wish = Wish(*(next(iter(query.get(name) or ()), "") in ("true", "1") for name in names))
    command = query.get("command") or []
    if subresource == "exec" and not command:
        raise StreamRefused(400, "you must specify at least 1 container command")
    if "running" not in container.status["state"]:
        raise StreamRefused(500, f'container not found ("{container.name}")')
    protocol = next((each for each in PROTOCOLS if each in scope.get("subprotocols", [])), None)
    if scope["type"] != "websocket" or protocol is None:
        raise StreamRefused(400, f"commands run over WebSocket or SPDY/3.1, and one of the protocols {_KNOWN}")
    await receive()
    await send({"type": "websocket.accept", "subprotocol": protocol})
    if protocol == PROTOCOL:
        spdy = SpdyCommand(receive, send)
        await spdy.opened(wish.channels)
        receive, send = spdy.receive, spdy.send
    channels = Channels(receive, send)
    if subresource == "exec":
        await _execute(container, command, wish, channels)
    else:
        await _attach(container, wish, channels)


async def _execute(container: Container, command: list[str], wish: Wish, channels: Channels) -> None:
    # Ours and theirs of input, output, errors; with a terminal one descriptor is all three.
    ours, theirs = _terminal() if wish.terminal else _pipes()
    try:
        try:
            end = await container.enter(command, theirs, terminal=wish.terminal)
        finally:
            for descriptor in set(theirs):
                os.close(descriptor)
    except StartFailed as error:
        for descriptor in set(ours):
            os.close(descriptor)
        message = f"Internal error occurred: error executing command in container: {error}"
        await channels.finish(_failure(message, "InternalError", code=500))
        return
    terminal = ours[0] if wish.terminal else None
    if not wish.stdin and not wish.terminal:
        os.close(ours[0])
    listening = asyncio.create_task(channels.listen(ours[0] if wish.stdin else None, terminal))
    reading = [asyncio.create_task(_pump(channels, OUTPUT, ours[1], wish.stdout))]
    if not wish.terminal:
        reading.append(asyncio.create_task(_pump(channels, ERRORS, ours[2], wish.stderr)))
    leaving = asyncio.create_task(channels.left.wait())
    try:
        first: list[asyncio.Future[Any]] = [end, leaving]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if not end.done():
            await container.signal_command(end, signal.SIGKILL)
        await asyncio.wait(reading, timeout=1)
        await channels.finish(_of_code(end.result()) if end.done() else _SUCCESS)
    finally:
        for task in (listening, leaving, *reading):
            task.cancel()
        await asyncio.gather(listening, *reading, return_exceptions=True)
        if terminal is not None:
            os.close(terminal)


async def _attach(container: Container, wish: Wish, channels: Channels) -> None:
    streams = container.streams
    assert streams is not None, "which a running container has"
    stdin = os.dup(streams.input) if wish.stdin and streams.input is not None else None
    terminal = streams.input if container.spec.get("tty") else None
    end_input = streams.close_input if container.spec.get("stdinOnce") else lambda: None
    listening = asyncio.create_task(channels.listen(stdin, terminal, end_input))
    wanted = [(OUTPUT, wish.stdout), (ERRORS, wish.stderr and not container.spec.get("tty"))]
    queues: list[tuple[int, asyncio.Queue[bytes]]] = []
    for (channel, wished), collector in zip(wanted, streams.collectors, strict=False):
        if wished:
            queues.append((channel, collector.attach()))
    copying = [asyncio.create_task(_relay(channels, channel, queue)) for channel, queue in queues]
    leaving = asyncio.create_task(channels.left.wait())
    ended = asyncio.create_task(container.wait())
    try:
        await asyncio.wait([ended, leaving], return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            await asyncio.gather(*copying)
            await channels.finish(_SUCCESS)
    finally:
        for collector in streams.collectors:
            collector.listeners = [each for each in collector.listeners if each not in [queue for _, queue in queues]]
        for task in (listening, leaving, ended, *copying):
            task.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _relay(channels: Channels, channel: int, queue: "asyncio.Queue[bytes]") -> None:
    while data := await queue.get():
        await channels.write(channel, data)


async def _pump(channels: Channels, channel: int, descriptor: int, wished: bool) -> None:
    """Send what comes from a descriptor, to its end; throw it away when nobody wants it."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    with os.fdopen(os.dup(descriptor) if os.isatty(descriptor) else descriptor, "rb", buffering=0) as file:
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
        try:
            # A terminal whose last user has gone answers with an error.
            with contextlib.suppress(OSError):
                while data := await reader.read(_BLOCK):
                    if wished:
                        await channels.write(channel, data)
        finally:
            transport.close()


async def _feed(descriptor: int, data: bytes) -> None:
    """Write input; where nobody reads it any more it is lost."""
    with contextlib.suppress(BrokenPipeError):
        while data:
            # The process may be slow to read: not on the loop.
            written = await asyncio.to_thread(os.write, descriptor, data)
            data = data[written:]


def _resize(terminal: int, data: bytes) -> None:
    with contextlib.suppress(ValueError, KeyError, TypeError, struct.error, OSError):
        size = orjson.loads(data)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size["Height"], size["Width"], 0, 0))


def _pipes() -> tuple[list[int], list[int]]:
    stdin, feed = os.pipe()
    output, into_output = os.pipe()
    errors, into_errors = os.pipe()
    return [feed, output, errors], [stdin, into_output, into_errors]


def _terminal() -> tuple[list[int], list[int]]:
    master, slave = pty.openpty()
    return [master, master, master], [slave, slave, slave]


def _of_code(code: int) -> dict[str, Any]:
    if code == 0:
        return _SUCCESS
    shown = code if code > 0 else 128 - code
    causes = [{"reason": "ExitCode", "message": str(shown)}]
    message = f"command terminated with non-zero exit code: exit status {shown}"
    return _failure(message, "NonZeroExitCode", causes)


def _failure(
    message: str, reason: str, causes: list[dict[str, str]] | None = None, code: int | None = None
) -> dict[str, Any]:
    status: dict[str, Any] = {"metadata": {}, "status": "Failure", "message": message, "reason": reason}
    if causes:
        status["details"] = {"causes": causes}
    return status | ({"code": code} if code else {})
