"""`x.name`, and calls of what it gives. The only way from a program to an attribute of anything."""
from __future__ import annotations

from collections.abc import Callable, Iterable

from oakum.starlark.arity import misfit
from oakum.starlark.binding import invoke
from oakum.starlark.collection_methods import DICT_METHODS, LIST_METHODS, SET_METHODS
from oakum.starlark.errors import BudgetError, Failure, NamedFailure
from oakum.starlark.meter import charge
from oakum.starlark.spelling import hint
from oakum.starlark.string_methods import STRING_METHODS
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Builtin, Dict, List, Module, Set, Struct
from oakum.typing import Any

METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: STRING_METHODS,
    List: LIST_METHODS,
    Dict: DICT_METHODS,
    Set: SET_METHODS,
}


_CALL = 4
"""Steps that the call of a method takes; a pass over 32 bytes of a string takes one more."""


def get_attr(value: Any, name: str) -> Any:
    """`value.name`. Raises Failure."""
    kind = type(value)
    try:
        if kind is Struct:
            return value.fields[name]
        if kind is Module:
            return value.members[name]
        if kind in METHODS:
            return _bound(value, name, METHODS[kind][name])
    except KeyError:
        raise no_attribute(value, name) from None
    own = getattr(kind, "starlark_attr", None)
    if own is not None:
        try:
            return own(value, name)
        except AttributeError:
            pass
    raise no_attribute(value, name)


def _bound(value: Any, name: str, function: Callable[..., Any]) -> Builtin:
    charge(4 * _CALL)

    def method(*arguments: Any, **keywords: Any) -> Any:
        return _call(function, value, name, arguments, keywords)

    return Builtin(name, method, prefix=False, receiver=type_name(value))


def _call(function: Callable[..., Any], value: Any, name: str, arguments: tuple[Any, ...], keywords: Any) -> Any:
    charge(_CALL + (len(value) >> 5) if type(value) is str else _CALL)
    try:
        return function(value, *arguments, **keywords)
    except (BudgetError, NamedFailure):
        raise
    except Failure as error:
        raise Failure(f"{name}: {error.message}") from None
    except TypeError as error:
        raise misfit(name, function, arguments, keywords, error) from None


def call_method(value: Any, name: str, /, *arguments: Any, **keywords: Any) -> Any:
    """`value.name(*arguments, **keywords)`. Raises Failure."""
    methods = METHODS.get(type(value))
    if methods is None:
        return invoke(get_attr(value, name), *arguments, **keywords)
    function = methods.get(name)
    if function is None:
        raise no_attribute(value, name)
    return _call(function, value, name, arguments, keywords)


def having(value: Any, name: str) -> Any:
    """`value`, if it has a `name`. Raises Failure."""
    methods = METHODS.get(type(value))
    if methods is None:
        get_attr(value, name)
    elif name not in methods:
        raise no_attribute(value, name)
    return value


def attributes(value: Any) -> Iterable[str]:
    """The names of what `value` has."""
    kind = type(value)
    if kind is Struct:
        return list(value.fields)
    if kind is Module:
        return list(value.members)
    if kind in METHODS:
        return METHODS[kind]
    own = getattr(kind, "starlark_attrs", None)
    return [] if own is None else own(value)


def no_attribute(value: Any, name: str) -> Failure:
    """The failure of asking for a `name` that `value` does not have."""
    suffix = hint(name, sorted(attributes(value)), ".")
    return Failure(f"{type_name(value)} has no .{name} field or method{suffix}")
