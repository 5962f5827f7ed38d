from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from oakum.proxy import ProxyError
from oakum.registry.fetch import FetchError, fetch

LOGIN = "Basic bWU6c2VjcmV0"


class Handler(BaseHTTPRequestHandler):
    """`/a` is a file, `/private` one behind a login, `/to/URL` a redirect."""

    def do_GET(self) -> None:
        login = self.headers.get("Authorization")
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
        else:
            self.send_response(200 if self.path == "/a" or (self.path == "/private" and login == LOGIN) else 404)
        self.end_headers()
        self.wfile.write(f"a: {login}".encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/a", "/to//a", "/to/a/../../a"])
def test_a_file_is_fetched_after_redirects(server: str, path: str) -> None:
    assert fetch(f"http://{server}{path}", {}) == b"a: None"


def test_a_file_may_have_blanks_and_letters_of_any_kind_in_its_name(server: str) -> None:
    with pytest.raises(FetchError, match=r"b \u00e9': 404 Not Found$"):
        fetch(f"http://{server}/b \u00e9", {})


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http:///a", 'Get "http:///a": http: no Host in request URL'),
        ("http://me:pw@127.0.0.1:x/a", 'parse "http://127.0.0.1:x/a": invalid port ":x" after host'),
        ("http://127.0.0.1:99999/a", 'parse "http://127.0.0.1:99999/a": Port out of range 0-65535'),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, words: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url, {})
    assert str(caught.value) == f"Requesting URL '{url.replace('me:pw@', '')}': {words}"


def test_more_than_the_largest_file_is_refused(server: str) -> None:
    with pytest.raises(FetchError, match=r"^Requesting URL '[^']*': Expected at most 6 bytes, but there are more$"):
        fetch(f"http://{server}/a", {}, largest=6)
    assert fetch(f"http://{server}/a", {}, largest=7) == b"a: None"


def test_a_redirect_leads_nowhere_but_to_the_web(server: str) -> None:
    with pytest.raises(FetchError, match='Get "file:///etc/passwd": unsupported protocol scheme "file"$'):
        fetch(f"http://{server}/to/file:///etc/passwd", {})


def test_a_login_in_the_url_is_sent(server: str) -> None:
    assert fetch(f"http://me:secret@{server}/private", {}) == f"a: {LOGIN}".encode()


def test_a_login_is_not_sent_to_another_host(server: str) -> None:
    elsewhere = server.replace("127.0.0.1", "localhost")
    assert fetch(f"http://me:secret@{server}/to/http://{elsewhere}/a", {}) == b"a: None"


def test_an_answer_that_says_no_is_an_error_without_the_login(server: str) -> None:
    with pytest.raises(FetchError, match=f"^Requesting URL 'http://{server}/b': 404 Not Found$"):
        fetch(f"http://me:secret@{server}/b", {})


def test_redirects_without_an_end_are_an_error(server: str) -> None:
    words = f"Requesting URL 'http://{server}/to/{'/to/' * 20}': stopped after 10 redirects"
    with pytest.raises(FetchError, match=f"^{re.escape(words)}$"):
        fetch(f"http://{server}/to/{'/to/' * 20}", {})


def test_a_redirect_leads_to_the_web_only(server: str) -> None:
    with pytest.raises(FetchError, match="^Requesting URL "):
        fetch(f"http://{server}/to/file:///etc/passwd", {})


def test_a_host_that_does_not_answer_is_named_without_the_login() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"http://127.0.0.1:{port}/a"
    words = f"Requesting URL '{url}': Get \"{url}\": dial tcp 127.0.0.1:{port}: connect: connection refused"
    with pytest.raises(FetchError, match=f"^{re.escape(words)}$"):
        fetch(url.replace("//", "//me:secret@"), {})


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(ProxyError, match="^invalid proxy address in HTTP_PROXY"):
        fetch("http://example.com/a", {"HTTP_PROXY": "http://["})
