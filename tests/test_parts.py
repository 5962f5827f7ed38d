from typing import Any

import pytest

from oakum.parts import items, mapping, mappings, text, texts


@pytest.mark.parametrize(("read", "value", "found"), [
    (mapping, {"a": 1}, {"a": 1}), (items, [1, None], [1, None]), (mappings, [{"a": 1}, 5, None, []], [{"a": 1}]),
    (text, "a", "a"), (texts, ["a", 5, None], ["a"]),
])
def test_a_part_of_the_right_type_is_given(read: Any, value: Any, found: Any) -> None:
    assert read(value) == found


@pytest.mark.parametrize("read", [mapping, items, mappings, text, texts])
@pytest.mark.parametrize("value", [None, 5, 1.5, True, "a", ["a"], {"a": "b"}])
def test_one_of_another_type_is_empty(read: Any, value: Any) -> None:
    found = read(value)
    assert found in ({}, [], "") or found == value
