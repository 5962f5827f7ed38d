"""`@ytt:base64`: Go's encoding/base64 (ytt: module base64)."""
from __future__ import annotations

import binascii

from oakum import gobase64
from oakum.starlark import Builtin, Failure, Module
from oakum.starlark.meter import charge, charge_reading, reserve
from oakum.starlark.strings import from_bytes, to_bytes
from oakum.template.arguments import exactly, flag, string
from oakum.typing import Any

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/", b"+/\x00\x00")


def base64_module() -> Module:
    """The module."""
    return Module(
        "base64", {"encode": Builtin("base64.encode", _encode), "decode": Builtin("base64.decode", _decode)}
    )


def _options(keywords: dict[str, Any]) -> tuple[bool, bool, bool]:
    return flag(keywords, "url", False), flag(keywords, "raw", False), flag(keywords, "strict", False)


def _encode(*arguments: Any, **keywords: Any) -> str:
    exactly(arguments, 1)
    raw_text = to_bytes(string(arguments[0]))
    url, raw, _ = _options(keywords)
    charge_reading(len(raw_text))
    reserve(len(raw_text) * 4 // 3)
    encoded = binascii.b2a_base64(raw_text, newline=False)
    if url:
        encoded = encoded.translate(_TO_URL)
    return (encoded.rstrip(b"=") if raw else encoded).decode("ascii")


def _decode(*arguments: Any, **keywords: Any) -> str:
    exactly(arguments, 1)
    source = to_bytes(string(arguments[0]))
    charge_reading(len(source))
    url, raw, strict = _options(keywords)
    standard = source.translate(_FROM_URL) if url else source
    if strict:
        charge(4 * len(standard))
    try:
        return from_bytes(gobase64.decode(standard, raw=raw, strict=strict))
    except ValueError as error:
        charge(4 * len(standard))
        raise Failure(str(error)) from None
