"""Resource quantities: parse, compare, and print in canonical form (the Quantity type of the API machinery)."""

import re
from decimal import ROUND_UP, Context, Decimal, InvalidOperation, Overflow

PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
_FORM = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(.*)")
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)")


_WIDE = Context(prec=60)
_BILLIONTH = Decimal("1e-9")


class NotAQuantity(ValueError):
    """Text that is no quantity, or one beyond all bounds."""


def parse(text: str | int | float) -> Decimal:
    """The amount, rounded up to a billionth; raises NotAQuantity."""
    return _parse(str(text))[0]


def _parse(text: str) -> tuple[Decimal, str]:
    match = _FORM.fullmatch(text)
    if match is None:
        raise NotAQuantity(text)
    number, suffix = Decimal(match[1]), match[2]
    if suffix in _BINARY:
        amount, form = number * 1024 ** _BINARY[suffix], "binary"
    elif suffix in _DECIMAL:
        amount, form = number.scaleb(_DECIMAL[suffix]), "decimal"
    elif exponent := _EXPONENT.fullmatch(suffix):
        amount, form = _scaled(number, int(exponent[1])), "exponent"
    else:
        raise NotAQuantity(text)
    try:
        return amount.quantize(_BILLIONTH, ROUND_UP, _WIDE), form
    except (InvalidOperation, Overflow):
        raise NotAQuantity(text) from None


def _scaled(number: Decimal, power: int) -> Decimal:
    if abs(power) > 40:
        raise NotAQuantity(f"{number}e{power}")
    return number.scaleb(power)


def canonical(text: str | int | float) -> str:
    """The same amount as the server prints it: no fraction, the largest suffix that loses nothing.

    Raises NotAQuantity.
    """
    amount, form = _parse(str(text))
    if form == "binary" and amount == amount.to_integral_value() and abs(amount) >= 1024:
        return _binary(int(amount))
    if form == "binary" and amount == amount.to_integral_value():
        return str(int(amount))
    return _decimal(amount, form)


def like(amount: Decimal, model: str) -> str:
    """An amount in the family of suffixes (`Ki`, `Mi`, … or `k`, `M`, …) that another quantity uses."""
    if _parse(model)[1] == "binary" and amount == amount.to_integral_value():
        return _binary(int(amount)) if amount else "0"
    return _decimal(amount, "decimal")


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
