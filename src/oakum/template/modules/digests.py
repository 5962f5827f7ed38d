"""`@ytt:md5` and `@ytt:sha256`: digests of a string's bytes in hexadecimal (ytt: modules md5, sha256)."""
from __future__ import annotations

import hashlib
from collections.abc import Callable

from oakum.starlark import Builtin, Module
from oakum.starlark.meter import charge_reading
from oakum.starlark.strings import to_bytes
from oakum.template.arguments import exactly, string
from oakum.typing import Any


def md5_module() -> Module:
    """The module `md5`."""
    return _module("md5", lambda raw: hashlib.md5(raw, usedforsecurity=False).hexdigest())


def sha256_module() -> Module:
    """The module `sha256`."""
    return _module("sha256", lambda raw: hashlib.sha256(raw).hexdigest())


def _module(name: str, digest: Callable[[bytes], str]) -> Module:
    def total(*arguments: Any, **keywords: Any) -> str:
        exactly(arguments, 1)
        raw = to_bytes(string(arguments[0]))
        charge_reading(len(raw))
        return digest(raw)

    return Module(name, {"sum": Builtin(f"{name}.sum", total)})
