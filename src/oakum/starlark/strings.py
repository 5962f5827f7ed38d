"""Byte strings kept as `str`: UTF-8 text with stray bytes as surrogate escapes, so that ASCII is as fast as Python's.

Offsets and lengths are in bytes. Joining pieces of a character makes the character again: every operation that can put
stray bytes next to each other goes through `from_bytes`.
"""
from __future__ import annotations

from oakum.starlark.meter import charge, charge_reading


def to_bytes(text: str) -> bytes:
    """The bytes of a string."""
    return text.encode("utf-8", "surrogateescape")


def from_bytes(raw: bytes) -> str:
    """The string of some bytes."""
    return raw.decode("utf-8", "surrogateescape")


def code_point(char: str) -> int:
    """The code of one character; a stray byte's is that of U+FFFD."""
    code = ord(char)
    return 0xFFFD if 0xDC80 <= code <= 0xDCFF else code


def joined(text: str) -> str:
    """`text` after it was put together from pieces: neighbouring stray bytes may have become a character."""
    return text if text.isascii() or not _has_stray(text) else from_bytes(to_bytes(text))


def _has_stray(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def length(text: str) -> int:
    """The number of bytes."""
    if text.isascii():
        return len(text)
    charge_reading(len(text))
    return len(to_bytes(text))


def simple_case(text: str, upper: bool) -> str:
    """Upper or lower case character by character, as Go does it: one character stays one."""
    if not text.isascii():
        charge(len(text))
    changed = text.upper() if upper else text.lower()
    if text.isascii():
        return changed
    return "".join([_one(char, upper) for char in text])


def _one(char: str, upper: bool) -> str:
    changed = char.upper() if upper else char.lower()
    if len(changed) != 1:
        changed = char.title() if upper else {"İ": "i"}.get(char, char)
        changed = changed if len(changed) == 1 else char
    return "\ufffd" if "\udc80" <= char <= "\udcff" else changed


def simple_title(char: str) -> str:
    """The title case of one character (or of none), as Go has it."""
    if "\u10d0" <= char <= "\u10ff":
        return char  # Georgian has capitals, but no titles
    changed = "\ufffd" if "\udc80" <= char <= "\udcff" else char.title()
    return changed if len(changed) == len(char) == 1 else simple_case(char, True)


def is_cased(char: str) -> bool:
    """Whether a character has another case that folds back to it."""
    if char in "İı" or "\udc80" <= char <= "\udcff":
        return False
    return char == "ß" or not char == simple_case(char, False) == simple_case(char, True)


SPACE = " \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
