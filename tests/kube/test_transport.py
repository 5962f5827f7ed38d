import gzip
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.kube.scripted import Reply, serving, status

from oakum.kube.errors import ApiError, ConfigError, ConnectError
from oakum.kube.kubeconfig import ClusterConfig, ExecPlugin, Identity
from oakum.kube.transport import Transport


def test_a_refusal_is_an_exception_with_the_servers_words() -> None:
    causes = [{"field": "spec.ports", "message": "Required value"}]
    with serving([status(422, "Invalid", "no ports", causes=causes)]) as (url, _):
        transport = Transport(ClusterConfig(url))
        with pytest.raises(ApiError, match="no ports") as caught:
            transport.request("POST", "/api/v1/x", body={})
        transport.close()
    assert caught.value.invalid
    assert caught.value.field_causes() == [("spec.ports", "Required value")]


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b"", b"[1]", b"null", b"\xff"])
def test_an_answer_that_is_no_object_is_an_error_that_shows_it(body: bytes) -> None:
    with serving([Reply(200, body)]) as (url, _):
        transport = Transport(ClusterConfig(url))
        with pytest.raises(ConnectError, match="is it a Kubernetes API"):
            transport.request("GET", "/api").json()
        transport.close()


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("streaming", [False, True])
def test_what_is_refused_for_now_is_asked_again_when_the_server_says_when(code: int, streaming: bool) -> None:
    busy = Reply(code, {}, {"Retry-After": "0"})
    with serving([busy, busy, Reply(200, {"ok": 1})]) as (url, asked):
        transport = Transport(ClusterConfig(url))
        if streaming:
            assert list(transport.stream("/api").lines()) == [b'{"ok": 1}']
        else:
            assert transport.request("POST", "/api", body={}).json() == {"ok": 1}
        transport.close()
    assert len(asked) == 3


@pytest.mark.parametrize(("code", "wait"), [(429, {}), (500, {}), (409, {"Retry-After": "0"})])
def test_what_is_refused_otherwise_is_an_error_at_once(code: int, wait: dict[str, str]) -> None:
    with serving([Reply(code, {}, wait), Reply(200, {})]) as (url, asked):
        transport = Transport(ClusterConfig(url))
        for ask in (lambda: transport.request("GET", "/api"), lambda: transport.stream("/api")):
            del asked[:]
            with pytest.raises(ApiError):
                ask()
            assert len(asked) == 1
        transport.close()


def test_a_stream_that_is_refused_in_half_a_sentence_is_an_error() -> None:
    with serving([Reply(403, b"{" * 10, {"Content-Length": "99"})]) as (url, _):
        transport = Transport(ClusterConfig(url), timeout=0.2)
        with pytest.raises(ConnectError):
            transport.stream("/api", read_timeout=0.2)
        transport.close()


def test_a_read_over_a_connection_that_was_closed_is_sent_again() -> None:
    with serving([Reply(cut=True), Reply(200, {"ok": 1})]) as (url, _):
        transport = Transport(ClusterConfig(url))
        assert transport.request("GET", "/api").json() == {"ok": 1}
        transport.close()


WHOLE = gzip.compress(b'{"ok": 1}')
TORN = Reply(200, WHOLE[:-6], {"Content-Encoding": "gzip"})


def test_a_read_whose_answer_was_cut_short_is_sent_again() -> None:
    with serving([TORN, Reply(200, WHOLE, {"Content-Encoding": "gzip"})]) as (url, asked):
        transport = Transport(ClusterConfig(url))
        assert transport.request("GET", "/api").json() == {"ok": 1}
        transport.close()
    assert len(asked) == 2


def test_an_answer_that_is_cut_short_each_time_is_told() -> None:
    with serving([TORN]) as (url, asked):
        transport = Transport(ClusterConfig(url))
        for method in ("GET", "POST"):
            with pytest.raises(ConnectError, match=f'^{method.capitalize()} "{url}/api": unexpected EOF$'):
                transport.request(method, "/api")
        transport.close()
    assert [method for method, _, _ in asked] == ["GET", "GET", "POST"]


def test_streams_do_not_use_up_the_connections_of_requests() -> None:
    with serving([Reply(200, b"line\n" * 5)]) as (url, _):
        transport = Transport(ClusterConfig(url), connections=1)
        streams = [transport.stream("/log") for _ in range(3)]
        assert transport.request("GET", "/api").status == 200
        assert [len(list(stream.lines())) for stream in streams] == [5, 5, 5]
        transport.close()


def test_a_write_over_a_broken_connection_is_not_repeated() -> None:
    with serving([Reply(cut=True), Reply(200, {"ok": 1})]) as (url, asked):
        transport = Transport(ClusterConfig(url))
        with pytest.raises(ConnectError, match='Post ".*/api": (EOF|read tcp .*: connection reset by peer)'):
            transport.request("POST", "/api", body={})
        transport.close()
    assert len(asked) == 1


def test_a_server_that_is_not_there_is_described_as_go_does() -> None:
    with pytest.raises(ConnectError) as caught:
        Transport(ClusterConfig("http://127.0.0.1:1")).request("GET", "/api")
    assert str(caught.value) == (
        'Get "http://127.0.0.1:1/api": dial tcp 127.0.0.1:1: connect: connection refused')


def test_an_expired_token_file_is_read_again_after_a_refusal(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old")

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        if headers["Authorization"] == "Bearer new":
            return Reply(200, {"ok": 1})
        file.write_text("new")
        return Reply(401, {})

    with serving(script) as (url, _):
        transport = Transport(ClusterConfig(url, identity=Identity(token_file=str(file))))
        assert transport.request("GET", "/api").json() == {"ok": 1}
        transport.close()


def test_warnings_of_writes_are_passed_on_once() -> None:
    said: list[str] = []
    with serving([Reply(200, {}, {"Warning": '299 - "v1 X is \\"old\\""'})]) as (url, _):
        transport = Transport(ClusterConfig(url), warn=said.append)
        for method in ("GET", "POST", "PUT"):
            transport.request(method, "/api")
        transport.close()
    assert said == ['v1 X is "old"']


def test_a_proxy_that_does_not_answer_is_blamed_itself() -> None:
    config = ClusterConfig("https://cluster.example.com", proxy="u:secret@127.0.0.1:1")
    with pytest.raises(ConnectError, match="proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused$"):
        Transport(config).request("GET", "/version")


def test_a_proxy_that_is_no_address_is_refused_without_its_value() -> None:
    config = ClusterConfig("https://cluster.example.com", proxy="ftp://u:secret@[")
    with pytest.raises(ConfigError, match="^invalid proxy address in ") as caught:
        Transport(config).request("GET", "/version")
    assert "secret" not in str(caught.value)


@contextmanager
def half_open() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_half_open_connection_is_given_up() -> None:
    with half_open() as url:
        transport = Transport(ClusterConfig(url), timeout=0.2)
        with pytest.raises(ConnectError, match='Get ".*/api": net/http: timeout awaiting response headers'):
            transport.request("GET", "/api")
        with pytest.raises(ConnectError, match="timeout"):
            transport.stream("/api", read_timeout=0.2)
        transport.close()


PLUGIN = """#!/bin/sh
n=$(($(cat count 2>/dev/null || echo 0) + 1)); echo $n > count
echo "{kind: ExecCredential, apiVersion: client.authentication.k8s.io/v1, status: {token: t$n}}"
"""


@pytest.mark.parametrize("streaming", [False, True])
def test_after_a_refusal_the_plugin_is_asked_for_newer_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streaming: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plugin").write_text(PLUGIN)
    Path("plugin").chmod(0o755)
    identity = Identity(exec=ExecPlugin(str(tmp_path / "plugin")))
    with serving([status(401, "Unauthorized", "Unauthorized"), Reply(200, b"done\n")]) as (url, asked):
        transport = Transport(ClusterConfig(url, identity=identity))
        if streaming:
            assert list(transport.stream("/log").lines()) == [b"done"]
        else:
            assert transport.request("GET", "/api").body == b"done\n"
        transport.close()
    assert [headers["Authorization"] for _, _, headers in asked] == ["Bearer t1", "Bearer t2"]


def test_a_proxys_login_is_sent_to_the_proxy() -> None:
    with serving([Reply(200, {"ok": 1})]) as (url, asked):
        transport = Transport(ClusterConfig("http://cluster.test", proxy=url.replace("//", "//u:p%40ss@")))
        assert transport.request("GET", "/api").json() == {"ok": 1}
        transport.close()
    assert [(path, headers["Proxy-Authorization"]) for _, path, headers in asked] == [
        ("http://cluster.test/api", "Basic dTpwQHNz")]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_read_follows_where_the_same_server_sends_it(code: int) -> None:
    with serving([Reply(code, b"moved", {"Location": "/there?a=b"}), Reply(200, {"ok": 1})]) as (url, asked):
        transport = Transport(ClusterConfig(url))
        assert transport.request("GET", "/here").json() == {"ok": 1}
        transport.close()
    assert [path for _, path, _ in asked] == ["/here", "/there?a=b"]


def test_a_read_that_is_sent_around_in_a_circle_ends() -> None:
    with serving([Reply(307, b"", {"Location": "/here"})]) as (url, asked):
        transport = Transport(ClusterConfig(url))
        with pytest.raises(ConnectError, match='^Get "http.*/here": stopped after 10 redirects$'):
            transport.stream("/here")
        transport.close()
    assert len(asked) == 10


def test_credentials_are_not_taken_to_another_server() -> None:
    with serving([Reply(302, b"", {"Location": "https://login.test/form?from=here"})]) as (url, _):
        transport = Transport(ClusterConfig(url, identity=Identity(token="secret")))
        with pytest.raises(ConnectError, match="the server sends us on to https://login.test/form \\(hint: is the "):
            transport.request("GET", "/here")
        transport.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_that_is_sent_elsewhere_is_an_error(method: str) -> None:
    with serving([Reply(307, b"", {"Location": "/there"}), Reply(200, {})]) as (url, asked):
        transport = Transport(ClusterConfig(url))
        with pytest.raises(ApiError, match="^the server responded with the status code 307 but did not return more inf"):
            transport.request(method, "/here", body={})
        transport.close()
    assert len(asked) == 1
