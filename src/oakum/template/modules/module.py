"""`@ytt:module`: namespaces made in a template (ytt: module module)."""
from __future__ import annotations

from oakum.starlark import Builtin, Failure, Module, type_name
from oakum.typing import Any


def module_module() -> Module:
    """The module."""
    return Module("module", {"make": Builtin("module.make", _make)})


def _make(*arguments: Any, **keywords: Any) -> Module:
    if len(arguments) != 1:
        raise Failure(f"module.make: got {len(arguments)} arguments, want 1")
    if type(arguments[0]) is not str:
        raise Failure(f"module.make: for parameter 1: got {type_name(arguments[0])}, want string")
    return Module(arguments[0], keywords)
