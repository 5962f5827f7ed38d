"""What a scalar means: YAML 1.1 as go-yaml v2 reads it.

Dates and base-60 numbers stay strings when read; the writers still quote them (`reads_as_text`).
"""
from __future__ import annotations

import math

from oakum.late import pattern
from oakum.typing import TYPE_CHECKING
from oakum.yaml.errors import SyntaxYAMLError
from oakum.yaml.nodes import Scalar

if TYPE_CHECKING:
    from re import Match

WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_NUMERIC_START = frozenset("+-.0123456789")
_NUMERIC = frozenset("0123456789abcdefABCDEFoOxX+-._:TtZ ,")
"""The characters of numbers and times of all kinds."""
_INTEGER = pattern(r"(?a:([-+]?)(?:(0[bB])([01]+)|(0[oO]?)([0-7]+)|(0[xX])([0-9a-fA-F]+)|([1-9][0-9]*|0)))")
_FLOAT = pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASE_60 = pattern(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIMESTAMP = pattern(
    r"(?a:(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d))"
    r"|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?))?)"
)
_MAX_UNSIGNED = 2**64
_MOST_DIGITS = 20  # of one that fits; CPython itself refuses a few thousand
_SURELY_FITS = 19  # digits
_PREFIX = "tag:yaml.org,2002:"
_RESOLVABLE = frozenset(("!!str", "!!bool", "!!int", "!!float", "!!null", "!!timestamp"))


def resolve(text: str) -> Scalar:
    """The value of the plain, untagged scalar `text`."""
    if text in WORDS:
        return WORDS[text]
    if text[0] in _NUMERIC_START:
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    if not _NUMERIC.issuperset(text):
        return text
    plain = text if text[0] == "." else text.replace("_", "")
    if plain.isdecimal() and plain.isascii() and plain[0] != "0" and len(plain) < _SURELY_FITS:
        return int(plain)
    match = _INTEGER.fullmatch(plain)
    if match and (integer := _integer(match)) is not None:
        return integer
    if _FLOAT.fullmatch(plain) and math.isfinite(number := float(plain)):
        return number
    return text


def _integer(match: Match[str]) -> int | None:
    """The integer when it fits: 64 bits with a sign, 64 bits without."""
    sign, binary, bits, octal, octets, hexadecimal, digits, decimal = match.groups()
    if binary:
        value = int(bits, 2)
    elif octal:
        value = int(octets, 8)
    elif hexadecimal:
        value = int(digits, 16)
    else:
        value = int(decimal) if len(decimal) <= _MOST_DIGITS else _MAX_UNSIGNED
    if sign == "-":
        return -value if value <= _MAX_UNSIGNED // 2 else None
    limit = _MAX_UNSIGNED // 2 if sign else _MAX_UNSIGNED
    return value if value < limit else None


def resolve_tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar that carries `tag` (long form, or `!…`).

    Raises SyntaxYAMLError when the text is no such thing (``cannot decode !!str `x` as a !!null``).
    """
    short = "!!" + tag[len(_PREFIX):] if tag.startswith(_PREFIX) else tag
    if short == "!!binary":
        return _binary(text)
    if short not in _RESOLVABLE or short == "!!str":
        return text
    value = resolve(text)
    if short == "!!timestamp" and isinstance(value, str) and is_timestamp(value):
        return text
    found = type_tag(value)
    if found == short:
        return value
    if short == "!!float" and isinstance(value, int) and found == "!!int" and value < 1 << 63:
        return float(value)
    raise SyntaxYAMLError(f"cannot decode {found} `{text}` as a {short}")


def type_tag(value: Scalar) -> str:
    """The short tag of a resolved value's type."""
    if value is None:
        return "!!null"
    return {bool: "!!bool", int: "!!int", float: "!!float"}.get(type(value), "!!str")


def _binary(text: str) -> str:
    from binascii import a2b_base64

    try:
        data = a2b_base64("".join(text.split()).encode(), strict_mode=True)
    except ValueError:
        raise SyntaxYAMLError("!!binary value contains invalid base64 data") from None
    return data.decode("utf-8", "surrogateescape")


def is_timestamp(text: str) -> bool:
    """Whether `text` is one of the date and time layouts that YAML 1.1 would read as a timestamp."""
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        return False
    from datetime import datetime

    year, month, day, *clock = match.groups()
    hour, minute, second = clock[:3] if clock[0] else clock[3:]
    try:
        datetime(int(year) or 4, int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return False
    return True


def reads_as_text(text: str) -> bool:
    """Whether the string `text`, written plain, would be read back as a string by any YAML 1.1 reader at hand."""
    if text in WORDS:
        return False
    if text[0] not in _NUMERIC_START or not _NUMERIC.issuperset(text):
        return True
    return isinstance(_number(text), str) and not _BASE_60.fullmatch(text) and not is_timestamp(text)
