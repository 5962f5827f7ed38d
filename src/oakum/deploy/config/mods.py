"""Changes to a field of an object: copy from others, remove, add labels, rewrite references.

Copying and removing give the object a new body, in which only what lies on the way to the field is new: the rest is
shared with the body before and with the sources, which are never changed. Whole copies were half of a comparison.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile

from oakum.deploy.config.path import All, Index, Part, Path, Pattern, has_index, path_text
from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import Resource
from oakum.deploy.values import go_name
from oakum.typing import Any

_MISSING: Any = object()
_IN_ARRAYS = (All, Index)


class PathMismatch(ConfigError):
    """A value on the way is not of the type that the path needs, or the path ends in an array."""


def _on(target: Resource, mod: str, path: Path, mismatch: ConfigError) -> PathMismatch:
    plain = ".".join(str(part) for part in takewhile(lambda part: isinstance(part, str), path))
    return PathMismatch(f"{mod} for path '{path_text(path)}' on resource '{target.description}': {mismatch}",
                        target.places([plain]))


def _need_map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PathMismatch(f"Unexpected non-map found: {go_name(value)}")
    return value


def _need_array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise PathMismatch(f"Unexpected non-array found: {go_name(value)}")
    return value


def _at(value: Any, key: str | int) -> Any:
    if isinstance(key, int):
        return value[key] if isinstance(value, list) and key < len(value) else _MISSING
    return value.get(key, _MISSING) if isinstance(value, dict) else _MISSING


def copy_field(target: Resource, path: Path, sources: Sequence[Resource]) -> None:
    """Set the field at `path` to its value in the first source that has it; nothing when none has.

    Missing maps on the way are made, unless the path goes through an array. Raises PathMismatch.
    """
    try:
        for driver in range(len(sources)):
            bodies = [source.body for source in sources]
            target.body = _copied(target.body, path, bodies, driver, path)
    except PathMismatch as e:
        raise _on(target, "FieldCopyMod", path, e) from e


def _copied(target: Any, path: Path, sources: list[Any], driver: int, whole: Path) -> Any:
    """`target` with what is at `path` in the sources; `whole` is the path from the top."""
    part, rest = path[0], path[1:]
    if isinstance(part, _IN_ARRAYS):
        return _copied_items(target, path, sources, driver, whole)
    out = dict(_need_map(target))
    driving = _need_map(sources[driver])
    for key in part.keys(driving) if isinstance(part, Pattern) else [part]:
        if not rest:
            value = next((s[key] for s in sources if isinstance(s, dict) and key in s), _MISSING)
            if value is not _MISSING:
                out[key] = value
        elif driving.get(key) is not None:
            below = out.get(key)
            if below is None and has_index(whole):
                continue
            made = _copied({} if below is None else below, rest, [_at(s, key) for s in sources], driver, whole)
            if made or below is not None:
                out[key] = made
    return out


def _copied_items(target: Any, path: Path, sources: list[Any], driver: int, whole: Path) -> Any:
    part, rest = path[0], path[1:]
    if target is None:
        return None
    out = list(_need_array(target))
    if not rest:
        raise PathMismatch("Expected last part of the path to be map key")
    for at in _indexes(part, out):
        if _at(sources[driver], at) is not _MISSING:
            out[at] = _copied(out[at], rest, [_at(s, at) for s in sources], driver, whole)
    return out


def _indexes(part: Part, items: Sequence[Any]) -> range:
    """The places in an array that a part of a path means."""
    if isinstance(part, Index):
        return range(part.at, min(part.at + 1, len(items)))
    return range(len(items))


def remove_field(target: Resource, path: Path) -> None:
    """Remove what is at `path`, if it can be reached. Raises PathMismatch where an array is looked for in vain."""
    try:
        target.body = _removed(target.body, path)
    except PathMismatch as e:
        raise _on(target, "FieldRemoveMod", path, e) from e


def _removed(target: Any, path: Path) -> Any:
    part, rest = path[0], path[1:]
    if target is None:
        return None
    if isinstance(part, _IN_ARRAYS):
        items = list(_need_array(target))
        if not rest:
            raise PathMismatch("Expected last part of the path to be map key")
        for at in _indexes(part, items):
            items[at] = _removed(items[at], rest)
        return items
    if not isinstance(target, dict):
        return target
    out = dict(target)
    for key in part.keys(out) if isinstance(part, Pattern) else [part]:
        if not rest:
            out.pop(key, None)
        elif key in out:
            out[key] = _removed(out[key], rest)
    return out


def add_strings(target: Resource, path: Path, values: Mapping[str, str], *, create: bool) -> None:
    """Add `values` to the map at `path`, made when missing if `create`; arrays are not. Raises PathMismatch."""
    try:
        _add(target.body, path, values, create)
    except PathMismatch as e:
        raise _on(target, "StringMapAppendMod", path, e) from e


def _add(target: Any, path: Path, values: Mapping[str, str], create: bool) -> None:
    if not path:
        _need_map(target).update(values)
        return
    part, rest = path[0], path[1:]
    if isinstance(part, _IN_ARRAYS):
        items = _need_array(target) if target is not None else []
        for at in _indexes(part, items):
            _add(items[at], rest, values, create)
        return
    found = _need_map(target)
    key = str(part)
    if found.get(key) is None:
        if not create or has_index(rest):
            return
        found[key] = {}
    _add(found[key], rest, values, create)


def rewrite_references(target: Resource, path: Path, rewrite: Callable[[dict[str, Any]], None]) -> None:
    """Call `rewrite` with every map at `path`. Raises PathMismatch for a value of another type on the way.

    A ConfigError of `rewrite` is told with the path too.
    """
    try:
        _visit(target.body, path, rewrite)
    except ConfigError as e:
        raise _on(target, "ObjectRefSetMod", path, e) from e


def _visit(target: Any, path: Path, rewrite: Callable[[dict[str, Any]], None]) -> None:
    if not path:
        rewrite(_need_map(target))
        return
    part: Part = path[0]
    if isinstance(part, _IN_ARRAYS):
        if target is None:
            return
        items = _need_array(target)
        for at in _indexes(part, items):
            _visit(items[at], path[1:], rewrite)
        return
    found = _need_map(target).get(str(part), _MISSING)
    if found is not _MISSING:
        _visit(found, path[1:], rewrite)
