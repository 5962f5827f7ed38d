"""Numbers and times of TOML, with the messages of ytt's reader (ytt: module toml)."""
from __future__ import annotations

import re

from oakum.template.modules.toml_cursor import Cursor

_BASES = {
    "b": (2, "01", "a binary"),
    "o": (8, "01234567", "an octal"),
    "x": (16, "0123456789abcdefABCDEF", "a hexidecimal"),
}
_DIGITS = re.compile(r"[0-9]*")
_TIME = re.compile(r"[-0-9:Tt .Zz+]*")
_WHOLE = re.compile(r"[0-9_]*")
_FLOAT = re.compile(r"[-+0-9_.eE]*")
_FLOAT_SHAPE = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_TIME_SHAPE = re.compile(
    r"(?:(\d{4})-(\d\d)-(\d\d))?(?:(?(1)T)(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?(1)(?:Z|[-+](\d\d):(\d\d))?))?", re.ASCII
)
_LARGEST = 2**63


class Time:
    """A date, a time or both: Starlark has none."""


def number(cursor: Cursor, sign: str) -> int | float | Time:
    """The number or time at the next character, a digit; `sign` was taken. Raises TOMLError."""
    start = cursor.at - len(sign)
    if cursor.peek() == "0":
        mark = cursor.text[cursor.at + 1 : cursor.at + 2]
        if mark in _BASES:
            cursor.at += 2
            if sign:
                cursor.fail(f"cannot use sign with non-decimal numbers: '{sign}0{mark}'")
            return _based(cursor, start, mark)
    _skip(cursor, _DIGITS)
    if not sign and cursor.peek() in ("-", ":"):
        return _time(cursor, start)
    _skip(cursor, _WHOLE)
    if cursor.peek() in (".", "e", "E"):
        return _float(cursor, _skip(cursor, _FLOAT, start))
    return _integer(cursor, cursor.text[start : cursor.at], 10)


def _skip(cursor: Cursor, pattern: re.Pattern[str], start: int = 0) -> str:
    match = pattern.match(cursor.text, cursor.at)
    assert match, "which may be empty"
    cursor.at = match.end()
    cursor.check_next()
    return cursor.text[start : cursor.at]


def _based(cursor: Cursor, start: int, mark: str) -> int:
    base, digits, name = _BASES[mark]
    first = cursor.take()
    if not first or first not in digits:
        cursor.ended = False
        cursor.fail(f"not {name} number: '0{mark}{first or chr(0)}'", back=first == "\n")
    while (char := cursor.peek()) and char in digits + "_":
        cursor.at += 1
    cursor.check_next()
    return _integer(cursor, cursor.text[start : cursor.at], base)


def _integer(cursor: Cursor, text: str, base: int) -> int:
    if not _underscores_are_right(text):
        cursor.fail(f'Invalid integer "{text}": underscores must be surrounded by digits')
    if base == 10 and _has_leading_zero(text):
        cursor.fail(f'Invalid integer "{text}": cannot have leading zeroes')
    if len(text) > 128:  # more digits than any integer that fits, in any base
        cursor.fail(f"{text} is out of range for int64")
    value = int(text, base)
    if not -_LARGEST <= value < _LARGEST:
        cursor.fail(f"{text} is out of range for int64")
    return value


def _float(cursor: Cursor, text: str) -> float:
    if not all(_underscores_are_right(part) for part in re.split("[.eE]", text)):
        cursor.fail(f'Invalid float "{text}": underscores must be surrounded by digits')
    if _has_leading_zero(re.split("[.eE]", text)[0]):
        cursor.fail(f'Invalid float "{text}": cannot have leading zeroes')
    if re.search(r"\.(?![0-9])", text):
        cursor.fail(f"Invalid float \"{text}\": '.' must be followed by one or more digits")
    plain = text.replace("_", "")
    if not _FLOAT_SHAPE.fullmatch(plain):
        cursor.fail(f'Invalid float value: "{text}"')
    value = float(plain)
    if value - value != 0:
        cursor.fail(f"{text} is out of range for float64")
    return value


def _underscores_are_right(text: str) -> bool:
    """Whether digits surround each underscore, and a digit ends the text, if there is any."""
    return not text or (text[-1].isalnum() and not re.search("_(?![0-9a-fA-F])|(?<![0-9a-fA-F])_", text))


def _has_leading_zero(text: str) -> bool:
    digits = text.lstrip("+-")
    return len(digits) > 1 and digits[0] == "0"


def _time(cursor: Cursor, start: int) -> Time:
    text = _skip(cursor, _TIME, start)
    text = text.rstrip(" ").replace(" ", "T").upper()
    match = _TIME_SHAPE.fullmatch(text)
    if not match or not _is_possible(*(None if part is None else int(part) for part in match.groups())):
        cursor.fail(f'Invalid TOML Datetime: "{text}".')
    return Time()


def _is_possible(year: int | None, month: int | None, day: int | None, *time: int | None) -> bool:
    """Whether there is such a day, and such a `time`: hour, minute and second, then those of the zone's offset."""
    from datetime import datetime

    hour, minute, second, zone_hour, zone_minute = time
    try:
        datetime((year or 4) % 400 or 400, month or 1, day or 1, hour or 0, minute or 0, second or 0)
    except ValueError:
        return False
    return (zone_hour or 0) < 25 and (zone_minute or 0) < 60 and (month == 0) is False and (day == 0) is False
