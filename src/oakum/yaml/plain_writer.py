"""The writer of kbld and kapp: natural key order, folds at 80 columns (sigs.k8s.io/yaml)."""
from __future__ import annotations

from functools import lru_cache

from oakum.errors import YAMLError
from oakum.late import pattern
from oakum.typing import Any
from oakum.yaml.fold import WIDTH, fold
from oakum.yaml.numbers import json_number
from oakum.yaml.order import natural
from oakum.yaml.resolve import resolve
from oakum.yaml.scalars import (
    LONGEST_SIMPLE_KEY,
    Style,
    has_break,
    has_separator,
    literal,
    quote_double,
    quote_single,
    style_of,
    write_other,
)

_FORBIDDEN = pattern("[\\x7f-\\x84\\x86-\\x9f\\ufffe\\uffff]")
_NOT_UTF8 = pattern("[\ud800-\udfff]")


class GoFloat(float):
    """A float64 that is written directly, not by way of JSON: a million is `1e+06`."""


def dump(obj: Any) -> str:
    """`obj` (None, bool, int, float, str, list, dict with str keys) as sigs.k8s.io/yaml writes it, ending in a newline.

    Floats are written as Go writes a float64 that went through JSON (1.0 as `1`), integers exactly. Raises YAMLError
    for characters that Go's reader refuses on the way (DEL, C1 controls), for infinities and NaN.
    """
    out: list[str] = []
    _node(obj, "", "", out, "  ")
    return "".join(out)


def _node(value: Any, lead: str, pad: str, out: list[str], indent: str) -> None:
    """Write `value`, its first line after `lead`, the further lines of a collection after `pad`, of a text `indent`."""
    if value and isinstance(value, dict):
        _mapping(value, lead, pad, out)
    elif value and isinstance(value, list | tuple):
        for item in value:
            _node(item, lead + "- ", pad + "  ", out, pad + "  ")
            lead = pad
    else:
        out.append(lead + _scalar(value, len(lead), indent))


def _mapping(items: dict[str, Any], lead: str, pad: str, out: list[str]) -> None:
    inner = pad + "  "
    for key in _ordered(tuple(items)):
        value = items[key]
        simple = _simple_key(key)
        if simple is None:
            out.append(lead + "? " + _scalar(key, len(lead) + 2, inner))
            _node(value, pad + ": ", inner, out, inner)
        elif value and isinstance(value, dict):
            out.append(f"{lead}{simple}:\n")
            _mapping(value, inner, inner, out)
        elif value and isinstance(value, list | tuple):
            out.append(f"{lead}{simple}:\n")
            _node(value, pad, pad, out, inner)
        else:
            lead = f"{lead}{simple}: "
            out.append(lead + _scalar(value, len(lead), inner))
        lead = pad


@lru_cache(4096)
def _ordered(keys: tuple[str, ...]) -> list[str]:
    return natural(keys)


@lru_cache(4096)
def _simple_key(key: str) -> str | None:
    """The text of a key that fits on its line; None for a key that needs `? `."""
    _, text, line = _styled(key)
    return None if has_break(text) or len(text.encode()) > LONGEST_SIMPLE_KEY else line


def _styled(text: str) -> tuple[Style, str, str]:
    """The style of `text`, the text once it went through JSON, and how it is written on one line."""
    if not text.isascii() or "\x7f" in text:
        text = _NOT_UTF8.sub("\ufffd", text)
        if _FORBIDDEN.search(text):
            raise YAMLError("yaml: control characters are not allowed")
    style = style_of(text)
    if style is Style.SINGLE:
        return style, text, quote_single(text)
    return style, text, quote_double(text) if style is Style.DOUBLE else text


_remembered = lru_cache(8192)(_styled)
_WORTH_REMEMBERING = 200
"""Characters; longer texts seldom come twice, and would be kept for it."""


def _scalar(value: Any, column: int, indent: str) -> str:
    """A scalar or an empty collection that starts at `column`, with the line break behind it."""
    if isinstance(value, str):
        style, text, line = _remembered(value) if len(value) < _WORTH_REMEMBERING else _styled(value)
        if style is Style.LITERAL:
            return literal(text, indent)
        if style is Style.SINGLE and has_separator(text):
            line = quote_single(text, indent)
        if column + len(line) > WIDTH and " " in text:
            line = fold(text, style, column, indent)
        return line + "\n"
    if isinstance(value, dict):
        return "{}\n"
    if isinstance(value, list | tuple):
        return "[]\n"
    return _other(value) + "\n"


def _other(value: Any) -> str:
    if isinstance(value, float) and not isinstance(value, GoFloat):
        try:
            value = resolve(json_number(value))
        except ValueError as error:
            raise YAMLError(f"json: {error}") from None
    elif not (value is None or isinstance(value, int | GoFloat)):
        raise TypeError(f"unsupported type: {type(value).__name__}")
    elif type(value) is int:
        value = resolve(str(value))
    return write_other(value)
