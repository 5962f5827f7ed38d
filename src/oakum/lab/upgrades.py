"""Connections that leave HTTP for SPDY/3.1, which uvicorn does not know, shown to applications as WebSockets.

Kubernetes clients that predate WebSockets (kubectl before 1.31, many libraries) run commands and forward ports so: a
request with `Upgrade: SPDY/3.1` and `X-Stream-Protocol-Version: P`. The application meets a WebSocket handshake that
offers the sub-protocol `SPDY/3.1+P`, as newer clients name it themselves, and then the raw bytes as binary messages.
"""

import asyncio
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope
from uvicorn.protocols.http.auto import AutoHTTPProtocol

PREFIX = "SPDY/3.1+"
_LONGEST_HEAD = 1 << 16
_MOST_WAITING = 1 << 20
_NAMES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


class Front(asyncio.Protocol):
    """The HTTP protocol of uvicorn, after a look at a connection's first request. Takes uvicorn's arguments."""

    def __init__(self, config: Any, server_state: Any, app_state: dict[str, Any], _loop: Any = None) -> None:
        self._app: ASGIApp = config.app
        self._connections = server_state.connections
        plain: Any = AutoHTTPProtocol
        self._plain = plain(config=config, server_state=server_state, app_state=app_state, _loop=_loop)
        self._transport: Any = None
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = transport
        self._plain.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Decide whose the connection is, once the first request is complete."""
        self._head += data
        head, end, rest = self._head.partition(b"\r\n\r\n")
        # What does not begin with a method is refused at once: clients that try TLS first wait for that.
        if not end and len(head) < _LONGEST_HEAD and head[:1].isalpha():
            return
        if end and b"\r\nupgrade: spdy/3.1" in head.lower():
            # To uvicorn the connection is gone; after an orderly end it would close what belongs to us now.
            self._plain.connection_lost(ConnectionResetError())
            upgraded = Upgraded(self._transport, self._connections)
            self._transport.set_protocol(upgraded)
            upgraded.begin(self._app, _scope(head, self._transport), rest)
            return
        self._transport.set_protocol(self._plain)
        self._plain.data_received(self._head)

    def eof_received(self) -> None:
        """See asyncio.Protocol."""

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._plain.connection_lost(exc)


class Upgraded(asyncio.Protocol):
    """A connection whose bytes are the application's. `connections` is where the server looks for those to end."""

    def __init__(self, transport: Any, connections: set[Any]) -> None:
        self.transport = transport
        self._connections = connections
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._size = 0
        self._writable = asyncio.Event()
        self._writable.set()
        self._connected = False
        self._status = 500
        self._refusal: list[bytes] = []
        self._task: asyncio.Task[None] | None = None

    def begin(self, app: ASGIApp, scope: Scope, first: bytes) -> None:
        """Let the application have the connection, with the bytes that came after the request."""
        self._connections.add(self)
        if first:
            self.data_received(first)
        self._task = asyncio.create_task(self._serve(app, scope))

    def shutdown(self) -> None:
        """End, as the server ends."""
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Keep what came; a client that is ahead of the application has to wait."""
        self._waiting.put_nowait(data)
        self._size += len(data)
        if self._size > _MOST_WAITING:
            self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the application that the client has gone."""
        self._connections.discard(self)
        self._waiting.put_nowait(None)
        self._writable.set()

    def pause_writing(self) -> None:
        """See asyncio.Protocol."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self._writable.set()

    async def receive(self) -> Message:
        """The application's next message."""
        if not self._connected:
            self._connected = True
            return {"type": "websocket.connect"}
        data = await self._waiting.get()
        if data is None:
            return {"type": "websocket.disconnect", "code": 1006}
        self._size -= len(data)
        if self._size <= _MOST_WAITING:
            self.transport.resume_reading()
        return {"type": "websocket.receive", "bytes": data}

    async def send(self, message: Message) -> None:
        """Take a message of the application: acceptance, data, end, or the answer that refuses."""
        kind = message["type"]
        if kind == "websocket.accept":
            protocol = message["subprotocol"].removeprefix(PREFIX)
            self._answer(101, "Switching Protocols", {"Connection": "Upgrade", "Upgrade": "SPDY/3.1",
                                                      "X-Stream-Protocol-Version": protocol})  # fmt: skip
        elif kind == "websocket.send":
            self.transport.write(message["bytes"])
            await self._writable.wait()
        elif kind == "websocket.close":
            self.transport.close()
        elif kind == "websocket.http.response.start":
            self._status = message["status"]
        elif kind == "websocket.http.response.body":
            self._refusal.append(message.get("body", b""))
            if not message.get("more_body"):
                self._refuse(self._status, b"".join(self._refusal))

    async def _serve(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self.receive, self.send)
        finally:
            self.transport.close()

    def _refuse(self, status: int, body: bytes) -> None:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
        self._answer(status, _NAMES.get(status, "Internal Server Error"), headers)
        self.transport.write(body)
        self.transport.close()

    def _answer(self, status: int, name: str, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {name}", *(f"{key}: {value}" for key, value in headers.items()), "", ""]
        self.transport.write("\r\n".join(lines).encode())


def _scope(head: bytes, transport: Any) -> Scope:
    request, *lines = head.split(b"\r\n")
    method, url, *_ = [*request.split(b" "), b"", b""]
    path, _, query = url.partition(b"?")
    pairs = [line.partition(b":") for line in lines]
    headers = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "wss" if transport.get_extra_info("sslcontext") else "ws",
        "method": method.decode("latin-1"),
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": transport.get_extra_info("peername"),
        "server": transport.get_extra_info("sockname"),
        "subprotocols": [PREFIX + name for name in _offered(headers)],
        "extensions": {"websocket.http.response": {}},
    }


def _offered(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[str]:
    for name, value in headers:
        if name == b"x-stream-protocol-version":
            yield from (each.strip() for each in value.decode("latin-1").split(","))
