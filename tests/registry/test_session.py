from __future__ import annotations

import pytest

from oakum.registry.session import may_speak_http


@pytest.mark.parametrize(
    "name",
    ["10.1.2.3", "172.16.0.1:5000", "192.168.0.1:80", "127.0.0.1", "127.0.0.1:5000", "127.0.0.1.nip.io", "localhost:5000",
     "a.local", "a.localhost:5", "[::1]:80"],
)  # fmt: skip
def test_plain_http_is_tried_with_registries_nearby(name: str) -> None:
    assert may_speak_http(name)


@pytest.mark.parametrize(
    "name",
    ["index.docker.io", "0.0.0.0:5000", "169.254.1.1", "172.32.0.1", "127.0.0.2", "1.2.3.4", "10.0.0", "10.0.0.0.1", "a.locals",
     "localhost.foo", "192.168.1.1.nip.io", "[::2]:80"],
)  # fmt: skip
def test_plain_http_is_not_tried_with_others(name: str) -> None:
    assert not may_speak_http(name)
