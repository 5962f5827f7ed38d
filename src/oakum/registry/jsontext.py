"""JSON files that users write: decoded, or refused with the words of Go's encoding/json."""
from __future__ import annotations

import json
import re
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_LITERALS = ("true", "false", "null")


def loads(text: str) -> Any:
    """The value in `text`. Raises ValueError with the message that Go programs show."""
    try:
        return json.loads(text)
    except ValueError:
        end = _value(text, _skip(text, 0))
        at = _skip(text, end)
        raise _unexpected(text, at, "after top-level value") from None


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _unexpected(text: str, at: int, where: str) -> ValueError:
    if at >= len(text):
        return ValueError("unexpected end of JSON input")
    shown = {"'": r"'\''", '"': "'\"'"}.get(text[at]) or "'" + json.dumps(text[at], ensure_ascii=False)[1:-1] + "'"
    return ValueError(f"invalid character {shown} {where}")


def _value(text: str, at: int) -> int:
    """The index after the value at `at`; raises ValueError at the first character that does not belong."""
    first = text[at : at + 1]
    if first == "{":
        return _members(text, at + 1)
    if first == "[":
        return _elements(text, at + 1)
    if first == '"':
        return _string(text, at + 1)
    for literal in _LITERALS:
        if first == literal[0]:
            return _literal(text, at, literal)
    number = _NUMBER.match(text, at)
    if number is None:
        if first == "-":
            raise _unexpected(text, at + 1, "in numeric literal")
        raise _unexpected(text, at, "looking for beginning of value")
    return number.end()


def _literal(text: str, at: int, literal: str) -> int:
    for offset, wanted in enumerate(literal):
        if text[at + offset : at + offset + 1] != wanted:
            raise _unexpected(text, at + offset, f"in literal {literal} (expecting '{wanted}')")
    return at + len(literal)


def _string(text: str, at: int) -> int:
    while at < len(text) and text[at] != '"':
        if text[at] < " ":
            raise _unexpected(text, at, "in string literal")
        if text[at] == "\\":
            at += 1
            if at < len(text) and text[at] not in '"\\/bfnrtu':
                raise _unexpected(text, at, "in string escape code")
        at += 1
    if at >= len(text):
        raise ValueError("unexpected end of JSON input")
    return at + 1


def _members(text: str, at: int) -> int:
    at = _skip(text, at)
    if text[at : at + 1] == "}":
        return at + 1
    while True:
        if text[at : at + 1] != '"':
            raise _unexpected(text, at, "looking for beginning of object key string")
        at = _skip(text, _string(text, at + 1))
        if text[at : at + 1] != ":":
            raise _unexpected(text, at, "after object key")
        at = _skip(text, _value(text, _skip(text, at + 1)))
        if text[at : at + 1] == "}":
            return at + 1
        if text[at : at + 1] != ",":
            raise _unexpected(text, at, "after object key:value pair")
        at = _skip(text, at + 1)


def _elements(text: str, at: int) -> int:
    at = _skip(text, at)
    if text[at : at + 1] == "]":
        return at + 1
    while True:
        at = _skip(text, _value(text, at))
        if text[at : at + 1] == "]":
            return at + 1
        if text[at : at + 1] != ",":
            raise _unexpected(text, at, "after array element")
        at = _skip(text, at + 1)
