"""TOML texts and the messages for what is none; `tests/cases/ytt/starlark-modules.jsonl` holds a thousand more."""
from __future__ import annotations

import pytest

from oakum.template.modules.toml_cursor import TOMLError
from oakum.template.modules.toml_numbers import Time
from oakum.template.modules.toml_reader import loads


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("a = 1 # one\n[t.u]\nb = [1, 'x', true,\n]\n", {"a": 1, "t": {"u": {"b": [1, "x", True]}}}),
        ("[[a]]\nb.c = 0x1F\n[[a]]\n", {"a": [{"b": {"c": 31}}, {}]}),
        ("a = {b = 1.5, 'c d' = \"\\u00e9\"}", {"a": {"b": 1.5, "c d": "é"}}),
        ('a = """\nx\\\n   y"""', {"a": "xy"}),
    ],
)
def test_tables_hold_what_the_text_says(text, expected):
    assert loads(text) == expected


def test_dates_and_times_are_told_from_numbers():
    assert [type(value) for value in loads("a = 1979-05-27\nb = 07:32:00\nc = 1979-05-27 07:32:00Z").values()] == [Time] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = \n", "line 2 (last key \"a\"): expected value but found '\\n' instead"),
        ("[a]\nb = 01", 'line 2 (last key "a.b"): Invalid integer "01": cannot have leading zeroes'),
        ("a = 1\na = 2", "line 2 (last key \"a\"): Key 'a' has already been defined."),
        ("a = 1\n[b", "line 1: expected '.' or ']' to end table name, but got '\\x00' instead"),
        ("a = 1979-02-30", 'line 1 (last key "a"): Invalid TOML Datetime: "1979-02-30".'),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line_and_key(text, message):
    with pytest.raises(TOMLError) as caught:
        loads(text)
    assert caught.value.message == message


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a.b" + ".a" * 5000 + " = 1", "a = " + "{a = " * 5000])
def test_what_nests_without_end_is_refused(text):
    with pytest.raises(TOMLError, match="exceeded max depth of 100"):
        loads(text)
