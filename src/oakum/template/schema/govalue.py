"""Values as Go's `%#v` shows them, for data values that no file holds."""
from __future__ import annotations

from oakum.template.kinds import kind_of
from oakum.typing import Any
from oakum.yaml.numbers import general

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_ESCAPES |= {"\\": "\\\\", '"': '\\"'}


def go_syntax(value: Any) -> str:
    """`value` as a Go literal; maps and arrays, which Go would show by their addresses, only by their kind."""
    if value is None:
        return "<nil>"
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return general(value) if isinstance(value, float) else kind_of(value)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    point = ord(character)
    if 0xDC80 <= point <= 0xDCFF:
        return f"\\x{point - 0xDC00:02x}"
    if character.isprintable():
        return character
    return f"\\x{point:02x}" if point < 0x80 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
