"""`x[i]`, `x[a:b:c]` and `x[i] = v`."""
from __future__ import annotations

from oakum.starlark.errors import Failure, UnknownKey
from oakum.starlark.keys import key_of
from oakum.starlark.meter import charge_reading
from oakum.starlark.rendering import repr_text
from oakum.starlark.strings import from_bytes, length, to_bytes
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Dict, List, Struct
from oakum.starlark.wanted import fits_int32, index_or_none
from oakum.typing import Any

_NAMES: dict[type, str] = {List: "list", tuple: "tuple", str: "string", range: "range"}


def get_index(value: Any, key: Any) -> Any:
    """`value[key]`. Raises Failure."""
    kind = type(value)
    if kind is Dict:
        try:
            return value[key if type(key) is str else key_of(key)]
        except KeyError:
            raise UnknownKey(_no_key(key, "dict"), key, value) from None
    if kind is Struct:
        return _field(value, key)
    if kind in _NAMES:
        return _element(value, kind, key)
    own = getattr(kind, "starlark_index", None)
    if own is None:
        raise Failure(f"unhandled index operation {type_name(value)}[{type_name(key)}]")
    return own(value, key)


def _no_key(key: Any, kind: str) -> str:
    return f"key {repr_text(key)} not in {kind}"


def _field(value: Struct, key: Any) -> Any:
    if type(key) is not str:
        raise Failure(f"expected a string, but was {type_name(key)}")
    try:
        return value.fields[key]
    except KeyError:
        raise UnknownKey(_no_key(key, "struct"), key, value.fields) from None


def _element(value: Any, kind: type, key: Any) -> Any:
    if type(key) is not int:
        raise Failure(f"{_NAMES[kind]} index: got {type_name(key)}, want int")
    if not fits_int32(key):
        raise Failure(f"{_NAMES[kind]} index: {key} out of range")
    count = length(value) if kind is str else len(value)
    place = key + count if key < 0 else key
    if not 0 <= place < count:
        raise out_of_range(key, count, kind)
    if kind is str and not value.isascii():
        charge_reading(len(value))
        return from_bytes(to_bytes(value)[place : place + 1])
    return value[place]


def out_of_range(index: int, count: int, kind: type) -> Failure:
    """The failure of an index outside a sequence of `count` elements."""
    name = _NAMES[kind]
    if not count:
        return Failure(f"index {index} out of range: empty {name}")
    return Failure(f"{name} index {index} out of range [{-count}:{count - 1}]")


def get_slice(value: Any, start: Any, stop: Any, step: Any) -> Any:
    """`value[start:stop:step]`. Raises Failure."""
    kind = type(value)
    own = None if kind in _NAMES else getattr(kind, "starlark_slice", None)
    if own is not None:
        return own(value, start, stop, step)
    if kind not in _NAMES:
        raise Failure(f"invalid slice operand {type_name(value)}")
    if step is not None and (type(step) is not int or not fits_int32(step)):
        raise Failure(f"got {type_name(step)} for slice step, want int")
    if step == 0:
        raise Failure("zero is not a valid slice step")
    first, last = index_or_none(start, "start"), index_or_none(stop, "end")
    if kind is range:
        return _range_slice(value, first, last, 1 if step is None else step)
    charge_reading(8 * len(value))
    cut = slice(first, last, step)
    if kind is str and not value.isascii():
        return from_bytes(to_bytes(value)[cut])
    return List(value[cut]) if kind is List else value[cut]


def _range_slice(value: range, start: int | None, stop: int | None, step: int) -> range:
    """`value[start:stop:step]` with go-starlark's bounds, which show in `str` where nothing is left."""
    count = len(value)
    default = (0, count) if step > 0 else (count - 1, -1)
    first, last = (
        bound if given is None else given + count if given < 0 else given
        for given, bound in zip((start, stop), default, strict=True)
    )
    if step > 0:
        first = min(max(first, 0), count)
        last = max(min(max(last, 0), count), first)
    else:
        first = max(min(first, count - 1), -1)
        last = max(last, -1)
        first = max(first, last)
    return range(
        value.start + value.step * first, value.start + value.step * last, value.step * step
    )


def set_index(value: Any, key: Any, item: Any) -> None:
    """`value[key] = item`. Raises Failure."""
    kind = type(value)
    if kind is Dict:
        value.put(key, item)
    elif kind is List:
        if type(key) is not int:
            raise Failure(f"got {type_name(key)}, want int")
        if not fits_int32(key):
            raise Failure(f"{key} out of range")
        place = key + len(value) if key < 0 else key
        if not 0 <= place < len(value):
            raise out_of_range(key, len(value), kind)
        value.check_mutable("assign to element of")
        value[place] = item
    else:
        own = getattr(kind, "starlark_set_index", None)
        if own is None:
            raise Failure(f"{type_name(value)} value does not support item assignment")
        own(value, key, item)


def set_attr(value: Any, name: str, item: Any) -> None:
    """`value.name = item`: nothing has fields that can be set."""
    raise Failure(f"can't assign to .{name} field of {type_name(value)}")
