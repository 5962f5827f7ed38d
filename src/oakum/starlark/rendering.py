"""`str` and `repr`: how values are written."""
from __future__ import annotations

import math
from types import FunctionType

from oakum.starlark.errors import Failure
from oakum.starlark.meter import charge, charge_reading, reserve
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Builtin, Dict, List, Module, Set, Struct
from oakum.typing import Any

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\",
            '"': '\\"'}  # fmt: skip
_DIGITS = 4000


def text(value: Any) -> str:
    """`str(value)`: a string as it is, all else as `repr`."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]  # its type was just looked at
    if kind is int and -(10**15) < value < 10**15:
        return str(value)
    return repr_text(value)


def repr_text(value: Any) -> str:
    """`repr(value)`. Raises Failure when that would be too large."""
    parts: list[str] = []
    _write(value, parts, ())
    return "".join(parts)


def _write(value: Any, parts: list[str], above: tuple[int, ...]) -> None:
    kind = type(value)
    if kind is str:
        parts.append(quote(value))
    elif value is None or kind is bool:
        parts.append(str(value))
    elif kind is int:
        parts.append(integer(value))
    elif kind is float:
        parts.append(number(value))
    elif kind is List:
        _sequence("[", value, "]", parts, above, value)
    elif kind is tuple:
        _sequence("(", value, ",)" if len(value) == 1 else ")", parts, above, value)
    elif kind is Dict:
        _mapping("{", value.items(), ": ", "}", parts, above, value)
    elif kind is Set:
        _sequence("set([", list(value), "])", parts, above, value)
    else:
        _write_other(value, kind, parts, above)


def _write_other(value: Any, kind: type, parts: list[str], above: tuple[int, ...]) -> None:
    if kind is Struct:
        parts.append("struct(...)")
    elif kind is range:
        parts.append(_range(value))
    elif kind is FunctionType:
        name = value.__name__
        parts.append(f"<function {'lambda' if name == '<lambda>' else name}>")
    elif kind is Builtin:
        kind_of, of = ("method", f" of {value.receiver} value") if value.receiver else ("function", "")
        parts.append(f"<built-in {kind_of} {value.name}{of}>")
    elif kind is Module:
        parts.append(f"<module {quote(value.name)}>")
    elif hasattr(kind, "starlark_str"):
        parts.append(value.starlark_str())
    else:
        parts.append(f"<{type_name(value)}>")


def _enter(value: Any, above: tuple[int, ...]) -> tuple[int, ...] | None:
    """The path with `value` on it; None when it is there already."""
    charge(16 + len(above))
    if id(value) in above:
        return None
    if len(above) > 500:
        raise Failure("value is nested too deeply")
    return (*above, id(value))


def _sequence(start: str, items: Any, end: str, parts: list[str], above: tuple[int, ...], value: Any) -> None:
    inside = _enter(value, above)
    if inside is None:
        parts.append("[...]")
        return
    charge(4 * len(items))
    reserve(16 * len(items))  # two pieces each, until they are joined
    parts.append(start)
    for index, item in enumerate(items):
        if index:
            parts.append(", ")
        _write(item, parts, inside)
    parts.append(end)


def _mapping(
    start: str, items: Any, middle: str, end: str, parts: list[str], above: tuple[int, ...], value: Any
) -> None:
    inside = _enter(value, above)
    if inside is None:
        parts.append("{...}")
        return
    charge(8 * len(items))
    reserve(32 * len(items))
    parts.append(start)
    for index, (key, item) in enumerate(items):
        if index:
            parts.append(", ")
        _write(key, parts, inside)
        parts.append(middle)
        _write(item, parts, inside)
    parts.append(end)


def _range(value: range) -> str:
    if value.step != 1:
        return f"range({value.start}, {value.stop}, {value.step})"
    return f"range({value.start}, {value.stop})" if value.start else f"range({value.stop})"


def number(value: float) -> str:
    """A float as `str` writes it: `%g` with six digits."""
    if math.isfinite(value):
        return f"{value:g}"
    return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"


def integer(value: int) -> str:
    """An integer of any size in decimal; CPython itself stops at a few thousand digits."""
    bits = value.bit_length()
    if bits < 3 * _DIGITS:
        return str(value)
    charge(bits * bits >> 16)
    reserve(bits // 3)
    return "-" + _decimal(-value) if value < 0 else _decimal(value)


def _decimal(value: int) -> str:
    bits = value.bit_length()
    if bits < 3 * _DIGITS:
        return str(value)
    digits = int(bits * 0.30103) // 2
    high, low = divmod(value, 10**digits)
    return _decimal(high) + _decimal(low).rjust(digits, "0")


def quote(value: str) -> str:
    """A string in double quotes, as Go's `strconv.Quote` writes it."""
    if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        charge_reading(len(value))
        return f'"{value}"'
    charge(len(value))
    return f'"{value.translate(_ESCAPED)}"'


def rune(char: str) -> str:
    """A character in single quotes, as Go's `%q` writes it."""
    return {"'": "'\\''", '"': "'\"'"}.get(char) or f"'{quote(char)[1:-1]}'"


def _escaped(code: int) -> str:
    char = chr(code)
    known = _ESCAPES.get(char)
    if known is not None:
        return known
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if char.isprintable():
        return char
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class _Table(dict[int, str]):
    """How each character stands between double quotes, worked out at its first use."""

    def __missing__(self, code: int) -> str:
        self[code] = _escaped(code)
        return self[code]


_ESCAPED = _Table()
