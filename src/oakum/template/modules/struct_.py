"""`@ytt:struct`: structs from keywords and from dicts; functions with arguments given ahead (ytt: module struct)."""
from __future__ import annotations

from oakum.starlark import Builtin, Dict, Failure, List, Module, Set, Struct, is_callable, make_dict
from oakum.starlark.binding import invoke
from oakum.starlark.meter import charge
from oakum.template.arguments import exactly
from oakum.template.convert import to_yaml
from oakum.template.fragment import Fragment
from oakum.typing import Any


def struct_module() -> Module:
    """The module."""
    functions = {
        "make": _make,
        "make_and_bind": _make_and_bind,
        "bind": _bind,
        "encode": _encode,
        "decode": _decode,
    }
    return Module("struct", {name: Builtin(f"struct.{name}", function) for name, function in functions.items()})


def _make(*arguments: Any, **keywords: Any) -> Struct:
    if arguments:
        raise Failure("unexpected positional arguments (structs are made from keyword arguments only)")
    return Struct(keywords)


def _make_and_bind(*arguments: Any, **keywords: Any) -> Struct:
    if len(arguments) != 1:
        raise Failure("expected at exactly one argument")

    def field(value: Any) -> Any:
        return _partial(value, arguments) if is_callable(value) else value

    return Struct({name: field(value) for name, value in keywords.items()})


def _bind(*arguments: Any, **keywords: Any) -> Builtin:
    if len(arguments) < 2:
        raise Failure("expected at least two arguments")
    return _partial(arguments[0], arguments[1:])


def _partial(function: Any, first: tuple[Any, ...]) -> Builtin:
    def call(*arguments: Any, **keywords: Any) -> Any:
        return invoke(function, *first, *arguments, **keywords)

    return Builtin("struct.bind_result", call)


def _encode(*arguments: Any, **keywords: Any) -> Any:
    exactly(arguments, 1)
    return _to_struct(arguments[0])


def _to_struct(value: Any) -> Any:
    charge(16)
    kind = type(value)
    if kind is Dict:
        for key in value.names():
            if type(key) is not str:
                raise Failure(f"(p) expected struct key {key} to be string")
        return Struct({key: _to_struct(below) for key, below in value.items()})
    if kind is Struct:
        return Struct({key: _to_struct(below) for key, below in value.fields.items()})
    if kind is List or kind is tuple or kind is Set:
        return List([_to_struct(item) for item in value])
    if kind is Fragment:
        raise Failure(f"(p) unknown type *yamlmeta.{type(value.node).__name__} for conversion to starlark value")
    to_yaml(value)  # what cannot be YAML cannot be in a struct
    return value


def _decode(*arguments: Any, **keywords: Any) -> Any:
    exactly(arguments, 1)
    return _to_dict(arguments[0])


def _to_dict(value: Any) -> Any:
    charge(16)
    kind = type(value)
    if kind is Struct:
        return make_dict((key, _to_dict(below)) for key, below in value.fields.items())
    if kind is Dict:
        return make_dict((key, _to_dict(below)) for key, below in value.items())
    return List([_to_dict(item) for item in value]) if kind in (List, tuple, Set) else value
