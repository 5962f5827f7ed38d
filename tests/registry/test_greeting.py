from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable

import pytest

from oakum.registry import greeting


def answered(answer: Callable[[socket.socket], None]) -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            link, _ = listener.accept()
            with link:
                answer(link)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            return greeting.refusal("127.0.0.1", listener.getsockname()[1])
        finally:
            thread.join()


def says(text: bytes) -> Callable[[socket.socket], None]:
    def answer(link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(text)

    return answer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "http: server gave HTTP response to HTTPS client"),
        (b"SSH-2.0-x\r\n", "tls: first record does not look like a TLS handshake"),
        (b"\x15\x03\x01\x00\x02\x02\x46", ""),
        (b"", "EOF"),
    ],
)
def test_what_comes_back_tells_whether_it_is_tls(text: bytes, words: str) -> None:
    assert answered(says(text)) == words


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_of_tls_takes_the_greeting_for_one_of_its_own(version: ssl.TLSVersion) -> None:
    heard: list[bytes] = []

    def answer(link: socket.socket) -> None:
        heard.append(link.recv(65536))
        read, write = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = version
        side = context.wrap_bio(read, write, server_side=True)
        read.write(heard[0])
        with pytest.raises(ssl.SSLError):  # there is no certificate; what matters is that it is past the greeting
            side.do_handshake()
        link.sendall(write.read())

    assert answered(answer) == ""


def test_a_server_that_is_not_there_is_told_so() -> None:
    assert greeting.refusal("127.0.0.1", 1) == "dial tcp 127.0.0.1:1: connect: connection refused"
