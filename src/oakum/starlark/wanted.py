"""Checks of the arguments that built-ins take, each with go-starlark's message."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.starlark.errors import Failure
from oakum.starlark.iteration import elements_or_none
from oakum.starlark.typenames import type_name
from oakum.typing import Any


def fits_int32(value: int) -> bool:
    """Whether `value` is one that go-starlark takes as a count or an index."""
    return -(1 << 31) <= value < 1 << 31


def wanted(value: Any, parameter: int | str, want: str) -> Failure:
    """The failure of an argument of the wrong type."""
    return Failure(f"for parameter {parameter}: got {type_name(value)}, want {want}")


def string(value: Any, parameter: int | str) -> str:
    """`value` as the string it must be."""
    if type(value) is not str:
        raise wanted(value, parameter, "string")
    return value


def integer(value: Any, parameter: int | str) -> int:
    """`value` as the int it must be, of no more than 32 bits."""
    if type(value) is not int:
        raise wanted(value, parameter, "int")
    if not fits_int32(value):
        raise Failure(f"for parameter {parameter}: {value} out of range")
    return value


def flag(value: Any, parameter: int | str) -> bool:
    """`value` as the bool it must be."""
    if type(value) is not bool:
        raise wanted(value, parameter, "bool")
    return value


def iterable(value: Any, parameter: int | str) -> Iterable[Any]:
    """The elements of the iterable that `value` must be."""
    found = elements_or_none(value)
    if found is None:
        raise wanted(value, parameter, "iterable")
    return found


def index_or_none(value: Any, name: str) -> int | None:
    """`value` as a bound of a slice: an int, or None for the default."""
    if value is None:
        return None
    if type(value) is not int or not fits_int32(value):
        raise Failure(f"invalid {name} index: got {type_name(value)}, want int")
    return value
