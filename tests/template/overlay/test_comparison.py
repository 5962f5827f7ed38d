from __future__ import annotations

from collections.abc import Callable

import pytest

from oakum.template.overlay.comparison import find_item, mismatch
from oakum.yaml.nodes import Document, Map

Read = Callable[..., Document]


@pytest.mark.parametrize(
    ("left", "wanted", "difference"),
    [
        ("{a: 1, b: {c: 2, d: 3}}", "{b: {c: 2}}", None),
        ("[1, 2, 3]", "[1, 2]", None),
        ("null", "null", None),
        ("{a: 1}", "{}", None),
        ("{a: 1}", "{b: 1}", "Expected at least one map item to match by key"),
        ("{a: 1}", "[1]", "Expected array, but was map"),
        ("1", "{a: 1}", "Expected map, but was integer"),
        ("[1]", "[1, 2]", "Expected to have matching number of array items"),
        ("[1, 2]", "[2]", "Expected leaf values to match integer integer"),
        ("1", "1.0", "Expected leaf values to match integer float"),
        ("true", "1", "Expected leaf values to match boolean integer"),
        ("{a: 1}", "text", "Expected leaf values to match map string"),
    ],
)
def test_a_structure_contains_another_or_says_why_not(
    document: Read, left: str, wanted: str, difference: str | None
) -> None:
    assert mismatch(document(left).value, document(wanted).value) == difference


def test_a_key_is_found_by_type_and_value(document: Read) -> None:
    mapping = document("{1: int, '1': text, true: bool}").value
    assert isinstance(mapping, Map)
    found = [find_item(mapping, key) for key in ("1", 1, True, 1.0)]
    assert [item.value if item else None for item in found] == ["text", "int", "bool", None]
