from __future__ import annotations

import pytest

from oakum.http.errors import HttpError
from oakum.http.head import parse


def test_fields_are_found_in_any_case_and_all_of_a_name_are_kept() -> None:
    head = parse(b"HTTP/1.1 200 OK\r\nWarning: 299 - \"a\"\r\nX: 1\r\nwarning:299 - \"b\"")
    assert (head.status, head.reason, head.kept) == (200, "OK", True)
    assert head.headers.get_all("WARNING") == ['299 - "a"', '299 - "b"']
    assert (head.headers.get("x"), head.headers.get("y"), head.headers.get("y", "-")) == ("1", "", "-")
    assert [name for name, _ in head.headers.items()] == ["Warning", "X", "warning"]


def test_a_field_may_go_on_in_the_next_line_and_lines_may_end_without_a_return() -> None:
    assert parse(b"HTTP/1.1 200\nA: one\n  two\nB: 3").headers.items() == [("A", "one two"), ("B", "3")]


@pytest.mark.parametrize(("answer", "kept"), [
    (b"HTTP/1.1 200 OK", True), (b"HTTP/1.1 200 OK\r\nConnection: Close", False), (b"HTTP/1.0 200 OK", False),
    (b"HTTP/1.0 200 OK\r\nConnection: keep-alive", True)])
def test_whether_the_connection_lasts_is_said_by_version_and_field(answer: bytes, kept: bool) -> None:
    assert parse(answer).kept is kept


@pytest.mark.parametrize("answer", [b"", b"HTTP/2 200", b"HTTP/1.1 2000 OK", b"HTTP/1.1 OK", b"ICY 200 OK"])
def test_other_first_lines_are_refused(answer: bytes) -> None:
    with pytest.raises(HttpError, match="malformed HTTP response"):
        parse(answer)
