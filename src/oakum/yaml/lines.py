"""The shapes of lines that need no YAML scanner: `key: value`, `- value`, `- key: value`, blocks, comments.

What is read here means the same to libyaml; everything else (anchors, tags, text and flow collections over several
lines, …) is left to it. The agreement is held by a property test.
"""
from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from oakum.late import pattern
from oakum.typing import Any, TypeAlias
from oakum.yaml.flow import DOUBLE, SINGLE, read_flow, unescape
from oakum.yaml.nodes import Scalar


class Holds(Enum):
    """What a line has behind its key or dash."""

    VALUE = "a scalar"
    NOTHING = "nothing: a collection below, or null"
    LITERAL = "the header of a literal block"
    FLOW = "a flow collection that ends on the line"


Line: TypeAlias = tuple[int, bool, int, Scalar, Holds, Any, str | None]
"""A line with content: indent of its dash or key, whether it has a dash, column of its key (-1 without one), the key,
what it holds, that value (the scalar, the block's chomping `|`, `|-` or `|+`, or the `Flow`), and the comment. A plain
tuple, because one is made for every line that differs from those before it.
"""

_KEY = r"""[A-Za-z0-9_./$][\w./$@+~-]*|"[^"\\]*"|'[^']*'"""
_LINE = pattern(rf"(?a)( *)(- +|-(?=\Z))?(?:({_KEY}):(?= |\Z))?(.*)")
_ORDINARY = pattern(r'(?a)( *)([A-Za-z_][\w./-]{0,99}):(?: ([A-Za-z0-9/][\w./-]*|"[^"\\]*"))?')
_COMMENT = pattern(r"(?:^| +)#(.*)")
_PLAIN = pattern(
    r"""(?![,\[\]{}#&*!|>'"%@`]|[-?:](?: |\Z)|\.\.\.|---|<<)[^:#]*(?:(?::(?! |\Z)|(?<! )#)[^:#]*)*"""
)
_LITERALS = ("|", "|-", "|+")
_LONGEST_KEY = 1000


def read_line(line: str, resolve: Callable[[str], Scalar]) -> Line | None:
    """The shape of a line that is not blank, None when it takes a scanner. `resolve` reads plain scalars."""
    if match := _ORDINARY.fullmatch(line):
        lead, key, text = match.groups()
        if text is None:
            return len(lead), False, -1, resolve(key), Holds.NOTHING, None, None
        value = text[1:-1] if text[0] == '"' else resolve(text)
        return len(lead), False, -1, resolve(key), Holds.VALUE, value, None
    return _read_other(line, resolve)


def _read_other(line: str, resolve: Callable[[str], Scalar]) -> Line | None:
    match = _LINE.fullmatch(line)
    assert match
    lead, dash, key, rest = match.groups()
    if key is None and dash is None:
        return None
    name, column = None, -1
    if key is not None:
        if len(key) > _LONGEST_KEY:
            return None
        name = key[1:-1] if key[0] in "\"'" else resolve(key)
        column = match.start(3)
    # Blanks at the end belong to a comment, where there is one.
    held = _held(rest.lstrip(" ") if "#" in rest else rest.strip(" "), resolve)
    return (len(lead), dash is not None, column, name, *held) if held else None


def _held(text: str, resolve: Callable[[str], Scalar]) -> tuple[Holds, Any, str | None] | None:
    """What stands behind a key or dash, and the comment behind that."""
    if not text:
        return Holds.NOTHING, None, None
    if text[0] in "\"'":
        return _quoted(text)
    if text[0] in "[{":
        flow = read_flow(text, resolve)
        return _with_comment(Holds.FLOW, flow[0], text[flow[1]:]) if flow else None
    comment = None
    if "#" in text:
        if match := _COMMENT.search(text):
            text, comment = text[: match.start()], match[1]
        text = text.rstrip(" ")
    if not text:
        return Holds.NOTHING, None, comment
    if text in _LITERALS and comment is None:
        return Holds.LITERAL, text, None
    return (Holds.VALUE, resolve(text), comment) if _PLAIN.fullmatch(text) else None


def _quoted(text: str) -> tuple[Holds, Any, str | None] | None:
    double = text[0] == '"'
    match = (DOUBLE if double else SINGLE).match(text)
    if not match:
        return None
    value = unescape(match[1]) if double else match[1].replace("''", "'")
    return _with_comment(Holds.VALUE, value, text[match.end():])


def _with_comment(holds: Holds, value: Any, behind: str) -> tuple[Holds, Any, str | None] | None:
    """What a line holds, with the comment in the rest of it; None when there is anything else."""
    if not behind:
        return holds, value, None
    comment = _COMMENT.fullmatch(behind)
    return (holds, value, comment[1]) if comment and behind[0] == " " else None
