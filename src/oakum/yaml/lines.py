"""The shapes of lines that need no YAML scanner: `key: value`, `- value`, `- key: value`, blocks, comments.

What is read here means the same to libyaml; everything else (flow collections, anchors, tags, text over several
lines, …) is left to it. The agreement is held by a property test.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from oakum.yaml.nodes import Array, Map, Scalar


class Holds(Enum):
    """What a line has behind its key or dash."""

    VALUE = "a scalar"
    NOTHING = "nothing: a collection below, or null"
    LITERAL = "the header of a literal block"
    EMPTY = "an empty collection"


class Line(NamedTuple):
    """A line with content: `indent` of its dash or key, `column` of its key (-1 without one).

    `value` is the scalar, the block's chomping (`|`, `|-`, `|+`), or the class of the empty collection.
    """

    indent: int
    dash: bool
    column: int
    key: Scalar
    holds: Holds
    value: Any
    comment: str | None


_KEY = r"""[A-Za-z0-9_./$][\w./$@+~-]*|"[^"\\]*"|'[^']*'"""
_LINE = re.compile(rf"( *)(- +|-(?=\Z))?(?:({_KEY}):(?= |\Z))?(.*)", re.ASCII)
_COMMENT = re.compile(r"(?:^| +)#(.*)")
_PLAIN = re.compile(r"""(?![,\[\]{}#&*!|>'"%@`]|[-?:](?: |\Z)|\.\.\.|---|<<)(?:[^:#]|:(?! |\Z)|(?<! )#)*""")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\["\\/nt])*)"')
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}
_COLLECTIONS = {"{}": Map, "[]": Array}
_LITERALS = ("|", "|-", "|+")
_LONGEST_KEY = 1000


def read_line(line: str, resolve: Callable[[str], Scalar]) -> Line | None:
    """The shape of a line that is not blank, None when it takes a scanner. `resolve` reads plain scalars."""
    match = _LINE.fullmatch(line)
    assert match
    lead, dash, key, rest = match.groups()
    if (key is None and dash is None) or (len(line) > _LONGEST_KEY and key is not None and len(key) > _LONGEST_KEY):
        return None
    column = match.start(3) if key is not None else -1
    name = None if key is None else key[1:-1] if key[0] in "\"'" else resolve(key)
    held = _held(rest.strip(" "), resolve)
    return Line(len(lead), dash is not None, column, name, *held) if held else None


def _held(text: str, resolve: Callable[[str], Scalar]) -> tuple[Holds, Any, str | None] | None:
    """What stands behind a key or dash, and the comment behind that."""
    if not text:
        return Holds.NOTHING, None, None
    if text[0] in "\"'":
        return _quoted(text)
    comment = None
    if "#" in text and (match := _COMMENT.search(text)):
        text, comment = text[: match.start()], match[1]
    if not text:
        return Holds.NOTHING, None, comment
    if text in _COLLECTIONS:
        return Holds.EMPTY, _COLLECTIONS[text], comment
    if text in _LITERALS and comment is None:
        return Holds.LITERAL, text, None
    return (Holds.VALUE, resolve(text), comment) if _PLAIN.fullmatch(text) else None


def _quoted(text: str) -> tuple[Holds, Any, str | None] | None:
    double = text[0] == '"'
    match = (_DOUBLE if double else _SINGLE).match(text)
    if not match:
        return None
    behind = text[match.end():]
    comment = _COMMENT.fullmatch(behind) if behind else None
    if behind and (not comment or behind[0] != " "):
        return None
    value = match[1]
    if double and "\\" in value:
        value = _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), value)
    elif not double:
        value = value.replace("''", "'")
    return Holds.VALUE, value, comment[1] if comment else None
