"""`@ytt:base64`: Go's encoding/base64 (ytt: module base64)."""
from __future__ import annotations

import binascii

from oakum.starlark import Builtin, Failure, Module
from oakum.starlark.meter import charge, charge_reading, reserve
from oakum.starlark.strings import from_bytes, to_bytes
from oakum.template.modules.arguments import exactly, flag, string
from oakum.typing import Any

_STANDARD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
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
    packed = standard.translate(None, b"\r\n")
    padded = b"=" in packed
    if raw and not padded:
        packed += b"=" * (-len(packed) % 4)
    try:
        # Python is content with padding that is too much.
        decoded = None if padded and (raw or len(packed) % 4) else binascii.a2b_base64(packed, strict_mode=True)
    except binascii.Error:
        decoded = None
    bad = offset_of_error(standard, raw=raw, strict=strict) if decoded is None or strict else None
    if bad is not None or decoded is None:
        raise Failure(f"illegal base64 data at input byte {bad or 0}")
    return from_bytes(decoded)


def offset_of_error(source: bytes, *, raw: bool, strict: bool) -> int | None:
    """Where Go's decoder stops at text that is not base64; None when it takes it all."""
    charge(4 * len(source))
    at, size = 0, len(source)
    while True:
        digits: list[int] = []
        while len(digits) < 4:
            if at == size:
                if not digits:
                    return None
                return at - len(digits) if len(digits) == 1 or not raw else _leftover(digits, at, strict)
            byte = source[at]
            at += 1
            if byte in b"\r\n":
                continue
            value = _STANDARD.find(byte)
            if value >= 0:
                digits.append(value)
                continue
            if byte != 0x3D or raw or len(digits) < 2:
                return at - 1
            return _padding(source, at, digits, strict)


def _padding(source: bytes, at: int, digits: list[int], strict: bool) -> int | None:
    """The check of what follows the first `=`."""
    if len(digits) == 2:
        at = _breaks(source, at)
        if at == len(source):
            return at
        if source[at] != 0x3D:
            return at - 1
        at += 1
    at = _breaks(source, at)
    return at if at < len(source) else _leftover(digits, at, strict)


def _breaks(source: bytes, at: int) -> int:
    while at < len(source) and source[at] in b"\r\n":
        at += 1
    return at


def _leftover(digits: list[int], at: int, strict: bool) -> int | None:
    """In strict mode the bits that no byte takes must be zero."""
    if not strict:
        return None
    if len(digits) == 2 and digits[1] & 0x0F:
        return at - 2
    return at - 1 if len(digits) == 3 and digits[2] & 0x03 else None
