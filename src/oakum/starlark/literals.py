"""Numbers and strings as written: ytt: Starlark dialect, literals."""
from __future__ import annotations

import re
from math import inf

_ESCAPE = r"(?s)\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|(x.?.?)|(.))"
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"',
           "\n": ""}
_BASES = {"x": (16, "hex"), "o": (8, "octal"), "b": (2, "binary")}


class LiteralError(ValueError):
    """A literal that stands for nothing; the text is the message."""


def number(text: str) -> tuple[str, int | float]:
    """The token kind and the value of a number as written."""
    lower = text.lower()
    if lower[:1] == "0" and lower[1:2] in _BASES:
        base, label = _BASES[lower[1]]
        try:
            return "int literal", int(lower[2:], base)
        except ValueError:
            raise LiteralError(f"invalid {label} literal") from None
    if "." in lower or "e" in lower:
        value = float(text) if lower[-1] not in "e+-" else inf
        if value == inf:
            raise LiteralError("invalid float literal")
        return "float literal", value
    if text[0] == "0" and len(text) > 1:
        if not text.strip("0"):
            return "int literal", 0
        if text.strip("01234567"):
            raise LiteralError("invalid int literal")
        raise LiteralError(f"obsolete form of octal literal; use 0o{text[1:]}")
    return "int literal", decimal(text)


def decimal(digits: str) -> int:
    """An integer of any length from its decimal digits; CPython itself stops at a few thousand."""
    if len(digits) <= 4000:
        return int(digits)
    half = len(digits) // 2
    return int(decimal(digits[:-half]) * 10**half + decimal(digits[-half:]))


def in_base(digits: str, base: int) -> int:
    """An integer of any length from its digits in any base, as `decimal`."""
    if len(digits) <= 2000 or not base & (base - 1):
        return int(digits, base)
    half = len(digits) // 2
    return int(in_base(digits[:-half], base) * base**half + in_base(digits[-half:], base))


def unquote(text: str) -> str:
    """The value of a string literal: bytes above 127 from escapes are one byte each, UTF-8 if they make it."""
    raw = text[0] == "r"
    start = 1 if raw else 0
    width = 3 if text[start : start + 3] in ('"""', "'''") else 1
    body = text[start + width : -width]
    if raw or "\\" not in body:
        return body
    value = re.sub(_ESCAPE, _escape, body)
    return value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _escape(match: re.Match[str]) -> str:
    octal, hexadecimal, short, other = match.groups()
    if octal is not None:
        value = int(octal, 8)
        if value > 255:
            raise LiteralError(f"invalid octal escape \\{octal}")
        return _byte(value)
    if hexadecimal is not None:
        return _byte(int(hexadecimal, 16))
    if short is not None:
        raise LiteralError(f"invalid escape sequence \\{short}")
    return _SIMPLE.get(other, "\\" + other)


def _byte(value: int) -> str:
    return chr(value) if value < 128 else chr(0xDC00 + value)
