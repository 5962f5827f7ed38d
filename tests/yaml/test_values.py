"""Nodes as the plain values that Kubernetes takes."""
from __future__ import annotations

from typing import Any

import pytest

from oakum.errors import YAMLError
from oakum.yaml.parser import parse
from oakum.yaml.values import to_plain


def plain(text: str) -> Any:
    return to_plain(parse(text, "f.yml").items[-1])


def test_maps_lists_and_scalars_are_what_they_say() -> None:
    assert plain("a: [1, x, null, true]\nb: {c: {}}\n") == {"a": [1, "x", None, True], "b": {"c": {}}}


def test_whole_floats_are_integers_until_they_are_written_with_an_exponent() -> None:
    values = plain("[1.0, -3e2, 1e20, 1e21, 1.5]\n")
    assert [(type(value), value) for value in values] == [
        (int, 1), (int, -300), (int, 10**20), (float, 1e21), (float, 1.5)]  # fmt: skip


def test_keys_are_texts() -> None:
    assert plain("1: a\ntrue: b\nc: d\n") == {"1": "a", "true": "b", "c": "d"}


@pytest.mark.parametrize(("text", "message"), [
    ("a:\n  b: .inf\n", "f.yml:2: JSON cannot hold the number +Inf"),
    ("a: .nan\n", "f.yml:1: JSON cannot hold the number NaN"),
    ("null: a\n", "f.yml:1: a key cannot be null"),
])  # fmt: skip
def test_what_json_cannot_hold_is_refused_where_it_stands(text: str, message: str) -> None:
    with pytest.raises(YAMLError) as caught:
        plain(text)
    assert str(caught.value) == message
