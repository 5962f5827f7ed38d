from __future__ import annotations

from typing import Any

import pytest

from oakum.starlark import List
from oakum.template.overlay.errors import OverlayError
from oakum.template.overlay.expectation import ONE_OR_NONE, from_value
from oakum.yaml.nodes import ArrayItem, Source


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        (2, {2}),
        ("2+", {2, 3, 4}),
        (List([0, "3+"]), {0, 3, 4}),
        (List([]), {0, 1, 2, 3, 4}),
        (lambda count: count % 2 == 0, {0, 2, 4}),
    ],
)
def test_an_expectation_accepts_its_numbers(value: Any, accepted: set[int]) -> None:
    wanted = from_value(value, "expects")
    assert {count for count in range(5) if wanted.accepts(count)} == accepted


def test_one_or_none_is_what_missing_ok_means() -> None:
    assert [ONE_OR_NONE.accepts(count) for count in range(3)] == [True, True, False]


def test_the_last_of_a_list_complains_with_sorted_positions() -> None:
    items = [ArrayItem(None, 12, Source("b.yml")), ArrayItem(None, 3, Source("a.yml"))]
    error = from_value(List([0, "5+"]), "expects").complaint([(items, 0), (items, 1)])
    assert str(error) == "Expected number of matched nodes to be >= 5, but was 2 (lines: a.yml:3, b.yml:12)"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("many", "Expected 'many' to be in format 'i+' where i is an integer"),
        ("2", "Expected '2' to be in format 'i+' where i is an integer"),
        (
            1.5,
            "Expected 'overlay/match' annotation keyword argument 'when' to be either int, string or function, "
            "but was starlark.Float",
        ),
        (
            True,
            "Expected 'overlay/match' annotation keyword argument 'when' to be either int, string or function, "
            "but was starlark.Bool",
        ),
    ],
)
def test_other_values_are_no_expectation(value: Any, message: str) -> None:
    with pytest.raises(OverlayError) as caught:
        from_value(value, "when")
    assert str(caught.value) == message


def test_a_function_has_to_return_a_boolean() -> None:
    with pytest.raises(OverlayError, match="'expects' to have a function that returns a boolean"):
        from_value(lambda count: "yes", "expects").accepts(1)
