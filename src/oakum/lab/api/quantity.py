"""Resource quantities: parse, compare, and print in canonical form (the Quantity type of the API machinery)."""

import re
from decimal import ROUND_UP, Decimal

PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
_FORM = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(.*)")
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)")


def parse(text: str | int | float) -> Decimal:
    """The amount, rounded up to a billionth; raises ValueError for text that is no quantity."""
    return _parse(str(text))[0]


def _parse(text: str) -> tuple[Decimal, str]:
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(text)
    number, suffix = Decimal(match[1]), match[2]
    if suffix in _BINARY:
        amount, form = number * 1024 ** _BINARY[suffix], "binary"
    elif suffix in _DECIMAL:
        amount, form = number.scaleb(_DECIMAL[suffix]), "decimal"
    elif exponent := _EXPONENT.fullmatch(suffix):
        amount, form = number.scaleb(int(exponent[1])), "exponent"
    else:
        raise ValueError(text)
    return amount.quantize(Decimal(1).scaleb(-9), rounding=ROUND_UP), form


def canonical(text: str | int | float) -> str:
    """The same amount as the server prints it: no fraction, the largest suffix that loses nothing.

    Raises ValueError for text that is no quantity.
    """
    amount, form = _parse(str(text))
    if form == "binary" and amount == amount.to_integral_value() and abs(amount) >= 1024:
        return _binary(int(amount))
    if form == "binary" and amount == amount.to_integral_value():
        return str(int(amount))
    return _decimal(amount, form)


def _binary(amount: int) -> str:
    suffix = ""
    for name in _BINARY:
        if amount % 1024:
            break
        amount, suffix = amount // 1024, name
    return f"{amount}{suffix}"


def _decimal(amount: Decimal, form: str) -> str:
    if not amount:
        return "0"
    for suffix, power in reversed(_DECIMAL.items()):
        scaled = amount.scaleb(-power)
        if scaled == scaled.to_integral_value():
            tail = f"e{power}" if form == "exponent" and power else suffix
            return f"{int(scaled)}{tail}"
    return f"{int(amount.scaleb(9))}n"
