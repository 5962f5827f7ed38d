from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.registry.jsontext import loads


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
