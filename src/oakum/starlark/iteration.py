"""Loops: what can be iterated, with mutation refused while it is, steps counted, and elements unpacked."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from oakum.starlark.errors import Failure
from oakum.starlark.meter import charge, reserve
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Dict, List, Set, Struct
from oakum.typing import Any

_SMALL = 1000


def iterate(value: Any) -> Iterator[Any]:
    """An iterator over `value` for a loop. Raises Failure for what cannot be iterated."""
    kind = type(value)
    if kind is range or kind is tuple:
        return _counted(value) if len(value) > _SMALL else _charged(value)
    if kind is List:
        return _guarded(value, list.__iter__(value))
    if kind is Dict:
        return _guarded(value, iter(value.names()))
    if kind is Set:
        return _counted(value)
    return _counted(elements(value))


def _charged(value: Any) -> Iterator[Any]:
    charge(len(value))
    return iter(value)


def _counted(items: Iterable[Any]) -> Iterator[Any]:
    for count, item in enumerate(items):
        if not count & 255:
            charge(256)
        yield item


def _guarded(value: Any, items: Iterator[Any]) -> Iterator[Any]:
    """`items` of the list or dict `value`, which cannot change meanwhile."""
    charge(len(value))
    if value.frozen:
        return items
    return _busy(value, items)


def _busy(value: Any, items: Iterator[Any]) -> Iterator[Any]:
    value.busy += 1
    try:
        yield from items
    finally:
        value.busy -= 1


def elements(value: Any) -> Iterable[Any]:
    """The elements of `value`, for host code that runs no program's code while it reads them.

    Raises Failure (`string value is not iterable`).
    """
    found = elements_or_none(value)
    if found is None:
        raise Failure(f"{type_name(value)} value is not iterable")
    return found


def elements_or_none(value: Any) -> Iterable[Any] | None:
    """The elements of `value`, or None when it has none to iterate."""
    kind = type(value)
    if kind is List or kind is tuple or kind is range or kind is Set:
        if len(value) > _SMALL:
            _announce(value)
        return value  # type: ignore[no-any-return]  # all four are iterable
    if kind is Dict:
        if len(value) > _SMALL:
            _announce(value)
        return value.names()  # type: ignore[no-any-return]
    if kind is Struct:
        return list(value.fields)
    own = getattr(kind, "starlark_iterate", None)
    return None if own is None else own(value)


def _announce(value: Any) -> None:
    """Charge for a large collection that is about to be read, and maybe copied; a range has no elements yet."""
    charge(len(value))
    reserve((40 if type(value) is range else 8) * len(value))


def each(value: Any, spec: Any) -> Iterator[Any]:
    """Like `iterate`, each element unpacked by `spec`."""
    return _unpacked(iterate(value), spec)


def _unpacked(items: Iterator[Any], spec: Any) -> Iterator[Any]:
    for item in items:
        if type(item) is tuple and type(spec) is int and len(item) == spec:
            yield item
        else:
            yield unpack(item, spec)


def unpack(value: Any, spec: Any) -> Any:
    """`value` as a tuple of as many elements as `spec` says: a number, or a tuple with a spec (or None) for each."""
    count = spec if type(spec) is int else len(spec)
    items = elements_or_none(value)
    if items is None:
        raise Failure(f"got {type_name(value)} in sequence assignment")
    found = tuple(items)
    if len(found) != count:
        if len(found) < count:
            raise Failure(f"too few values to unpack (got {len(found)}, want {count})")
        got = -1 if getattr(type(value), "is_unsized", False) else len(found)
        raise Failure(f"too many values to unpack (got {got}, want {count})")
    if type(spec) is int:
        return found
    return tuple([item if inner is None else unpack(item, inner) for item, inner in zip(found, spec, strict=True)])
