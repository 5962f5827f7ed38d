"""Sets of fields of an object, and how they are written in `managedFields` (structured-merge-diff, FieldsV1).

A path is a tuple of elements: `f:name` a field or key, `k:{"name":"c"}` an item of a list with keys, `v:"x"` an item
of a set.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from oakum.lab.api.schema import FREE, ListOf, MapOf, Scalar, Shape, Struct, resolved

_SAME = Scalar("several items with the same keys")
Path = tuple[str, ...]
Paths = set[Path]


def _dumped(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def key_element(shape: ListOf, item: Any) -> str:
    """The element that names an item of a keyed list or of a set; missing keys take the schema's default."""
    if shape.kind == "set":
        return f"v:{_dumped(item)}"
    known = resolved(shape.item)
    keys = {}
    for key in shape.keys:
        value = item.get(key) if isinstance(item, dict) else None
        if value is None and isinstance(known, Struct) and key in known.fields and known.fields[key].has_default:
            value = known.fields[key].default
        if value is not None:
            keys[key] = value
    return f"k:{_dumped(keys)}"


def children(shape: Shape, value: Any) -> Iterator[tuple[str, Shape, Any]] | None:
    """The parts of a value that can be owned one by one; None for a value that is owned as a whole."""
    shape = resolved(shape)
    if not value or not isinstance(value, dict | list):
        return None
    if isinstance(value, list):
        if not isinstance(shape, ListOf) or shape.kind == "atomic":
            return None
        return _items(shape, value)
    if isinstance(shape, Struct) and not shape.atomic:
        return ((f"f:{key}", _field(shape, key), item) for key, item in value.items())
    if isinstance(shape, MapOf) and not shape.atomic:
        return ((f"f:{key}", shape.value, item) for key, item in value.items())
    if shape == FREE:
        return ((f"f:{key}", FREE, item) for key, item in value.items())
    return None


def _items(shape: ListOf, value: list[Any]) -> Iterator[tuple[str, Shape, Any]]:
    """The items of a keyed list or a set; those that share their keys are owned as one, whole."""
    found: dict[str, list[Any]] = {}
    for item in value:
        found.setdefault(key_element(shape, item), []).append(item)
    for element, same in found.items():
        yield (element, shape.item, same[0]) if len(same) == 1 else (element, _SAME, same)


def _field(shape: Struct, key: str) -> Shape:
    known = shape.fields.get(key)
    return known.shape if known else FREE


def leaves(shape: Shape, value: Any, at: Path = ()) -> Paths:
    """The fields that an applied configuration sets: its leaves, and the items of its keyed lists."""
    parts = children(shape, value)
    if parts is None:
        return {at} if at else set()
    found: Paths = set()
    for element, inner, item in parts:
        path = (*at, element)
        if element[0] in "kv":
            found.add(path)
        found |= leaves(inner, item, path) if not _is_member(element) else set()
    return found


def _is_member(element: str) -> bool:
    return element.startswith("v:")


def everything(shape: Shape, value: Any, at: Path) -> Paths:
    """A value's path and the paths of all its parts."""
    found = {at}
    for element, inner, item in children(shape, value) or ():
        found |= everything(inner, item, (*at, element))
    return found


def compare(shape: Shape, old: Any, new: Any, at: Path = ()) -> tuple[Paths, Paths]:
    """The paths that were added or changed from `old` to `new`, and those that were removed."""
    if old == new and type(old) is type(new):
        return set(), set()
    before, after = _parts(shape, old), _parts(shape, new)
    if before is None or after is None:
        return ({at} if at else set()), set()
    # A set that begins to be is owned itself too; a keyed list is not.
    written: Paths = {at} if old is None and after and at and _is_set(shape) else set()
    removed: Paths = set()
    for element, (inner, item) in after.items():
        path = (*at, element)
        if element in before:
            more, fewer = compare(inner, before[element][1], item, path)
            written |= more
            removed |= fewer
        else:
            written |= everything(inner, item, path)
    for element, (inner, item) in before.items():
        if element not in after:
            removed |= everything(inner, item, (*at, element))
    return written, removed


def _parts(shape: Shape, value: Any) -> dict[str, tuple[Shape, Any]] | None:
    """The parts by element; an empty or absent container has none, a value owned whole gives None."""
    known = resolved(shape)
    open_list = isinstance(known, ListOf) and known.kind != "atomic" and (value is None or value == [])
    open_map = _granular(known) and (value is None or value == {})
    if open_list or open_map:
        return {}
    parts = children(shape, value)
    return None if parts is None else {element: (inner, item) for element, inner, item in parts}


def _is_set(shape: Shape) -> bool:
    known = resolved(shape)
    return isinstance(known, ListOf) and known.kind == "set"


def _granular(shape: Shape) -> bool:
    return isinstance(shape, Struct | MapOf) and not shape.atomic


def to_json(paths: Iterable[Path]) -> dict[str, Any]:
    """The `fieldsV1` value of a set of paths."""
    members = set(paths)
    root: dict[str, Any] = {}
    for path in sorted(members):
        node = root
        for element in path:
            node = node.setdefault(element, {})
    for path in members:
        node = root
        for element in path:
            node = node[element]
        if node:
            node["."] = {}
    return root


def from_json(tree: dict[str, Any], at: Path = ()) -> Paths:
    """The set of paths of a `fieldsV1` value."""
    found: Paths = set()
    for element, inner in tree.items():
        if element == ".":
            found.add(at)
        elif not inner:
            found.add((*at, element))
        else:
            found |= from_json(inner, (*at, element))
    return found


def dotted(path: Path) -> str:
    """A path in a message: `.spec.containers[name="c"].image`."""
    text = ""
    for element in path:
        mark, _, rest = element.partition(":")
        if mark == "f":
            text += f".{rest}"
        elif mark == "k":
            pairs = ",".join(f"{key}={_dumped(value)}" for key, value in json.loads(rest).items())
            text += f"[{pairs}]"
        else:
            text += f"[={rest}]"
    return text
