"""Floats as Go's strconv writes them: the shortest digits that read back, in two notations."""
from __future__ import annotations

import math


def general(number: float) -> str:
    """Go's `FormatFloat(x, 'g', -1, 64)`, what its YAML writers use.

    Exponent form (two digits at least) when the decimal exponent is below -4 or from 6 on; no trailing `.0`.
    Infinities and NaN are `+Inf`, `-Inf`, `NaN`.
    """
    if not math.isfinite(number):
        return _special(number)
    if number == 0 or 1e-4 <= abs(number) < 1e6:
        return repr(number).removesuffix(".0")
    sign, digits, exponent = _shortest(number)
    return f"{sign}{_mantissa(digits)}e{exponent:+03d}"


def json_number(number: float) -> str:
    """Go's encoding/json: plain decimals from 1e-6 up to 1e21, else an exponent without leading zeros.

    Raises ValueError (`unsupported value: +Inf`) for infinities and NaN.
    """
    if not math.isfinite(number):
        raise ValueError(f"unsupported value: {_special(number)}")
    if number == 0 or 1e-4 <= abs(number) < 1e16:
        return repr(number).removesuffix(".0")
    sign, digits, exponent = _shortest(number)
    if 0 <= exponent < 21:
        return f"{sign}{digits.ljust(exponent + 1, '0')}"
    if -7 < exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    return f"{sign}{_mantissa(digits)}e{exponent:+d}"


def _special(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    return "+Inf" if number > 0 else "-Inf"


def _mantissa(digits: str) -> str:
    return f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits


def _shortest(number: float) -> tuple[str, str, int]:
    """Sign, significant digits and the decimal exponent of the first of them."""
    text = repr(number)
    sign = "-" if text[0] == "-" else ""
    mantissa, _, power = text.removeprefix("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole) if whole != "0" else len(digits) - len(fraction)
    return sign, digits.rstrip("0"), leading - 1 + int(power or 0)
