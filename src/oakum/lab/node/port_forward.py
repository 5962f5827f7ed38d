"""The `portforward` subresource: SPDY/3.1 streams, two for each connection to a port of the pod.

Inside a WebSocket, as kubectl has it since 1.30 (Kubernetes enhancement 4006), or on the bare connection, as all
clients had it before; `oakum.lab.upgrades` makes both look alike (sub-protocol `SPDY/3.1+portforward.k8s.io`).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from oakum.lab.node import spdy
from oakum.lab.node.pods import Pod
from oakum.lab.node.refusals import StreamRefused

PROTOCOL = "SPDY/3.1+portforward.k8s.io"
_BLOCK = 1 << 16


@dataclass(slots=True)
class _Stream:
    """One stream: its headers, and for data what the client has sent (None: no more)."""

    headers: dict[str, str]
    incoming: "asyncio.Queue[bytes | None]"


async def serve_port_forward(
    pod: Pod | None, obj: dict[str, Any], scope: Scope, receive: Receive, send: Send
) -> None:
    """Forward connections until the client goes. Raises StreamRefused."""
    name = obj["metadata"]["name"]
    if pod is None or (obj.get("status") or {}).get("phase") != "Running":
        raise StreamRefused(500, f"unable to forward port because pod is not running. pod={name}")
    if scope["type"] != "websocket" or PROTOCOL not in scope.get("subprotocols", []):
        raise StreamRefused(400, f"ports are forwarded over WebSocket ({PROTOCOL}) or SPDY/3.1 (portforward.k8s.io)")
    await receive()
    await send({"type": "websocket.accept", "subprotocol": PROTOCOL})

    async def write(data: bytes) -> None:
        await send({"type": "websocket.send", "bytes": data})

    forwarding = _Forwarding(pod, write)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            await forwarding.feed(message.get("bytes") or b"")
    except spdy.BadFrame as error:
        await send({"type": "websocket.close", "code": 1002, "reason": str(error)[:120]})
    finally:
        await forwarding.stop()


class _Forwarding:
    """The streams of one client."""

    def __init__(self, pod: Pod, write: Callable[[bytes], Awaitable[None]]) -> None:
        self._pod = pod
        self._write = write
        self._reader, self._writer = spdy.Reader(), spdy.Writer()
        self._streams: dict[int, _Stream] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def feed(self, data: bytes) -> None:
        """Take in what the client sent. Raises BadFrame."""
        for frame in self._reader.feed(data):
            if frame.kind == spdy.SYN_STREAM:
                await self._opened(frame)
            elif frame.kind == spdy.PING:
                await self._write(self._writer.ping(frame.data))
            elif frame.stream in self._streams:
                stream = self._streams[frame.stream]
                if frame.kind == 0 and frame.data:
                    stream.incoming.put_nowait(frame.data)
                if frame.kind == spdy.RST_STREAM or frame.last:
                    stream.incoming.put_nowait(None)

    async def stop(self) -> None:
        """Drop every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _opened(self, frame: spdy.Frame) -> None:
        stream = self._streams[frame.stream] = _Stream(frame.headers or {}, asyncio.Queue())
        if frame.last:
            stream.incoming.put_nowait(None)
        await self._write(self._writer.reply(frame.stream))
        if stream.headers.get("streamtype") == "data":
            task = asyncio.create_task(self._forward(frame.stream, stream))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward(self, number: int, stream: _Stream) -> None:
        port = stream.headers.get("port", "")
        errors = self._errors_of(stream.headers.get("requestid", ""))
        try:
            if not port.isdecimal():
                raise OSError(f"not a port: {port!r}")
            connection = await self._pod.runtime.dial(self._pod.uid, int(port))
            reader, writer = await asyncio.open_connection(sock=connection)
            try:
                await self._copy(number, stream, reader, writer)
            finally:
                writer.close()
        except OSError as error:
            message = f"an error occurred forwarding {port} -> {port}: {error.strerror or error}"
            if errors is not None:
                await self._write(self._writer.data(errors, message.encode()))
        finally:
            with contextlib.suppress(OSError):
                await self._write(self._writer.data(number, b"", last=True))
                if errors is not None:
                    await self._write(self._writer.data(errors, b"", last=True))
            self._streams.pop(number, None)

    async def _copy(
        self, number: int, stream: _Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async def upload() -> None:
            while (data := await stream.incoming.get()) is not None:
                writer.write(data)
                await writer.drain()
            writer.write_eof()

        sending = asyncio.create_task(upload())
        try:
            while block := await reader.read(_BLOCK):
                await self._write(self._writer.data(number, block))
        finally:
            sending.cancel()

    def _errors_of(self, request: str) -> int | None:
        for number, stream in self._streams.items():
            if stream.headers.get("streamtype") == "error" and stream.headers.get("requestid", "") == request:
                return number
        return None
