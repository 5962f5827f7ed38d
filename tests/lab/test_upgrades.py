"""Requests that leave HTTP for SPDY, byte by byte; what goes on after it is in node/test_streams.py."""

import asyncio
import socket
from collections.abc import Iterator

import pytest
from starlette.types import Receive, Scope, Send

from oakum.lab.serving import serving

REQUEST = (
    b"POST /echo%20it?a=b HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
    b"X-Stream-Protocol-Version: new.k8s.io\r\nX-Stream-Protocol-Version: old.k8s.io\r\n\r\n"
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"plain"})
        return
    assert (await receive())["type"] == "websocket.connect"
    if scope["path"] == "/refused":
        await send({"type": "websocket.http.response.start", "status": 404, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"no such pod"})
        return
    await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][-1]})
    await send({"type": "websocket.send", "bytes": f"{scope['method']} {scope['path']} {scope['query_string']}".encode()})
    while (message := await receive())["type"] == "websocket.receive":
        if message["bytes"] == b"bye":
            await send({"type": "websocket.close", "code": 1000})
            return
        await send({"type": "websocket.send", "bytes": message["bytes"]})


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    with serving(application) as found:
        host, _, port = found.partition(":")
        yield host, int(port)


def everything(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(1 << 16), b""))


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_an_accepted_upgrade_hands_over_the_bytes_however_the_request_arrives(address: tuple[str, int], piece: int) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(REQUEST), piece):
            connection.sendall(REQUEST[at : at + piece])
        answer = b""
        while b"b'a=b'" not in answer:
            answer += connection.recv(1 << 16)
        head, _, first = answer.partition(b"\r\n\r\n")
        assert head.splitlines()[0] == b"HTTP/1.1 101 Switching Protocols"
        assert b"X-Stream-Protocol-Version: old.k8s.io" in head
        assert first == b"POST /echo it b'a=b'"
        connection.sendall(b"\x80\x00")
        assert connection.recv(10) == b"\x80\x00"
        connection.sendall(b"bye")
        assert everything(connection) == b""


def test_a_refused_upgrade_is_an_answer_of_http(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(REQUEST.replace(b"/echo%20it", b"/refused"))
        head, _, body = everything(connection).partition(b"\r\n\r\n")
    assert (head.splitlines()[0], body) == (b"HTTP/1.1 404 Not Found", b"no such pod")


def test_other_requests_stay_http_and_their_connection_is_kept(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        for _ in range(2):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"plain"):
                answer += connection.recv(1 << 16)


def test_much_data_passes_in_both_directions_at_once(address: tuple[str, int]) -> None:
    sent = bytes(range(256)) * (1 << 14)

    async def echo() -> bytes:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(REQUEST)
        await reader.readuntil(b"b'a=b'")
        writer.write(sent)
        got = await reader.readexactly(len(sent))
        writer.close()
        return got

    assert asyncio.run(echo()) == sent


def test_a_greeting_of_tls_is_refused_at_once() -> None:
    # Clients that try TLS first would wait for an answer.
    with serving(application) as address:
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), timeout=10) as client:
            client.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
            assert client.recv(100).startswith(b"HTTP/1.1 400 ")
