from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oakum.template.annotation import Annotation
from oakum.template.overlay import apply
from oakum.template.overlay.comparison import mismatch
from oakum.template.overlay.copying import copy_value
from oakum.template.overlay.matcher import Index, MatcherFunction
from oakum.yaml.nodes import Array, ArrayItem, Item, Map, MapItem, Value

few = settings(max_examples=40)
KEYS = st.sampled_from("abcdef")
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=3)


def _map(pairs: dict[str, Value]) -> Value:
    return Map([MapItem(key, value) for key, value in pairs.items()])


def _array(values: list[Value]) -> Value:
    return Array([ArrayItem(value) for value in values])


def _maps(below: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.dictionaries(KEYS, below, max_size=5).map(_map)


TREES = st.recursive(SCALARS, _maps, max_leaves=8)
VALUES = st.recursive(SCALARS, lambda below: _maps(below) | st.lists(below, max_size=4).map(_array), max_leaves=8)
ARRAYS = st.lists(VALUES, max_size=5).map(_array)


def plain(value: Value) -> Any:
    """`value` without nodes; the types of scalars count."""
    if isinstance(value, Map):
        return [(item.key, plain(item.value)) for item in value.items]
    if isinstance(value, Array):
        return ["array", *(plain(item.value) for item in value.items)]
    return type(value), value


def marked(item: Item, name: str, **kwargs: Any) -> Item:
    item.annotations = {**(item.annotations or {}), name: Annotation((), kwargs)}
    return item


def forgiving(value: Value) -> Value:
    """`value` as an overlay that adds what is missing and replaces what is not a map on both sides."""
    if isinstance(value, Map):
        for item in value.items:
            marked(item, "overlay/match", missing_ok=True)
            if isinstance(item.value, Map):
                forgiving(item.value)
    return value


def merges(left: Value, right: Value) -> bool:
    """Whether no map of `right` meets a scalar of `left`."""
    if not isinstance(left, Map) or not isinstance(right, Map):
        return not isinstance(right, Map) or left is None
    ours = {item.key: item.value for item in left.items}
    return all(item.key not in ours or merges(ours[item.key], item.value) for item in right.items)


@few
@given(_maps(TREES), _maps(TREES))
def test_merging_maps_twice_is_merging_once(left: Value, right: Value) -> None:
    if merges(left, right):
        once = apply(copy_value(left), forgiving(copy_value(right)))
        again = apply(copy_value(once), forgiving(copy_value(right)))
        assert plain(again) == plain(once)


@few
@given(_maps(TREES), _maps(TREES))
def test_what_was_merged_is_there(left: Value, right: Value) -> None:
    if merges(left, right):
        assert mismatch(apply(left, forgiving(copy_value(right))), right) is None


@few
@given(_maps(TREES), _maps(TREES))
def test_merging_keeps_the_order_of_what_was_there(left: Value, right: Value) -> None:
    if merges(left, right):
        before = [key for key, _ in plain(left)]
        merged = apply(left, forgiving(right))
        assert [key for key, _ in plain(merged)][: len(before)] == before


@few
@given(_maps(VALUES))
def test_an_empty_overlay_changes_nothing(left: Value) -> None:
    before = plain(left)
    assert plain(apply(left, Map())) == before


@few
@given(ARRAYS, VALUES)
def test_removing_what_was_appended_restores_the_array(left: Any, value: Value) -> None:
    before = plain(left)
    grown = apply(left, Array([ArrayItem(value)]))
    last = MatcherFunction("index", Index(len(grown.items) - 1))
    removal: Any = marked(marked(ArrayItem(None), "overlay/match", by=last), "overlay/remove")
    assert plain(apply(grown, Array([removal]))) == before


@few
@given(ARRAYS, st.integers(0, 4), VALUES)
def test_inserting_and_removing_at_a_place_restores_the_array(left: Any, at: int, value: Value) -> None:
    if at >= len(left.items):
        return
    before = plain(left)
    here = MatcherFunction("index", Index(at))
    insertion = marked(marked(ArrayItem(value), "overlay/match", by=here), "overlay/insert", before=True)
    removal = marked(marked(ArrayItem(None), "overlay/match", by=here), "overlay/remove")
    both: Any = [insertion, removal]
    assert plain(apply(left, Array(both))) == before


@few
@given(_maps(VALUES), KEYS)
def test_replacing_by_what_was_there_changes_nothing(left: Any, key: str) -> None:
    before = plain(left)
    item = marked(MapItem(key, 1), "overlay/replace", via=lambda left, right: left)
    marked(item, "overlay/match", missing_ok=True)
    changed: Any = [item]
    assert plain(apply(left, Map(changed))) == before


@few
@given(VALUES)
def test_every_value_contains_itself(value: Value) -> None:
    assert mismatch(value, copy_value(value)) is None


@few
@given(_maps(VALUES), st.data())
def test_a_map_contains_each_part_of_itself(value: Any, data: st.DataObject) -> None:
    items = data.draw(st.lists(st.sampled_from(value.items), unique_by=id)) if value.items else []
    assert mismatch(value, Map(items)) is None


@few
@given(VALUES, VALUES)
def test_containing_each_other_is_being_equal_but_for_order(one: Value, other: Value) -> None:
    if mismatch(one, other) is None and mismatch(other, one) is None and not isinstance(one, Map | Array):
        assert plain(one) == plain(other)


@few
@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["set", "remove", "replace"])), max_size=60))
def test_many_operations_on_a_large_map_do_as_a_dict_does(steps: list[tuple[int, str]]) -> None:
    left: Any = Map([MapItem(f"k{n}", n) for n in range(50)])
    model = {f"k{n}": n for n in range(50)}
    right = []
    for value, (number, what) in enumerate(steps):
        key = f"k{number}"
        item: Any = marked(MapItem(key, value), "overlay/match", missing_ok=True)
        if what != "set":
            marked(item, f"overlay/{what}")
        right.append(item)
        if what == "remove":
            model.pop(key, None)
        elif what == "set" or key in model:
            model[key] = value
    apply(left, Map(right))
    assert [(item.key, item.value) for item in left.items] == list(model.items())
