import re

import pytest

from oakum.cli.csv import first_record


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("a,b", ["a", "b"]),
        ('"a,b",c', ["a,b", "c"]),
        ('"a""b",', ['a"b', ""]),
        ('"",x', ["", "x"]),
        ("a\nb", ["a"]),
        ("\n\na\n", ["a"]),
        ("a\r\n", ["a"]),
        ("a\rb", ["a\rb"]),
        ('"a\nb",c\nd', ["a\nb", "c"]),
    ],
)
def test_the_first_line_that_is_not_empty_is_read(text: str, fields: list[str]) -> None:
    assert first_record(text) == fields


# Recorded from the reference, which is in Go.
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n", "EOF"),
        ('"js', 'parse error on line 1, column 4: extraneous or missing " in quoted-field'),
        ('a"b', 'parse error on line 1, column 2: bare " in non-quoted-field'),
        ('"json"x', 'parse error on line 1, column 6: extraneous or missing " in quoted-field'),
        ('json,"yaml"é', 'parse error on line 1, column 11: extraneous or missing " in quoted-field'),
        ('"日本', 'parse error on line 1, column 8: extraneous or missing " in quoted-field'),
        ('"\n', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'),
        ('"a\nb', 'record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field'),
    ],
)
def test_misplaced_quotes_are_told_with_line_and_column(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(message)}\Z"):
        first_record(text)
