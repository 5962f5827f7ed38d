"""The names of types, as programs see them."""
from __future__ import annotations

from types import FunctionType

from oakum.typing import Any

_PYTHONS: dict[type, str] = {
    type(None): "NoneType",
    bool: "bool",
    int: "int",
    float: "float",
    str: "string",
    tuple: "tuple",
    range: "range",
    FunctionType: "function",
}


def type_name(value: Any) -> str:
    """What `type(value)` gives in Starlark."""
    known = _PYTHONS.get(type(value))
    if known is None:
        known = getattr(value, "starlark_type", None) or type(value).__name__
    return known
