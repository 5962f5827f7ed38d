import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.yaml.gojson import _write, dumps

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e15, 1e15) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    assert dumps({"b": [1, 1.0, None], "a": {"x": True}, "B": {}}) == '{"B":{},"a":{"x":true},"b":[1,1,null]}'


def test_html_is_escaped_unless_told_otherwise() -> None:
    assert dumps("<a&b>\u2028") == '"\\u003ca\\u0026b\\u003e\\u2028"'
    assert dumps("<a&b>\u2028", escape_html=False) == '"<a&b>\\u2028"'


def test_control_characters_have_gos_escapes() -> None:
    assert dumps('\x00\x08\x0c\n\r\t"\\\x7fé😀') == '"\\u0000\\b\\f\\n\\r\\t\\"\\\\\x7fé😀"'


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    assert dumps(b"a\xff".decode("utf-8", "surrogateescape")) == '"a\\ufffd"'


def test_indentation_is_that_of_marshal_indent() -> None:
    assert dumps({"a": [1, {}], "b": []}, indent="  ") == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'


def test_a_value_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="unsupported type: set"):
        dumps(set())


LIKE_JSON = TEXT | st.sampled_from(["a:1.5", "[1e3", "null", "<b>", "\u2029", "x,-2.0", "\x7f", "\\u003c"])
LIKELY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | LIKE_JSON,
    lambda inner: st.lists(inner) | st.dictionaries(LIKE_JSON, inner), max_leaves=10)


@given(LIKELY)
def test_what_is_written_in_c_is_what_is_written_in_python(value: Any) -> None:
    out: list[str] = []
    try:
        _write(value, out, None, "\n", True)
    except ValueError as e:
        with pytest.raises(ValueError, match=re.escape(str(e))):
            dumps(value)
    else:
        assert dumps(value) == "".join(out)


@given(VALUES)
def test_what_is_written_reads_back(value: Any) -> None:
    assert json.loads(dumps(value)) == value
    assert json.loads(dumps(value, indent="  ", escape_html=False)) == value
