"""Commands over SPDY/3.1, as clients ran them before WebSockets: one stream a channel, named by `streamtype`.

The remote command protocol version 4 of Kubernetes. `SpdyCommand` speaks it to the client and the WebSocket form of the
same protocol (version 5) to whoever serves the command, so that the serving is written once.
"""

import asyncio
from collections import deque

from starlette.types import Message, Receive, Send

from oakum.lab.node import spdy
from oakum.lab.node.refusals import StreamRefused

PROTOCOL = "SPDY/3.1+v4.channel.k8s.io"
INPUT, OUTPUT, ERRORS, STATUS, SIZE, CLOSE = 0, 1, 2, 3, 4, 255
"""The WebSocket protocol's channels: input, output, errors, the final status, the terminal's size; the end of one."""
_CHANNELS = {"stdin": INPUT, "stdout": OUTPUT, "stderr": ERRORS, "error": STATUS, "resize": SIZE}
_PATIENCE, _MOST_WAITING = 30, 1000


class SpdyCommand:
    """Both directions of an accepted connection; `receive` and `send` are in terms of WebSocket messages."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._below_receive, self._below_send = receive, send
        self._reader, self._writer = spdy.Reader(), spdy.Writer()
        self._channels: dict[int, int] = {}
        self._streams: dict[int, int] = {}
        self._ready: deque[Message] = deque()
        self._ended = False

    async def opened(self, channels: set[int]) -> None:
        """Wait until the client has opened the streams of these channels. Raises StreamRefused when it does not."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while not channels <= self._streams.keys():
                    if self._ended or len(self._ready) > _MOST_WAITING:
                        raise StreamRefused(400, "the client sent other things before it had opened its streams")
                    await self._step()
        except TimeoutError as error:
            raise StreamRefused(400, "timed out waiting for client to create streams") from error

    async def receive(self) -> Message:
        """The client's next message."""
        while not self._ready and not self._ended:
            await self._step()
        return self._ready.popleft() if self._ready else {"type": "websocket.disconnect", "code": 1006}

    async def send(self, message: Message) -> None:
        """Send a channel's data, or end every stream and the connection."""
        if message["type"] == "websocket.send":
            data: bytes = message["bytes"]
            stream = self._streams.get(data[0])
            if stream is not None:
                await self._write(self._writer.data(stream, data[1:]))
            return
        for stream in self._streams.values():
            await self._write(self._writer.data(stream, b"", last=True))
        await self._below_send(message)

    async def _step(self) -> None:
        message = await self._below_receive()
        try:
            for frame in self._reader.feed(message.get("bytes") or b""):
                await self._take(frame)
        except spdy.BadFrame:
            self._ended = True
        self._ended = self._ended or message["type"] != "websocket.receive"

    async def _take(self, frame: spdy.Frame) -> None:
        if frame.kind == spdy.SYN_STREAM:
            channel = _CHANNELS.get((frame.headers or {}).get("streamtype", ""))
            if channel is None:
                await self._write(self._writer.reset(frame.stream))
                return
            self._channels[frame.stream], self._streams[channel] = channel, frame.stream
            await self._write(self._writer.reply(frame.stream))
        elif frame.kind == spdy.PING:
            await self._write(self._writer.ping(frame.data))
        channel = self._channels.get(frame.stream)
        if channel is None:
            return
        if frame.kind == 0 and frame.data:
            self._pass(bytes([channel]) + frame.data)
        if channel == INPUT and (frame.kind == spdy.RST_STREAM or frame.last):
            self._pass(bytes([CLOSE, INPUT]))

    def _pass(self, data: bytes) -> None:
        self._ready.append({"type": "websocket.receive", "bytes": data})

    async def _write(self, data: bytes) -> None:
        await self._below_send({"type": "websocket.send", "bytes": data})
