"""`float(text)`: what Go's `strconv.ParseFloat` takes, and its words for what it does not."""
from __future__ import annotations

import math
import re

from oakum.starlark.errors import NamedFailure
from oakum.starlark.rendering import quote

# Compiled when first needed, as most runs never need them: compiling patterns takes a good part of a start.
_DECIMAL = r"(?a:[+-]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d[\d_]*)?)"
_HEXADECIMAL = r"(?a:[+-]?0x(_?[\da-f][\da-f_]*\.?[\da-f_]*|\.[\da-f][\da-f_]*)p[+-]?\d[\d_]*)"
_LONE_UNDERSCORE = r"_[._+p-]|[._+p-]_|_$|_e[+-]?\d*$"
_SPECIAL = frozenset(["inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "nan"])


def parse_float(text: str) -> float:
    """The float that `text` stands for. Raises NamedFailure, in the words of `float`."""
    lower = text.lower() if text.isascii() else ""
    if lower in _SPECIAL:
        return float(lower)
    hexadecimal = re.fullmatch(_HEXADECIMAL, lower)
    if (not hexadecimal and not re.fullmatch(_DECIMAL, lower)) or re.search(_LONE_UNDERSCORE, lower):
        raise NamedFailure(f"float: strconv.ParseFloat: parsing {quote(text)}: invalid syntax")
    digits = lower.replace("_", "")
    try:
        value = float.fromhex(digits) if hexadecimal else float(digits)
    except OverflowError:
        value = math.inf
    if math.isinf(value):
        raise NamedFailure(f"float: strconv.ParseFloat: parsing {quote(text)}: value out of range")
    return value
