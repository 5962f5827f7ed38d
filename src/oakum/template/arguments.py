"""Checks of the arguments that functions of modules take, with the messages of ytt's own helpers."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.starlark import Failure, type_name
from oakum.typing import Any

_WORDS = {1: "one argument", 2: "two arguments"}


def exactly(arguments: Sequence[Any], count: int) -> None:
    """Raise Failure unless there are `count` positional arguments."""
    if len(arguments) != count:
        raise Failure(f"expected exactly {_WORDS.get(count, f'{count} arguments')}")


def string(value: Any) -> str:
    """`value` as the string it must be."""
    if type(value) is not str:
        raise Failure(f"expected a string, but was {type_name(value)}")
    return value


def flag(keywords: dict[str, Any], name: str, default: bool) -> bool:
    """The bool that keyword `name` must be."""
    value = keywords.get(name, default)
    if type(value) is not bool:
        raise Failure(f"expected starlark.Bool, but was {go_name(value)}")
    return value


def go_name(value: Any) -> str:
    """The type of a Starlark value in the reference's own language, as some messages name it."""
    from oakum.template.convert import go_type

    return go_type(value)
