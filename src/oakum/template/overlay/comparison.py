"""Whether one structure contains another (ytt: `overlay.subset`, `@overlay/assert`)."""
from __future__ import annotations

from functools import cache

from oakum.starlark.meter import charge
from oakum.template.kinds import kind_of, name_of
from oakum.typing import Any
from oakum.yaml.nodes import Array, Map, MapItem, Value

_COMPARED = 6  # steps that a comparison takes


def mismatch(left: Value, wanted: Value) -> str | None:
    """Why `left` does not contain `wanted`, None when it does.

    A map contains another that has some of its items; an array one that is its beginning; scalars are equal when
    type and value are, so an integer never equals a float or a boolean.
    """
    if isinstance(wanted, Map):
        return _map_mismatch(left, wanted)
    if isinstance(wanted, Array):
        return _array_mismatch(left, wanted)
    if type(left) is type(wanted) and left == wanted:
        return None
    kinds: Any = type(left), type(wanted)
    return _leaf_mismatch(*kinds)


@cache
def _leaf_mismatch(left: type, wanted: type) -> str:
    """Most comparisons of an `overlay.subset` end here, and nobody reads why."""
    return f"Expected leaf values to match {name_of(left)} {name_of(wanted)}"


def find_item(mapping: Map, key: Any) -> MapItem | None:
    """The first item of `mapping` whose key has the type and value of `key`."""
    kind = type(key)
    for item in mapping.items:
        if item.key == key and type(item.key) is kind:
            return item
    return None


def _map_mismatch(left: Value, wanted: Map) -> str | None:
    if not isinstance(left, Map):
        return f"Expected map, but was {kind_of(left)}"
    charge(_COMPARED + len(wanted.items) * (_COMPARED + (len(left.items) >> 1)))
    for item in wanted.items:
        counterpart = find_item(left, item.key)
        if counterpart is None:
            return "Expected at least one map item to match by key"
        difference = mismatch(counterpart.value, item.value)
        if difference is not None:
            return difference
    return None


def _array_mismatch(left: Value, wanted: Array) -> str | None:
    if not isinstance(left, Array):
        return f"Expected array, but was {kind_of(left)}"
    if len(wanted.items) > len(left.items):
        return "Expected to have matching number of array items"
    for own, item in zip(left.items, wanted.items, strict=False):
        difference = mismatch(own.value, item.value)
        if difference is not None:
            return difference
    return None
