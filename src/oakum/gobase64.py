"""Base64 as Go's package encoding/base64 reads it, and where it stops at what is none."""
from __future__ import annotations

import binascii

_STANDARD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def decode(source: bytes, *, raw: bool = False, strict: bool = False) -> bytes:
    """The bytes that text in the standard alphabet stands for; it may have line breaks.

    `raw` text has no padding; in `strict` mode the bits that no byte takes must be zero. Raises ValueError with the
    place where Go's decoder stops.
    """
    packed = source.translate(None, b"\r\n")
    padded = b"=" in packed
    if raw and not padded:
        packed += b"=" * (-len(packed) % 4)
    try:
        # Python is content with padding that is too much.
        decoded = None if padded and (raw or len(packed) % 4) else binascii.a2b_base64(packed, strict_mode=True)
    except binascii.Error:
        decoded = None
    bad = offset_of_error(source, raw=raw, strict=strict) if decoded is None or strict else None
    if bad is not None or decoded is None:
        raise ValueError(f"illegal base64 data at input byte {bad or 0}")
    return decoded


def offset_of_error(source: bytes, *, raw: bool, strict: bool) -> int | None:
    """Where Go's decoder stops at text that is not base64; None when it takes it all."""
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
