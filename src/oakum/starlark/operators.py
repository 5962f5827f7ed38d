"""Unary and binary operators, with Starlark's types: bool is no number, strings are bytes."""
from __future__ import annotations

import math
from collections.abc import Callable

from oakum.starlark.comparison import equal
from oakum.starlark.errors import Failure
from oakum.starlark.formatting import percent
from oakum.starlark.iteration import elements_or_none
from oakum.starlark.meter import charge, charge_integer, charge_reading, reserve
from oakum.starlark.strings import joined, length
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Dict, List, Set, Struct
from oakum.starlark.wanted import fits_int32
from oakum.typing import Any

_NUMBERS = frozenset([int, float])
_SEQUENCES = frozenset([str, List, tuple])
_LARGE = 1 << 12
_MOST_REPEATED = 1 << 30


def _unknown(symbol: str, a: Any, b: Any) -> Failure:
    return Failure(f"unknown binary op: {type_name(a)} {symbol} {type_name(b)}")


def add(a: Any, b: Any) -> Any:
    """`a + b`."""
    kind, other = type(a), type(b)
    if kind is other:
        if kind is str:
            if a.isascii() and b.isascii():
                reserve(len(a) + len(b))
                return a + b
            reserve(4 * (len(a) + len(b)))
            return joined(a + b)
        if kind is int:
            charge_integer(a)
            return a + b
        if kind is float:
            return a + b
        if kind is List or kind is tuple:
            reserve(8 * (len(a) + len(b)))
            return List(list.__add__(a, b)) if kind is List else a + b
    elif kind in _NUMBERS and other in _NUMBERS:
        return as_float(a) + as_float(b)
    raise _unknown("+", a, b)


def in_place_add(a: Any, b: Any) -> Any:
    """`a += b`: a list is extended where it is."""
    if type(a) is List:
        more = elements_or_none(b)
        if more is not None:
            a.check_mutable("apply += to")
            found = list(more)
            reserve(8 * (len(a) + len(found)))
            list.extend(a, found)
            return a
    return add(a, b)


def subtract(a: Any, b: Any) -> Any:
    """`a - b`."""
    kind, other = type(a), type(b)
    if kind is other and kind in _NUMBERS:
        if kind is int:
            charge_integer(a)
        return a - b
    if kind in _NUMBERS and other in _NUMBERS:
        return as_float(a) - as_float(b)
    raise _unknown("-", a, b)


def multiply(a: Any, b: Any) -> Any:
    """`a * b`: numbers, or a sequence repeated."""
    kind, other = type(a), type(b)
    if kind is int and other is int:
        bits = min(a.bit_length(), b.bit_length())
        if bits > _LARGE:
            charge(bits * max(a.bit_length(), b.bit_length()) >> 16)
        if a.bit_length() + b.bit_length() > _LARGE:
            reserve((a.bit_length() + b.bit_length()) // 8)
        return a * b
    if kind in _NUMBERS and other in _NUMBERS:
        return as_float(a) * as_float(b)
    if kind is int and other in _SEQUENCES:
        return _repeat(b, a)
    if other is int and kind in _SEQUENCES:
        return _repeat(a, b)
    raise _unknown("*", a, b)


def _repeat(items: Any, count: int) -> Any:
    if not items:
        return List() if type(items) is List else items
    if not fits_int32(count):
        raise Failure(f"repeat count {count} too large")
    if count < 1:
        return List() if type(items) is List else items[:0]
    size = length(items) if type(items) is str else len(items)
    if size * count >= _MOST_REPEATED:
        raise Failure(f"excessive repeat ({size * count} elements)")
    unit = 8 if type(items) is not str else 1 if items.isascii() else 4
    reserve(unit * len(items) * count)
    made = items * count
    if type(items) is List:
        return List(made)
    return joined(made) if type(items) is str else made


def as_float(value: int | float) -> float:
    """A number as float; too large an integer is an infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _division(symbol: str, a: Any, b: Any, zero: str) -> None:
    """Raise Failure unless `a` and `b` are numbers and `b` is not zero."""
    if type(a) not in _NUMBERS or type(b) not in _NUMBERS:
        raise _unknown(symbol, a, b)
    if not b:
        raise Failure(zero)


def divide(a: Any, b: Any) -> Any:
    """`a / b`, a float."""
    _division("/", a, b, "real division by zero")
    return as_float(a) / as_float(b)


def floor_divide(a: Any, b: Any) -> Any:
    """`a // b`, rounded down."""
    _division("//", a, b, "floored division by zero")
    if type(a) is int and type(b) is int:
        _charge_division(a, b)
        return a // b
    quotient = as_float(a) / as_float(b)
    return quotient // 1.0 if math.isfinite(quotient) else quotient


def modulo(a: Any, b: Any) -> Any:
    """`a % b`: integers floored, floats as C does it; a string formats `b`."""
    kind, other = type(a), type(b)
    if kind is str:
        return percent(a, b)
    if kind is int and other is int:
        if not b:
            raise Failure("integer modulo by zero")
        _charge_division(a, b)
        return a % b
    _division("%", a, b, "float modulo by zero")
    return _float_modulo(as_float(a), as_float(b))


def _float_modulo(a: float, b: float) -> float:
    return math.nan if math.isinf(a) else math.fmod(a, b)


def _charge_division(a: int, b: int) -> None:
    bits = b.bit_length()
    if bits > _LARGE:
        charge(bits * a.bit_length() >> 16)


def shift_left(a: Any, b: Any) -> Any:
    """`a << b`."""
    return a << _shift("<<", a, b)


def shift_right(a: Any, b: Any) -> Any:
    """`a >> b`."""
    return a >> _shift(">>", a, b)


def _shift(symbol: str, a: Any, b: Any) -> int:
    if type(a) is not int:
        raise _unknown(symbol, a, b)
    charge_integer(a)
    if type(b) is not int:
        raise Failure(f"got {type_name(b)}, want int")
    if not fits_int32(b):
        raise Failure(f"{b} out of range")
    if b < 0:
        raise Failure(f"negative shift count: {b}")
    if symbol == "<<" and b >= 512:
        raise Failure(f"shift count too large: {b}")
    return b


def bit_or(a: Any, b: Any) -> Any:
    """`a | b`: integers, or the union of sets."""
    if type(a) is int and type(b) is int:
        charge_integer(a)
        return a | b
    if type(a) is Set and type(b) is Set:
        charge(2 * (len(a) + len(b)))
        return Set([*a, *b])
    raise _unknown("|", a, b)


def bit_and(a: Any, b: Any) -> Any:
    """`a & b`: integers, or the intersection of sets."""
    if type(a) is int and type(b) is int:
        charge_integer(a)
        return a & b
    if type(a) is Set and type(b) is Set:
        charge(4 * len(a))
        return Set([item for item in a if item in b])
    raise _unknown("&", a, b)


def bit_xor(a: Any, b: Any) -> Any:
    """`a ^ b`: integers, or what is in one set only."""
    if type(a) is int and type(b) is int:
        charge_integer(a)
        return a ^ b
    if type(a) is Set and type(b) is Set:
        charge(4 * (len(a) + len(b)))
        return Set([*[item for item in a if item not in b], *[item for item in b if item not in a]])
    raise _unknown("^", a, b)


def negative(value: Any) -> Any:
    """`-value`."""
    if type(value) in _NUMBERS:
        if type(value) is int:
            charge_integer(value)
        return -value
    raise Failure(f"unknown unary op: - {type_name(value)}")


def positive(value: Any) -> Any:
    """`+value`."""
    if type(value) in _NUMBERS:
        return value
    raise Failure(f"unknown unary op: + {type_name(value)}")


def invert(value: Any) -> Any:
    """`~value`."""
    if type(value) is int:
        charge_integer(value)
        return ~value
    raise Failure(f"unknown unary op: ~ {type_name(value)}")


def contains(item: Any, value: Any) -> bool:
    """`item in value`."""
    kind = type(value)
    look: Callable[[Any, Any], Any] | None = _LOOKS.get(kind) or getattr(kind, "starlark_contains", None)
    if look is None:
        raise _unknown("in", item, value)
    return bool(look(value, item))


def _in_string(value: str, item: Any) -> bool:
    if type(item) is not str:
        raise Failure(f"'in <string>' requires string as left operand, not {type_name(item)}")
    charge_reading(len(value))
    return item in value


def _in_dict(value: Dict, item: Any) -> bool:
    try:
        return value.has(item)
    except Failure:
        return False


def _in_sequence(value: list[Any] | tuple[Any, ...], item: Any) -> bool:
    if type(item) is str:
        charge(len(value) >> 2)
        return item in value
    charge(4 * len(value))
    return any(equal(item, element) for element in value)


def _in_range(value: range, item: Any) -> bool:
    if type(item) is float and math.isfinite(item):
        return int(item) in value
    if type(item) is not int:
        raise Failure(f"'in <range>' requires integer as left operand, not {type_name(item)}")
    return item in value


_LOOKS: dict[type, Callable[[Any, Any], bool]] = {
    str: _in_string,
    Dict: _in_dict,
    Set: Set.__contains__,
    List: _in_sequence,
    tuple: _in_sequence,
    Struct: lambda value, item: type(item) is str and item in value.fields,
    range: _in_range,
}


def not_contains(item: Any, value: Any) -> bool:
    """`item not in value`."""
    return not contains(item, value)
