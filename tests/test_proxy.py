from __future__ import annotations

import pytest

from oakum.proxy import ProxyError, proxy_for
from oakum.registry.connections import Connections, Options
from oakum.registry.errors import ConnectError

PROXY = {"HTTPS_PROXY": "proxy:3128", "NO_PROXY": "internal.io,.corp,10.0.0.0/8,h.io:444"}


@pytest.mark.parametrize(
    ("host", "port", "through"),
    [
        ("a.io", 443, True),
        ("localhost", 443, False),
        ("127.0.0.1", 5000, False),
        ("internal.io", 443, False),
        ("x.internal.io", 443, False),
        ("a.corp", 443, False),
        ("corp", 443, True),
        ("10.1.2.3", 443, False),
        ("11.1.2.3", 443, True),
        ("h.io", 444, False),
        ("h.io", 443, True),
    ],
)
def test_the_variables_decide_by_host_and_port(host: str, port: int, through: bool) -> None:
    assert proxy_for("https", host, port, PROXY) == ("http://proxy:3128" if through else None)


def test_a_star_excludes_everything() -> None:
    assert proxy_for("https", "a.io", 443, {"HTTPS_PROXY": "p", "NO_PROXY": "*"}) is None


def test_http_proxy_is_ignored_under_cgi() -> None:
    assert proxy_for("http", "a.io", 80, {"HTTP_PROXY": "p", "REQUEST_METHOD": "GET"}) is None


@pytest.mark.parametrize("value", ["http://[", "ftp://u:secret@h", "http://h:port", "http://a b", "http://", "http://h:0"])
def test_a_proxy_that_is_no_address_is_named_without_its_value(value: str) -> None:
    with pytest.raises(ProxyError, match="^invalid proxy address in HTTPS_PROXY ") as caught:
        proxy_for("https", "a.io", 443, {"HTTPS_PROXY": value})
    assert "secret" not in str(caught.value)


def test_a_proxy_that_does_not_answer_is_blamed_itself() -> None:
    environ = {"HTTPS_PROXY": "http://u:secret@127.0.0.1:1"}
    with pytest.raises(ConnectError, match="proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused$"):
        Connections(Options(), environ).send("GET", "https://registry.example.com/v2/", {})
