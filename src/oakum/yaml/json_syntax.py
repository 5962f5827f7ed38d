"""JSON text (RFC 8259) read, or refused with the words of Go's encoding/json."""
from __future__ import annotations

from oakum.late import pattern
from oakum.typing import Any

_SPACE = pattern(r"[ \t\r\n]*")
_STRING = pattern(r'[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*')
_NUMBER = pattern(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_TORN = pattern(r"in (literal|string escape|\\u|numeric|exponent)|after decimal")
_END = "unexpected end of JSON input"
_TOO_DEEP = "exceeded max depth"
_DEEPEST = 10000


class _Problem(Exception):
    """Why a text is not JSON."""


def loads(text: str) -> Any:
    """The value in `text`. Raises ValueError with the message that Go programs show."""
    import json

    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise ValueError(syntax_error(text) or str(error)) from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def first(text: str) -> Any:
    """The value that `text` begins with, whatever follows. Raises ValueError as Go programs do that read a stream."""
    import json

    try:
        return json.JSONDecoder(parse_constant=_refuse).raw_decode(text.lstrip(" \t\r\n"))[0]
    except (ValueError, RecursionError):
        problem = syntax_error(text)
        raise ValueError("unexpected EOF" if problem in (_END, None) else problem) from None


def _refuse(word: str) -> None:
    """Python reads NaN and infinities, which are not JSON."""
    raise ValueError(word)


def syntax_error(text: str) -> str | None:
    """Go's message for a text that is not one JSON value; None when it is."""
    try:
        end = _value(text, _space(text, 0), 0)
        end = _space(text, end)
        if end < len(text):
            return f"invalid character {_quoted(text[end])} after top-level value"
    except _Problem as problem:
        return str(problem)
    except RecursionError:
        return _TOO_DEEP
    return None


def _space(text: str, position: int) -> int:
    return _SPACE.match(text, position).end()  # type: ignore[union-attr]  # the pattern matches anything


def _fail(text: str, position: int, context: str) -> _Problem:
    if position < len(text):
        return _Problem(f"invalid character {_quoted(text[position])} {context}")
    # Go reads a blank after the end: inside a word, a number or an escape that is what it complains of.
    return _Problem(f"invalid character ' ' {context}" if _TORN.match(context) else _END)


def _quoted(char: str) -> str:
    known = {"'": "'\\''", '"': "'\"'", "\n": "'\\n'", "\t": "'\\t'", "\r": "'\\r'", "\\": "'\\\\'"}
    if char in known:
        return known[char]
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"'\\x{code - 0xDC00:02x}'"
    return f"'\\x{code:02x}'" if code < 0x20 or code == 0x7F else f"'{char}'"


def _value(text: str, position: int, depth: int) -> int:
    """The end of the value at `position`."""
    char = text[position : position + 1]
    if char == "{":
        return _object(text, position + 1, depth + 1)
    if char == "[":
        return _array(text, position + 1, depth + 1)
    if char == '"':
        return _string(text, position + 1)
    if char and (char == "-" or char in "0123456789"):
        return _number(text, position)
    for word in ("true", "false", "null"):
        if char == word[0]:
            return _literal(text, position, word)
    raise _fail(text, position, "looking for beginning of value")


def _literal(text: str, position: int, word: str) -> int:
    for offset, wanted in enumerate(word):
        if text[position + offset : position + offset + 1] != wanted:
            raise _fail(text, position + offset, f"in literal {word} (expecting '{wanted}')")
    return position + len(word)


def _string(text: str, position: int) -> int:
    end = _STRING.match(text, position).end()  # type: ignore[union-attr]  # the pattern matches anything
    char = text[end : end + 1]
    if char == '"':
        return end + 1
    if char == "\\":
        after = text[end + 1 : end + 2]
        if after == "u":
            for offset in range(end + 2, end + 6):
                if text[offset : offset + 1] not in tuple("0123456789abcdefABCDEF"):
                    raise _fail(text, offset, "in \\u hexadecimal character escape")
        raise _fail(text, end + 1, "in string escape code")
    raise _fail(text, end, "in string literal")


def _number(text: str, position: int) -> int:
    found = _NUMBER.match(text, position)
    if found is None:
        raise _fail(text, position + 1, "in numeric literal")
    end = found.end()
    char = text[end : end + 1]
    if char == "." and "." not in found.group() and "e" not in found.group().lower():
        raise _fail(text, end + 1, "after decimal point in numeric literal")
    if char and char in "eE" and "e" not in found.group().lower():
        signed = text[end + 1 : end + 2] in ("+", "-")
        raise _fail(text, end + 1 + signed, "in exponent of numeric literal")
    return end


def _object(text: str, position: int, depth: int) -> int:
    _check_depth(depth)
    position = _space(text, position)
    if text[position : position + 1] == "}":
        return position + 1
    while True:
        if text[position : position + 1] != '"':
            raise _fail(text, position, "looking for beginning of object key string")
        position = _space(text, _string(text, position + 1))
        if text[position : position + 1] != ":":
            raise _fail(text, position, "after object key")
        position = _space(text, _value(text, _space(text, position + 1), depth))
        char = text[position : position + 1]
        if char == "}":
            return position + 1
        if char != ",":
            raise _fail(text, position, "after object key:value pair")
        position = _space(text, position + 1)


def _array(text: str, position: int, depth: int) -> int:
    _check_depth(depth)
    position = _space(text, position)
    if text[position : position + 1] == "]":
        return position + 1
    while True:
        position = _space(text, _value(text, position, depth))
        char = text[position : position + 1]
        if char == "]":
            return position + 1
        if char != ",":
            raise _fail(text, position, "after array element")
        position = _space(text, position + 1)


def _check_depth(depth: int) -> None:
    if depth > _DEEPEST:
        raise _Problem(_TOO_DEEP)
