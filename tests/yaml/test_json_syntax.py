from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.yaml.json_syntax import loads, syntax_error


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "unexpected end of JSON input"),
        ("not", "invalid character 'o' in literal null (expecting 'u')"),
        ("abc", "invalid character 'a' looking for beginning of value"),
        ("{bad", "invalid character 'b' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1 2}', "invalid character '2' after object key:value pair"),
        ("[1 2]", "invalid character '2' after array element"),
        ("{} x", "invalid character 'x' after top-level value"),
        ("'a'", r"invalid character '\'' looking for beginning of value"),
        ('"a', "unexpected end of JSON input"),
        ('"\\x"', "invalid character 'x' in string escape code"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("\x01", r"invalid character '\x01' looking for beginning of value"),
        ('"\n"', r"invalid character '\n' in string literal"),
        ('"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1ex", "invalid character 'x' in exponent of numeric literal"),
        ("[" * 100_000, "exceeded max depth"),
    ],
)
def test_bad_json_is_described_as_go_does(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        loads(text)


@given(st.text(max_size=60))
def test_text_is_decoded_or_refused(text: str) -> None:
    try:
        value = loads(text)
    except ValueError:
        return
    assert json.loads(text) == value or value != value


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_json_that_python_writes_has_no_error(value: Any) -> None:
    assert syntax_error(json.dumps(value)) is None


@given(st.text(alphabet='{}[]",:tf01.-e\\u \n', max_size=12))
def test_json_syntax_agrees_with_python(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda word: json.loads("["))
    except ValueError:
        assert syntax_error(text) is not None
    else:
        assert syntax_error(text) is None
