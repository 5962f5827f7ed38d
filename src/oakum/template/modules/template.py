"""`@ytt:template`: putting a value's content in place of a node (ytt: module template)."""
from __future__ import annotations

from oakum.starlark import Builtin, Module
from oakum.template.arguments import exactly
from oakum.template.replacement import Replacement
from oakum.typing import Any


def template_module() -> Module:
    """The module."""
    return Module("template", {"replace": Builtin("template.replace", _replace)})


def _replace(*arguments: Any, **keywords: Any) -> Replacement:
    exactly(arguments, 1)
    return Replacement(arguments[0])
