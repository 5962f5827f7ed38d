from __future__ import annotations

import gc
import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from oakum.http.connection import Connection, Place
from oakum.http.errors import FAILURES, AnswerTimeout, HttpError, IncompleteRead, ProxyFailure
from oakum.http.pool import Pool
from oakum.http.response import decoded

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers each request with the next of `answers` (a request ends with `ends`), and notes what was asked.

    `closed` is released with each connection that it has closed.
    """

    def __init__(self, answers: list[bytes], ends: bytes, close: bool) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.asked: list[bytes] = []
        self.connections = 0
        self.closed = threading.Semaphore(0)
        self._answers, self._ends, self._close = answers, ends, close
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while self._answers:
            try:
                conversation, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with conversation:
                self._converse(conversation)
            self.closed.release()

    def _converse(self, conversation: socket.socket) -> None:
        while self._answers:
            asked = b""
            while not asked.endswith(self._ends):
                piece = conversation.recv(65536)
                if not piece:
                    return
                asked += piece
            self.asked.append(asked)
            conversation.sendall(self._answers.pop(0))
            if self._close:
                return
        conversation.recv(1)

    def close(self) -> None:
        self._listener.close()


@contextmanager
def serving(*answers: bytes, ends: bytes = b"\r\n\r\n", close: bool = False) -> Iterator[Server]:
    server = Server(list(answers), ends, close)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def pool(place: Place, size: int = 4, *, bounded: bool = False) -> Iterator[Pool]:
    made = Pool(place, size, bounded=bounded)
    yield made
    made.close()


def at(server: Server, **more: str) -> Place:
    return Place("127.0.0.1", server.port, **more)


def test_a_connection_is_used_again_when_its_answer_was_read() -> None:
    with serving(OK, OK) as server, pool(at(server)) as requests:
        assert [requests.request("GET", f"/{n}", []).read() for n in range(2)] == [b"ok", b"ok"]
        assert server.connections == 1
    assert server.asked[1].startswith(b"GET /1 HTTP/1.1\r\nHost: 127.0.0.1:")


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew() -> None:
    with serving(OK, OK, ends=b"\r\n\r\nx", close=True) as server, pool(at(server)) as requests:
        for _ in range(2):
            assert requests.request("POST", "/", [], b"x").read() == b"ok"
            assert server.closed.acquire(timeout=30)
    assert server.connections == 2


def test_a_connection_that_was_idle_for_long_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(OK, OK) as server, pool(at(server)) as requests:
        requests.request("GET", "/", []).read()
        then = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: then + 100)
        assert requests.request("POST", "/", [], b"").read() == b"ok"
    assert server.connections == 2, "what lies between may have forgotten it without a word"


def test_what_a_server_sends_beyond_its_answer_is_not_taken_for_the_next_answer() -> None:
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    with serving(OK + forged, OK) as server, pool(at(server)) as requests:
        assert [requests.request("GET", f"/{n}", []).read() for n in range(2)] == [b"ok", b"ok"]


@pytest.mark.parametrize(("body", "sent"), [(None, b"Content-Length: 0\r\n\r\n"), (b"{}", b"Content-Length: 2\r\n\r\n{}")])
def test_head_and_body_are_sent_with_their_length(body: bytes | None, sent: bytes) -> None:
    with serving(OK, ends=sent) as server, pool(at(server)) as requests:
        assert requests.request("POST", "/", [("X", "1"), ("X", "2")], body).read() == b"ok"
    assert b"X: 1\r\nX: 2\r\n" in server.asked[0]


def test_a_stream_of_unknown_length_goes_in_chunks() -> None:
    with serving(OK, ends=b"0\r\n\r\n") as server, pool(at(server)) as requests:
        assert requests.request("PUT", "/", [], BytesIO(b"abc")).read() == b"ok"
    assert server.asked[0].endswith(b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")


@pytest.mark.parametrize("read", [lambda answer: answer.read(), lambda answer: answer.read(10_000),
                                  lambda answer: answer.read1() + answer.read1()], ids=["all", "some", "arrived"])
@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
                                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"])
def test_a_body_that_ends_too_early_is_no_body(answer: bytes, read: Callable[..., bytes]) -> None:
    with serving(answer, close=True) as server, pool(at(server)) as requests, pytest.raises(IncompleteRead):
        read(requests.request("GET", "/", []))


def test_silence_is_told_from_a_server_that_cannot_be_reached() -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    with serving(half, b"") as server, pool(at(server)) as requests, pytest.raises(AnswerTimeout):
        requests.request("GET", "/", [], timeout=0.05).read()
    with pool(Place("127.0.0.1", 1)) as requests, pytest.raises(ConnectionRefusedError):
        requests.request("GET", "/", [])


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 2000 OK\r\n\r\n"])
def test_what_is_no_answer_is_a_failure(answer: bytes) -> None:
    with serving(answer, close=True) as server, pool(at(server)) as requests, pytest.raises(FAILURES):
        requests.request("GET", "/", [])


def test_an_answer_that_is_yet_to_come_is_waited_for() -> None:
    with serving(b"HTTP/1.1 100 Continue\r\n\r\n" + OK) as server, pool(at(server)) as requests:
        assert requests.request("GET", "/", []).read() == b"ok"


@pytest.mark.parametrize(("target", "header"), [("/a b", "x"), ("/", "x\r\nY: 1"), ("/", "x\ny"), ("/", "\r\n\r\nGET /")])
def test_nothing_is_smuggled_into_a_request(target: str, header: str) -> None:
    with serving(OK) as server, pool(at(server)) as requests, pytest.raises(FAILURES, match="may not be there|invalid header field value"):
        requests.request("GET", target, [("X", header)])
    assert not server.asked


def test_a_proxy_is_asked_for_the_whole_url_with_its_own_login() -> None:
    with serving(OK) as proxy, pool(Place("example.com", 8080, proxy=f"http://u:p%40@127.0.0.1:{proxy.port}")) as requests:
        assert requests.request("GET", "/x?y=1", []).read() == b"ok"
    assert proxy.asked[0].startswith(b"GET http://example.com:8080/x?y=1 HTTP/1.1\r\nHost: example.com:8080\r\n")
    assert b"\r\nProxy-Authorization: Basic dTpwQA==\r\n" in proxy.asked[0]


def test_a_proxy_that_will_not_connect_on_is_blamed() -> None:
    import ssl

    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
    with serving(refusal, close=True) as proxy:
        place = Place("example.com", 443, ssl.create_default_context(), proxy=f"http://127.0.0.1:{proxy.port}")
        with pool(place) as requests, pytest.raises(ProxyFailure, match="Tunnel connection failed: 407"):
            requests.request("GET", "/", [])
    assert proxy.asked[0].startswith(b"CONNECT example.com:443 HTTP/1.")


def test_of_a_bounded_pool_the_next_request_waits_until_an_answer_is_read_or_given_up() -> None:
    with serving(OK, OK) as server, pool(at(server), 1, bounded=True) as requests:
        first = requests.request("GET", "/1", [("X", "first")])
        assert first.read() == b"ok"
        second = requests.request("GET", "/2", [])
        second.close()
        second.close()
    assert len(server.asked) == 2


def test_a_body_is_decoded_by_what_the_server_says_of_it() -> None:
    assert decoded(gzip.compress(b"abc"), "gzip") == b"abc"
    assert decoded(b"abc", "") == b"abc"
    with pytest.raises(HttpError, match="cannot decode the body"):
        decoded(b"abc", "gzip")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_body_that_ends_too_early_is_no_body(encoding: str) -> None:
    whole = gzip.compress(b"abc" * 100) if encoding == "gzip" else zlib.compress(b"abc" * 100)
    for end in (0, 1, len(whole) // 2, len(whole) - 1):
        with pytest.raises(IncompleteRead):
            decoded(whole[:end], encoding)


def test_a_connection_that_is_forgotten_in_a_circle_closes_its_socket_without_a_warning() -> None:
    seen: list[str] = []
    with serving(OK) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.unraisablehook", lambda found: seen.append(str(found.exc_value)))
        circle: list[Any] = [Connection(at(server))]
        circle[0].prepare()
        circle.append(circle)
        del circle
        gc.collect()
        assert not [warning for warning in seen if f"raddr=('127.0.0.1', {server.port})" in warning]


def test_a_place_may_be_a_unix_socket_and_its_connection_be_taken_over_after_an_answer(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "here"))
    listener.listen()
    asked = []

    def serve() -> None:
        conversation, _ = listener.accept()
        with listener, conversation:
            asked.append(conversation.recv(4096))
            conversation.sendall(b"HTTP/1.1 200 OK\r\n\r\nfirst")
            asked.append(conversation.recv(4096))
            conversation.sendall(b"second")

    server = threading.Thread(target=serve)
    server.start()
    connection = Connection(Place("engine", 80, path=str(tmp_path / "here")))
    connection.connect()
    head, _ = connection.exchange("POST", "/attach", [], b"")
    taken, early = connection.release()
    with taken:
        taken.sendall(b"more")
        server.join()
        while not early.endswith(b"second"):
            early += taken.recv(100)
    assert (head.status, early) == (200, b"firstsecond")
    assert asked[0].startswith(b"POST /attach HTTP/1.1\r\nHost: engine\r\n")
    assert asked[1] == b"more"
