"""Methods of lists, dicts and sets. Failures carry no method name yet: the caller adds it."""
from __future__ import annotations

from collections.abc import Callable
from math import isqrt

from oakum.starlark.comparison import equal
from oakum.starlark.errors import Failure
from oakum.starlark.indexing import out_of_range
from oakum.starlark.iteration import elements_or_none
from oakum.starlark.keys import key_of, value_of
from oakum.starlark.meter import charge, reserve
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Dict, List, Set, Struct
from oakum.starlark.wanted import index_or_none, integer, iterable
from oakum.typing import Any

_MOVED, _COPIED = 7, 2  # elements that take as long as a step, as powers of two
_FEW_HOLES = 64


def _append(self: List, item: Any, /) -> None:
    if self.frozen or self.busy:
        self.check_mutable("append to")
    list.append(self, item)


def _list_clear(self: List, /) -> None:
    self.check_mutable("clear")
    list.clear(self)


def _extend(self: List, items: Any, /) -> None:
    found = list(iterable(items, 1))
    self.check_mutable("extend")
    reserve(8 * (len(self) + len(found)))
    list.extend(self, found)


def _index(self: List, value: Any, start: Any = None, end: Any = None, /) -> int:
    first, last, _ = slice(index_or_none(start, "start"), index_or_none(end, "end")).indices(len(self))
    charge(2 * len(self))
    for place in range(first, last):
        if equal(self[place], value):
            return place
    raise Failure("value not in list")


def _insert(self: List, place: Any, item: Any, /) -> None:
    at = integer(place, 1)
    self.check_mutable("insert into")
    charge(len(self) >> _MOVED)
    list.insert(self, at, item)


def _list_pop(self: List, place: Any = -1, /) -> Any:
    index = integer(place, 1)
    at = index + len(self) if index < 0 else index
    if not 0 <= at < len(self):
        raise out_of_range(index, len(self), List)
    self.check_mutable("pop from")
    charge(len(self) - at >> _MOVED)
    return list.pop(self, at)


def _remove(self: List, value: Any, /) -> None:
    self.check_mutable("remove from")
    charge(2 * len(self))
    for place, item in enumerate(self):
        if equal(item, value):
            del self[place]
            return
    raise Failure("element not found")


def _dict_clear(self: Dict, /) -> None:
    self.check_mutable("clear")
    dict.clear(self)


def _announce_copy(self: Dict) -> None:
    charge(len(self) >> _COPIED)
    reserve(64 * len(self))


def _get(self: Dict, key: Any, default: Any = None, /) -> Any:
    return self.find(key, default)


def _items(self: Dict, /) -> List:
    _announce_copy(self)
    return List(self.items())


def _keys(self: Dict, /) -> List:
    _announce_copy(self)
    return List(self.names())


_NONE = object()


def _dict_pop(self: Dict, key: Any, default: Any = _NONE, /) -> Any:
    self.check_mutable("delete from")
    inner = key_of(key) if self else None
    if self and inner in self:
        return self.take(inner, _FEW_HOLES + len(self))
    if default is _NONE:
        raise Failure("missing key")
    return default


def _popitem(self: Dict, /) -> tuple[Any, Any]:
    if not self:
        raise Failure("empty dict")
    self.check_mutable("delete from")
    charge(self.holes >> _MOVED)
    key = next(iter(self))
    # Each look for the first entry passes over all holes before it: fewer than for one that is known.
    return value_of(key), self.take(key, _FEW_HOLES + 16 * isqrt(len(self)))


def _setdefault(self: Dict, key: Any, default: Any = None, /) -> Any:
    if self.has(key):
        return self.find(key)
    self.put(key, default)
    return default


def _update(self: Dict, /, *pairs: Any, **more: Any) -> None:
    update(self, pairs, more)


def update(target: Dict, pairs: tuple[Any, ...], more: dict[str, Any]) -> None:
    """What `dict(...)` and `update` do with their arguments. Raises Failure."""
    if len(pairs) > 1:
        raise Failure(f"got {len(pairs)} arguments, want at most 1")
    for source in pairs:
        items = _pairs(source)
        if type(source) is Dict:
            _announce_copy(source)
        if not target and not target.busy and type(source) is Dict:
            target.odd = source.odd
            dict.update(target, source)
            continue
        for key, value in items:
            target.put(key, value)
    for key, value in more.items():
        target.put(key, value)


def _pairs(source: Any) -> Any:
    kind = type(source)
    if kind is Dict:
        return source.items()
    own = mapping_items(source)
    if own is not None:
        return own
    items = elements_or_none(source)
    if items is None:
        raise Failure(f"got {type_name(source)}, want iterable")
    return [_pair(index, item) for index, item in enumerate(items)]


def mapping_items(source: Any) -> Any:
    """The pairs of a value that is a mapping, else None."""
    kind = type(source)
    if kind is Dict:
        return source.items()
    if kind is Struct:
        return source.fields.items()
    own = getattr(kind, "starlark_items", None)
    return None if own is None else own(source)


def _pair(index: int, item: Any) -> tuple[Any, ...]:
    parts = elements_or_none(item)
    if parts is None:
        raise Failure(f"dictionary update sequence element #{index} is not iterable ({type_name(item)})")
    found = tuple(parts)
    if len(found) != 2:
        raise Failure(f"dictionary update sequence element #{index} has length {len(found)}, want 2")
    return found


def _values(self: Dict, /) -> List:
    _announce_copy(self)
    return List(dict.values(self))


def _union(self: Set, other: Any = (), /) -> Set:
    charge(2 * len(self))
    return Set([*self, *iterable(other, 1)])


LIST_METHODS: dict[str, Callable[..., Any]] = {
    "append": _append,
    "clear": _list_clear,
    "extend": _extend,
    "index": _index,
    "insert": _insert,
    "pop": _list_pop,
    "remove": _remove,
}
DICT_METHODS: dict[str, Callable[..., Any]] = {
    "clear": _dict_clear,
    "get": _get,
    "items": _items,
    "keys": _keys,
    "pop": _dict_pop,
    "popitem": _popitem,
    "setdefault": _setdefault,
    "update": _update,
    "values": _values,
}
SET_METHODS: dict[str, Callable[..., Any]] = {"union": _union}
