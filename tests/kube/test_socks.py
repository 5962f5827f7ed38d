"""Through a SOCKS5 proxy that is a few lines long."""
from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from tests.kube.scripted import Reply, serving

from oakum.kube.errors import ConnectError
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.transport import Transport


@contextmanager
def proxy(login: bytes = b"", reply: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """Serve SOCKS5 for one connection; gives the port and what was asked for: login, then `host:port`."""
    asked: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError, ValueError):  # the client may have left
            client, _ = server.accept()
            with client, client.makefile("rb") as read:
                _, count = read.read(2)
                read.read(count)
                client.sendall(bytes([5, 2 if login else 0]))
                if login:
                    read.read(1)
                    asked.append(b":".join(read.read(read.read(1)[0]) for _ in range(2)))
                    client.sendall(bytes([1, asked[-1] != login]))
                *_, kind = read.read(4)
                host = ipaddress.ip_address(read.read(4 if kind == 1 else 16)).compressed.encode() if kind != 3 else (
                    b"name " + read.read(read.read(1)[0]))
                port = int.from_bytes(read.read(2), "big")
                asked.append(b"%s:%d" % (host, port))
                host = host.removeprefix(b"name ")
                client.sendall(bytes([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]))
                if not reply:
                    with socket.create_connection((host.decode(), port)) as upstream:
                        upstream.sendall(client.recv(65536))
                        while chunk := upstream.recv(65536):
                            client.sendall(chunk)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1], asked
    server.close()


def test_requests_go_through_the_proxy_which_resolves_the_name() -> None:
    with serving([Reply(200, {"ok": 1})]) as (url, _), proxy() as (port, asked):
        where = url.replace("127.0.0.1", "localhost")
        transport = Transport(ClusterConfig(where, proxy=f"socks5://127.0.0.1:{port}"))
        assert transport.request("GET", "/api").json() == {"ok": 1}
        transport.close()
    assert asked == [b"name " + where.removeprefix("http://").encode()]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_an_address_is_told_as_one(address: str) -> None:
    with proxy(reply=5) as (port, asked):
        where = f"[{address}]" if ":" in address else address
        transport = Transport(ClusterConfig(f"http://{where}:99", proxy=f"socks5://127.0.0.1:{port}"))
        with pytest.raises(ConnectError):
            transport.request("GET", "/api")
    assert asked == [f"{address}:99".encode()]


def test_the_environment_may_name_such_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(reply=5) as (port, asked):
        monkeypatch.setenv("HTTP_PROXY", f"socks5://127.0.0.1:{port}")
        with pytest.raises(ConnectError, match="socks proxy cannot connect: connection refused$"):
            Transport(ClusterConfig("http://cluster.test")).request("GET", "/api")
    assert asked == [b"name cluster.test:80"]


def test_the_address_may_hold_a_login() -> None:
    with serving([Reply(200, {"ok": 1})]) as (url, _), proxy(login=b"u:p@ss") as (port, asked):
        transport = Transport(ClusterConfig(url, proxy=f"socks5://u:p%40ss@127.0.0.1:{port}"))
        assert transport.request("GET", "/api").json() == {"ok": 1}
        transport.close()
    assert asked[0] == b"u:p@ss"


@pytest.mark.parametrize(("config", "why"), [
    ({"reply": 5}, "socks proxy cannot connect: connection refused"),
    ({"login": b"u:right"}, "socks proxy refuses user name or password"),
])
def test_what_the_proxy_refuses_is_said_without_the_login(config: dict[str, bytes | int], why: str) -> None:
    with proxy(**config) as (port, _):  # type: ignore[arg-type]  # each case has its own kind of value
        transport = Transport(ClusterConfig("http://cluster.test", proxy=f"socks5://u:wrong@127.0.0.1:{port}"))
        with pytest.raises(ConnectError, match=f"proxyconnect tcp: dial tcp 127.0.0.1:{port}: {why}$") as caught:
            transport.request("GET", "/api")
    assert "wrong" not in str(caught.value)


def test_a_proxy_that_is_not_there_is_blamed_itself() -> None:
    transport = Transport(ClusterConfig("http://cluster.test", proxy="socks5://127.0.0.1:1"))
    with pytest.raises(ConnectError, match="proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused$"):
        transport.request("GET", "/api")
