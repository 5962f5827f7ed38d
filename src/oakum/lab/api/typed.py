"""Whether a configuration that is applied has the types of its schema, in the words of structured-merge-diff."""

from collections.abc import Iterator
from typing import Any

from oakum.lab.api.fieldsets import Path, dotted, key_element
from oakum.lab.api.gojson import go_map
from oakum.lab.api.schema import ListOf, MapOf, Scalar, Shape, Struct, resolved

_NUMBERS = ("i", "i32", "i64", "f")
_GO = {str: "string", bool: "bool", list: "[]interface {}", dict: "map[string]interface {}"}


def problems(shape: Shape, value: Any, at: Path = ()) -> Iterator[str]:
    """What does not fit, each with its path; missing values (null) fit everywhere."""
    shape = resolved(shape)
    if value is None:
        return
    if isinstance(shape, Struct):
        yield from _struct(shape, value, at)
    elif isinstance(shape, MapOf):
        if not isinstance(value, dict):
            yield f"{dotted(at)}: expected map, got &{{{go_map(value)}}}"
            return
        for key, item in sorted(value.items()):
            yield from problems(shape.value, item, (*at, f"f:{key}"))
    elif isinstance(shape, ListOf):
        yield from _list(shape, value, at)
    else:
        yield from _scalar(shape, value, at)


def _struct(shape: Struct, value: Any, at: Path) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{dotted(at)}: expected map, got &{{{go_map(value)}}}"
        return
    for key, item in sorted(value.items()):
        known = shape.fields.get(key)
        if known is not None:
            yield from problems(known.shape, item, (*at, f"f:{key}"))
        elif not shape.open:
            yield f"{dotted((*at, f'f:{key}'))}: field not declared in schema"


def _list(shape: ListOf, value: Any, at: Path) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{dotted(at)}: expected list, got &{{{go_map(value)}}}"
        return
    seen: set[str] = set()
    for index, item in enumerate(value):
        element = f"i:{index}" if shape.kind == "atomic" else key_element(shape, item)
        if element in seen:
            yield f"{dotted(at)}: duplicate entries for key {dotted((element,))}"
        seen.add(element)
        yield from problems(shape.item, item, (*at, element))


def _scalar(shape: Shape, value: Any, at: Path) -> Iterator[str]:
    kind = shape.name if isinstance(shape, Scalar) else ""
    if kind in ("s", "byte") and not isinstance(value, str):
        yield f"{dotted(at)}: expected string, got &value.valueUnstructured{{Value:{go_map(value)}}}"
    elif kind in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        yield f"{dotted(at)}: expected numeric (int or float), got {_GO.get(type(value), 'unknown')}"
    elif kind == "b" and not isinstance(value, bool):
        yield f"{dotted(at)}: expected boolean, got &{{{go_map(value)}}}"
