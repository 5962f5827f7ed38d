"""`@ytt:version`: templates that need a version of the program (ytt: module version)."""
from __future__ import annotations

from oakum.starlark import Builtin, Failure, Module
from oakum.template.arguments import exactly, string
from oakum.typing import Any

VERSION = "develop"
"""The version that templates compare with: that of a development build, which no requirement is met by."""


def version_module() -> Module:
    """The module."""
    return Module("version", {"require_at_least": Builtin("version.require_at_least", _require_at_least)})


def _require_at_least(*arguments: Any, **keywords: Any) -> None:
    from oakum.semver import parse

    exactly(arguments, 1)
    wanted = string(arguments[0])
    least, own = parse(wanted), parse(VERSION)
    if least is None:
        raise Failure(f"version string '{wanted}' must be a valid semver")
    if own is None:
        raise Failure(f"Malformed version: {VERSION}")
    if own < least:
        raise Failure(f"ytt version '{VERSION}' does not meet the minimum required version '{wanted}'")
