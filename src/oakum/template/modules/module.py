"""`@ytt:module`: namespaces made in a template (ytt: module module)."""
from __future__ import annotations

from typing import Any

from oakum.starlark import Builtin, Module
from oakum.template.modules.arguments import exactly, string


def module_module() -> Module:
    """The module."""
    return Module("module", {"make": Builtin("module.make", _make)})


def _make(*arguments: Any, **keywords: Any) -> Module:
    exactly(arguments, 1)
    return Module(string(arguments[0]), keywords)
