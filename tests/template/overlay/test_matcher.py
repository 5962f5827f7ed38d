from __future__ import annotations

from typing import Any

import pytest

from oakum.starlark import Failure
from oakum.template.overlay.errors import OverlayError
from oakum.template.overlay.functions import FUNCTIONS, all_matcher, as_matcher
from oakum.template.overlay.matcher import Index, SameKey, Scripted
from oakum.yaml.nodes import Map, MapItem


def test_an_index_is_no_key() -> None:
    assert Index(1).matches(1, None, None)
    for key in ("1", True):
        with pytest.raises(OverlayError, match=r"^overlay.index_matcher: expected starlark.Int$"):
            Index(1).matches(key, None, None)


def test_the_same_key_has_to_be_on_both_sides() -> None:
    named, other = Map([MapItem("name", "a"), MapItem("v", 1)]), Map([MapItem("name", "a")])
    assert SameKey("name").matches(0, named, other)
    with pytest.raises(OverlayError, match="overlay.map_key_matcher: Expected to find map item with key 'v'"):
        SameKey("v").matches(0, named, other)
    with pytest.raises(OverlayError, match="Expected value to be map, but was string"):
        SameKey("v").matches(0, "text", other)


def test_matchers_combine() -> None:
    first, second = FUNCTIONS["index"](0), FUNCTIONS["index"](1)
    either = FUNCTIONS["or_op"](first, second)
    neither = FUNCTIONS["not_op"](either)
    both = FUNCTIONS["and_op"](either, lambda place, left, right: left == "x")
    assert [either.matcher.matches(place, "x", None) for place in range(3)] == [True, True, False]
    assert [neither.matcher.matches(place, "x", None) for place in range(3)] == [False, False, True]
    assert [both.matcher.matches(0, left, None) for left in ("x", "z")] == [True, False]


def test_a_function_has_to_return_a_boolean() -> None:
    with pytest.raises(OverlayError, match="expected starlark.Bool, but was starlark.String"):
        Scripted(lambda place, left, right: "yes").matches(0, None, None)


def test_a_matcher_is_a_function_of_three_arguments() -> None:
    assert all_matcher(0, 1, 2) is True
    with pytest.raises(Failure, match="overlay.all: expected exactly 3 arguments"):
        all_matcher(1)
    assert as_matcher(all_matcher) is all_matcher.matcher


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("index", ("0",), "expected starlark.Int"),
        ("index", (True,), "expected starlark.Int"),
        ("index", (), "expected exactly one argument"),
        ("map_key", (5,), "expected a string, but was int"),
        ("subset", (), "expected exactly one argument"),
        ("and_op", (), "expected at least one argument"),
        ("not_op", (1, 2), "expected exactly one argument"),
        ("apply", (), "expected exactly at least argument"),
    ],
)
def test_functions_refuse_other_arguments(name: str, args: tuple[Any, ...], message: str) -> None:
    with pytest.raises(Failure) as caught:
        FUNCTIONS[name](*args)
    assert str(caught.value) == message
