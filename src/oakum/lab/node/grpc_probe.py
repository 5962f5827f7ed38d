"""The gRPC probe: one call of `grpc.health.v1.Health/Check` over plain HTTP/2 (RFC 9113; gRPC health protocol).

The answer is in the one message of its body, so that nobody has to read compressed headers.
"""

import asyncio
import struct
from collections.abc import AsyncIterator

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY = 0, 1, 3, 4, 6, 7
_ACK = _END_STREAM = 1
_END_HEADERS = 4
_PADDED = 8
_LONGEST = 1 << 14
_STATES = {0: "UNKNOWN", 1: "SERVING", 2: "NOT_SERVING", 3: "SERVICE_UNKNOWN"}
_SERVING = 1


async def check(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, authority: str, service: str) -> str:
    """Ask whether a service (by default the server as a whole) serves; the empty text for yes, else what it said.

    Raises OSError and asyncio.IncompleteReadError when the connection breaks, ValueError for what is no HTTP/2.
    """
    writer.write(_PREFACE + _frame(_SETTINGS, 0, 0, b"") + _request(authority, service))
    await writer.drain()
    body = b""
    async for piece in _body(reader, writer):
        body += piece
    if len(body) < 5:
        return f'error: health rpc failed: the server does not know the service "{service}", or how to tell its health'
    state = _state(body[5:])
    return "" if state == _SERVING else f'service unhealthy (responded with "{_STATES.get(state, state)}")'


async def _body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    """The pieces of the answer's body, to its end; what the connection needs meanwhile is answered."""
    while True:
        head = await reader.readexactly(9)
        size, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        if size > _LONGEST:
            raise ValueError("the answer is not HTTP/2")
        content = await reader.readexactly(size)
        if kind in (_SETTINGS, _PING) and not flags & _ACK:
            writer.write(_frame(kind, _ACK, 0, content if kind == _PING else b""))
        elif kind == _DATA:
            yield content[1 : len(content) - content[0]] if flags & _PADDED else content
        elif kind in (_RESET, _GOAWAY):
            return
        if kind in (_DATA, _HEADERS) and flags & _END_STREAM:
            return


def _request(authority: str, service: str) -> bytes:
    fields = {
        ":method": "POST",
        ":scheme": "http",
        ":path": "/grpc.health.v1.Health/Check",
        ":authority": authority,
        "content-type": "application/grpc",
        "te": "trailers",
        "user-agent": "kube-probe/1.36",
    }
    message = b"\x0a" + _sized(service.encode()) if service else b""
    body = struct.pack("!BI", 0, len(message)) + message
    # Each a literal that is not to be remembered (RFC 7541, section 6.2.2).
    headers = b"".join(b"\0" + _literal(name) + _literal(value) for name, value in fields.items())
    return _frame(_HEADERS, _END_HEADERS, 1, headers) + _frame(_DATA, _END_STREAM, 1, body)


def _frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return struct.pack("!I", len(content))[1:] + struct.pack("!BBI", kind, flags, stream) + content


def _literal(text: str) -> bytes:
    """A string of HPACK, not compressed (section 5.2)."""
    content = text.encode()
    if len(content) < 127:
        return bytes([len(content)]) + content
    return b"\x7f" + _varint(len(content) - 127) + content


def _sized(content: bytes) -> bytes:
    return _varint(len(content)) + content


def _varint(number: int) -> bytes:
    parts = []
    while number >= 128:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def _state(message: bytes) -> int:
    """The field `status` of a HealthCheckResponse; zeros are not written."""
    return message[1] if len(message) > 1 and message[0] == 8 else 0
