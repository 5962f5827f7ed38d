from __future__ import annotations

import pytest

from oakum.http.body import Body
from oakum.http.errors import Disconnected, HttpError, IncompleteRead
from oakum.http.head import parse
from oakum.http.incoming import Incoming


class Wire:
    """Gives the pieces one by one, then the end."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    def recv(self, size: int) -> bytes:
        if not self._pieces:
            return b""
        piece = self._pieces.pop(0)
        if len(piece) > size:
            self._pieces.insert(0, piece[size:])
        return piece[:size]


def answered(*pieces: bytes, method: str = "GET") -> tuple[Body, Incoming]:
    incoming = Incoming(Wire(*pieces))
    return Body(incoming, parse(incoming.head()), method), incoming


def whole(body: Body) -> bytes:
    return b"".join(iter(body.some, b""))


@pytest.mark.parametrize(("pieces", "text", "reusable"), [
    ((b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",), b"hello", True),
    ((b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 5\r\n\r", b"\nhe", b"llo"), b"hello", True),
    ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nT: 1\r\n\r\n",), b"hello", True),
    ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r", b"\n3\r", b"\nhe", b"l\r\n2\r\nlo", b"\r\n0\r\n\r\n"), b"hello",
     True),
    ((b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo"), b"hello", False),
    ((b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",), b"hello", False),
    ((b"HTTP/1.1 204 No Content\r\n\r\n",), b"", True),
], ids=["length", "pieces", "chunks", "chunks in pieces", "to the end", "closing", "none"])
def test_a_body_ends_where_its_head_says(pieces: tuple[bytes, ...], text: bytes, reusable: bool) -> None:
    body, _ = answered(*pieces)
    assert (whole(body), body.ended, body.reusable) == (text, True, reusable)


def test_the_answer_to_head_has_no_body_whatever_its_length() -> None:
    body, incoming = answered(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n", method="HEAD")
    assert whole(body) == b""
    assert parse(incoming.head()).status == 404


@pytest.mark.parametrize(("answer", "failure"), [
    (b"", Disconnected), (b"HTTP/1.1 200", IncompleteRead), (b"<html>", HttpError),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", HttpError),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n", HttpError),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n", HttpError),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2", IncompleteRead)])
def test_what_ends_too_early_and_what_is_not_http_are_told_apart(answer: bytes, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        whole(answered(answer)[0])


def test_heads_and_lines_have_a_longest_length() -> None:
    with pytest.raises(HttpError, match="head of the answer is too long"):
        Incoming(Wire(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2**21)).head()
    with pytest.raises(HttpError, match="line of the answer is too long"):
        Incoming(Wire(b"x" * 2**20)).line()
