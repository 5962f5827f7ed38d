"""Tokens: literals, names and what is refused."""
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.starlark.rendering import quote
from oakum.starlark.scanner import EOF, ERROR, NEWLINE, STRING, scan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0x1F", 31),
        ("0o17", 15),
        ("0b101", 5),
        ("10", 10),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1E-2", 0.01),
        (r'"a\tb"', "a\tb"),
        (r"'\''", "'"),
        (r'r"a\n"', "a\\n"),
        (r'"\q\u00e9"', "\\q\\u00e9"),
        (r'"\x41\101"', "AA"),
        (r'"\xc3\xa9"', "é"),
        (r'"\xff"', "\udcff"),
        ('"""a\n"b"c"""', 'a\n"b"c'),
        ("'''x'''", "x"),
        ('"a\\\nb"', "ab"),
    ],
)
def test_literals_have_their_values(text: str, expected: Any) -> None:
    assert scan(text, "t").values[0] == expected


def test_an_integer_may_be_longer_than_python_reads() -> None:
    assert scan("9" * 9000, "t").values[0] == 10**9000 - 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0777", "obsolete form of octal literal; use 0o777"),
        ("08", "invalid int literal"),
        ("0x", "invalid hex literal"),
        ("0b2", "invalid binary literal"),
        ("1e400", "invalid float literal"),
        ("'a", "unexpected EOF in string"),
        ("'a\nb'", "unexpected newline in string"),
        ("'''a", "unexpected EOF in string"),
        ("a ! b", "unexpected input character '!'"),
        (")", "unexpected ')'"),
        ("a \\ b", "stray backslash in program"),
    ],
)
def test_malformed_text_is_refused(text: str, message: str) -> None:
    tokens = scan(text, "t")
    assert tokens.kinds[-1] == ERROR
    assert tokens.values[-1].errors[0].message == message


def test_blank_lines_comments_and_brackets_make_no_newlines() -> None:
    kinds = scan("\n# note\na = [1,\n\n 2] # end\n\n", "t").kinds
    assert kinds == ["identifier", "=", "[", "int literal", ",", "int literal", "]", NEWLINE, EOF]


def test_a_newline_is_counted_on_the_line_after_it() -> None:
    tokens = scan("a\nb", "t")
    assert list(zip(tokens.kinds, tokens.lines, strict=True)) == [
        ("identifier", 1), (NEWLINE, 2), ("identifier", 2), (NEWLINE, 2), (EOF, 2),
    ]  # fmt: skip


def test_a_backslash_joins_lines() -> None:
    assert scan("a + \\\n b", "t").lines[:3] == [1, 1, 2]


@given(st.text(st.characters(codec="utf-8")))
def test_what_repr_writes_is_read_back(value: str) -> None:
    printable = "".join(char for char in value if char.isprintable() or char < "\x7f")
    tokens = scan(quote(printable), "t")
    assert tokens.kinds[0] == STRING
    assert tokens.values[0] == printable


@given(st.text(alphabet="ab1.'\"\\\n#[](){}:=+-*/ \t!$", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert scan(text, "t").kinds[-1] in (EOF, ERROR)
