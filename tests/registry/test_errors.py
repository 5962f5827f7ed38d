from __future__ import annotations

import pytest

from oakum.registry.answers import redact, status_error
from oakum.registry.errors import go_value


def _error(status: int, body: bytes, url: str = "http://h/v2/r/manifests/x") -> str:
    return str(status_error("GET", url, status, body))


def test_one_diagnostic_is_code_message_and_detail() -> None:
    body = b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"nope"}}]}'
    assert _error(404, body) == "GET http://h/v2/r/manifests/x: MANIFEST_UNKNOWN: manifest unknown; map[Tag:nope]"


def test_several_diagnostics_are_joined() -> None:
    body = b'{"errors":[{"code":"A","message":"m1"},{"code":"B","message":"m2","detail":{"x":1}}]}'
    assert _error(400, body).endswith(": multiple errors returned: A: m1; B: m2; map[x:1]")


def test_an_empty_body_leaves_the_status() -> None:
    assert _error(404, b"").endswith(": unexpected status code 404 Not Found")


def test_another_body_is_quoted() -> None:
    assert _error(404, b"<html>no</html>").endswith("404 Not Found: <html>no</html>")


@pytest.mark.parametrize("body", [b'{"errors":5}', b'{"errors":{"a":1}}', b'{"errors":[5]}', b"[]"])
def test_a_body_that_lists_no_errors_is_quoted(body: bytes) -> None:
    assert _error(404, body).endswith(f"404 Not Found: {body.decode()}")


def test_what_a_failing_server_says_is_left_out() -> None:
    assert _error(500, b"stack trace").endswith("500 Internal Server Error")


def test_details_print_as_go_values() -> None:
    assert go_value([{"b": [1, "two", True], "a": None, "c": 1.5, "d": 1e21}]) == "[map[a:<nil> b:[1 two true] c:1.5 d:1e+21]]"


def test_secrets_in_urls_are_redacted() -> None:
    url = "https://user:pw@h/token?deny=s3cret&scope=repository%3AR%3Apull&service=svc"
    assert redact(url) == "https://h/token?deny=REDACTED&scope=repository%3AR%3Apull&service=svc"
