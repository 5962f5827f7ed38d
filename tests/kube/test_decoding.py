"""A text means the same whatever its length, which decides what reads it."""
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.kube.decoding import SMALL, decode

SCALARS = st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False, allow_infinity=False) \
    | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("ab\u00e9"), inner))


@given(VALUES)
def test_short_and_long_texts_are_read_alike(value: Any) -> None:
    text = json.dumps(value).encode()
    assert decode(text) == decode(text + b" " * SMALL) == value


@pytest.mark.parametrize("text", [b"", b"nonsense", b"{", b"NaN", b"[Infinity]", b'"\xff"', b"[" * 20_000, b"\xff\xfe1\x00"])
def test_what_is_no_json_is_an_error_at_any_length(text: bytes) -> None:
    for body in (text, text + b" " * SMALL):
        with pytest.raises(ValueError, match=r"\S"):
            decode(body)
