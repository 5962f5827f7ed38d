"""Copies of right-hand nodes: what an overlay brings into the left side is never shared with the overlay itself."""
from __future__ import annotations

from oakum.starlark.meter import charge
from oakum.typing import Any, TypeVar
from oakum.yaml.nodes import Array, ArrayItem, Document, Item, Map, MapItem, Node, Value, walk

PREFIX = "overlay/"
_N = TypeVar("_N", bound=Node)


def copy_value(value: Value) -> Value:
    """A deep copy of `value` without `overlay/*` annotations; scalars are themselves."""
    if isinstance(value, Map | Array):
        charge(8 * len(value.items))
    if isinstance(value, Map):
        return _dressed(Map([_copy_map_item(item) for item in value.items], value.line, value.source), value)
    if isinstance(value, Array):
        return _dressed(Array([_copy_array_item(item) for item in value.items], value.line, value.source), value)
    return value


def copy_item(item: Item) -> Item:
    """A deep copy of a document, map item or array item without `overlay/*` annotations."""
    return with_value(item, copy_value(item.value))


def with_value(item: Item, value: Value) -> Item:
    """A shallow copy of `item` that holds `value` (which is not copied), without `overlay/*` annotations."""
    if isinstance(item, MapItem):
        return _dressed(MapItem(item.key, value, item.line, item.source), item)
    return _dressed((ArrayItem if isinstance(item, ArrayItem) else Document)(value, item.line, item.source), item)


def replica(item: Any) -> Any:
    """A deep copy of a document, map item or array item as it is."""
    value = item.value
    kind = type(value)
    if kind is Map or kind is Array:
        charge(8 * len(value.items))
        value = _placed(kind([replica(below) for below in value.items], value.line, value.source), value)
    if type(item) is MapItem:
        return _placed(MapItem(item.key, value, item.line, item.source), item)
    return _placed(type(item)(value, item.line, item.source), item)


def _placed(copy: _N, original: Node) -> _N:
    copy.comments = original.comments
    copy.annotations = original.annotations and dict(original.annotations)
    return copy


def strip(node: Node) -> None:
    """Remove the `overlay/*` annotations of `node` and everything below it."""
    for below in walk(node):
        charge(1)
        if below.annotations:
            below.annotations = others(below.annotations)


def others(annotations: dict[str, Any]) -> dict[str, Any] | None:
    """The annotations that are not about overlays, None when there are none."""
    return {name: held for name, held in annotations.items() if not name.startswith(PREFIX)} or None


def _copy_map_item(item: MapItem) -> MapItem:
    return _dressed(MapItem(item.key, copy_value(item.value), item.line, item.source), item)


def _copy_array_item(item: ArrayItem) -> ArrayItem:
    return _dressed(ArrayItem(copy_value(item.value), item.line, item.source), item)


def _dressed(copy: _N, original: Node) -> _N:
    if original.comments:
        copy.comments = original.comments
    if original.annotations:
        copy.annotations = others(original.annotations)
    return copy
