"""Equality and order: go-starlark's rules across and within types."""
from __future__ import annotations

import math
import operator
from collections.abc import Callable

from oakum.starlark.errors import Failure
from oakum.starlark.meter import charge, charge_integer, charge_reading
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Dict, List, Set
from oakum.typing import Any

_LIMIT = 10
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_SCALARS = frozenset([int, str, bool, type(None), float])
_NUMBERS = frozenset([int, float])


def equal(a: Any, b: Any) -> bool:
    """`a == b`. Raises Failure for structures nested too deeply, and for host values that refuse."""
    kind = type(a)
    if kind is type(b) and kind in _SCALARS:
        if kind is str:
            charge_reading(len(a))
        elif kind is int:
            charge_integer(a)
        return bool(a == b)
    return _equal(a, b, _LIMIT)


def _equal(a: Any, b: Any, depth: int) -> bool:
    if depth < 1:
        raise Failure("comparison exceeded maximum recursion depth")
    kind, other = type(a), type(b)
    if kind is not other:
        return kind in _NUMBERS and other in _NUMBERS and bool(a == b)
    if kind in _SCALARS or kind is range:
        return bool(a == b)
    if kind is List or kind is tuple or kind is Dict or kind is Set:
        if len(a) != len(b):
            return False
        charge(1 + 3 * len(a))
    if kind is List or kind is tuple:
        return all(_equal(x, y, depth - 1) for x, y in zip(a, b, strict=True))
    if kind is Dict:
        return all(key in b and _equal(a[key], b[key], depth - 1) for key in a)
    if kind is Set:
        return all(item in b for item in a)
    own = getattr(kind, "starlark_equal", None)
    return a is b if own is None else bool(own(a, b))


def compare(symbol: str, a: Any, b: Any) -> bool:
    """`a symbol b` for one of `== != < > <= >=`."""
    if symbol == "==":
        return equal(a, b)
    if symbol == "!=":
        return not_equal(a, b)
    return _ordered(symbol, a, b, _LIMIT)


def _ordered(symbol: str, a: Any, b: Any, depth: int) -> bool:
    if depth < 1:
        raise Failure("comparison exceeded maximum recursion depth")
    kind, other = type(a), type(b)
    if kind in _NUMBERS and other in _NUMBERS:
        if kind is float and other is int and math.isinf(a):
            return _ORDER[symbol](b, a)  # go-starlark has an infinity and an integer the wrong way round
        return _ORDER[symbol](a, b)
    if kind is other:
        if a is None:
            return symbol in ("<=", ">=")
        if kind is str:
            charge_reading(8 * len(a))
            return _ORDER[symbol](*text_keys(a, b))
        if kind is bool:
            return _ORDER[symbol](a, b)
        if kind is List or kind is tuple:
            return _sequences(symbol, a, b, depth)
        own = getattr(kind, "starlark_equal", None)
        if own is not None:
            own(a, b)  # what refuses to be compared says so itself
    raise Failure(f"{type_name(a)} {symbol} {type_name(b)} not implemented")


def _sequences(symbol: str, a: Any, b: Any, depth: int) -> bool:
    charge(1 + min(len(a), len(b)))
    for x, y in zip(a, b, strict=False):
        if not _equal(x, y, depth - 1):
            return _ordered(symbol, x, y, depth - 1)
    return _ORDER[symbol](len(a), len(b))


def text_keys(a: str, b: str) -> tuple[Any, Any]:
    """What to compare for the order of bytes: the order of code points, but for stray bytes."""
    if a.isascii() or b.isascii():
        return a, b
    return a.encode("utf-8", "surrogateescape"), b.encode("utf-8", "surrogateescape")


def less(a: Any, b: Any) -> bool:
    """`a < b`."""
    kind = type(a)
    return bool(a < b) if kind is type(b) and kind is int else _ordered("<", a, b, _LIMIT)


def greater(a: Any, b: Any) -> bool:
    """`a > b`."""
    kind = type(a)
    return bool(a > b) if kind is type(b) and kind is int else _ordered(">", a, b, _LIMIT)


def less_or_equal(a: Any, b: Any) -> bool:
    """`a <= b`."""
    kind = type(a)
    return bool(a <= b) if kind is type(b) and kind is int else _ordered("<=", a, b, _LIMIT)


def greater_or_equal(a: Any, b: Any) -> bool:
    """`a >= b`."""
    kind = type(a)
    return bool(a >= b) if kind is type(b) and kind is int else _ordered(">=", a, b, _LIMIT)


def not_equal(a: Any, b: Any) -> bool:
    """`a != b`; a number that is none differs from no number of the other kind, as in go-starlark."""
    if type(a) is not type(b) and (a != a or b != b) and type(a) in _NUMBERS and type(b) in _NUMBERS:
        return False
    return not equal(a, b)
