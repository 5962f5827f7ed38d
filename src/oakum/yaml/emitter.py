"""Nodes and plain values to text, with the bytes of ytt's writer (ytt: YAML out)."""
from __future__ import annotations

from collections.abc import Callable

from oakum.typing import Any
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet, Map, MapItem, Value
from oakum.yaml.scalars import (
    LONGEST_SIMPLE_KEY,
    Style,
    binary,
    considered_style,
    has_break,
    has_separator,
    is_binary,
    is_obviously_plain,
    literal,
    quote_double,
    quote_single,
    write_other,
)


def emit(value: Any) -> str:
    """`value` as YAML, ending in a newline.

    Takes a node, or a value of None, bool, int, float, str, list, tuple and dict. A document set is written with
    `---` between its documents, without those that are null or empty; if none is left, the text is empty.
    """
    out: list[str] = []
    if isinstance(value, DocumentSet):
        for document in value.items:
            if not is_empty(document.value):
                if out:
                    out.append("---\n")
                _value(document.value, "", "", out)
    else:
        _value(value.value if isinstance(value, Document) else value, "", "", out)
    return "".join(out)


def is_empty(value: Any) -> bool:
    """Whether a document of that value is left out: null, an empty map, an empty array.

    Of maps and arrays only those that were written: one that was computed is an answer.
    """
    if isinstance(value, Map | Array):
        return not value.items and value.source is not None
    return value is None or value == {} or value == []


def _value(value: Any, lead: str, pad: str, out: list[str]) -> None:
    """Write `value`: its first line after `lead`, further lines of a collection after `pad`.

    The lines of a block of text are indented further than `pad` only where nothing is around it.
    """
    if isinstance(value, str):
        line = one_line(value)
        out.append(f"{lead}{line}\n" if line is not None else lead + _block(value, pad or "  "))
    elif isinstance(value, Map) and value.items:
        _map(value.items, lead, pad, out)
    elif isinstance(value, Array) and value.items:
        _array(value.items, lead, pad, out)
    elif isinstance(value, dict | list | tuple):
        _value(as_node(value), lead, pad, out)
    else:
        out.append(f"{lead}{_leaf(value)}\n")


def _array(items: list[ArrayItem], lead: str, pad: str, out: list[str]) -> None:
    inner = pad + "  "
    for item in items:
        _value(item.value, lead + "- ", inner, out)
        lead = pad


def _map(items: list[MapItem], lead: str, pad: str, out: list[str]) -> None:
    # Most of a run's output passes here: what `_value` would do is spelt out for the usual kinds.
    inner = pad + "  "
    value: Any
    for item in items:
        key, value = item.key, item.value
        simple = _keys[key] if type(key) is str else key_line(key)
        kind = type(value)
        if simple is None:
            _value(_as_key(key), lead + "? ", inner, out)
            _value(value, pad + ": ", inner, out)
        elif kind is str:
            line = _lines[value] if len(value) < _WORTH_REMEMBERING else one_line(value)
            out.append(f"{lead}{simple}: {line}\n" if line is not None else f"{lead}{simple}: {_block(value, inner)}")
        elif kind is Map and value.items:
            out.append(f"{lead}{simple}:\n")
            _map(value.items, inner, inner, out)
        elif kind is Array and value.items:
            out.append(f"{lead}{simple}:\n")
            _array(value.items, pad, pad, out)
        elif isinstance(value, dict | list | tuple):
            _map([MapItem(key, as_node(value))], lead, pad, out)
        else:
            out.append(f"{lead}{simple}: {_leaf(value)}\n")
        lead = pad


def _leaf(value: Any) -> str:
    """A scalar that is no string, or an empty collection."""
    if isinstance(value, Map | Array):
        return "{}" if isinstance(value, Map) else "[]"
    return write_other(value)


def as_node(value: Any) -> Value:
    """Plain lists and dicts, all the way down, as nodes without places."""
    if isinstance(value, dict):
        return Map([MapItem(key, as_node(item)) for key, item in value.items()])
    if isinstance(value, list | tuple):
        return Array([ArrayItem(as_node(item)) for item in value])
    plain: Value = value
    return plain


def simple_key(key: str) -> str | None:
    """The text of a key that fits on its line; None for a key that is written after `? `."""
    return None if has_break(key) or len(key.encode("utf-8", "replace")) > LONGEST_SIMPLE_KEY else one_line(key)


def key_line(key: Any) -> str | None:
    """The text of a key of any kind that fits on its line; None for one that is written after `? `."""
    if isinstance(key, str):
        return simple_key(key)
    return None if isinstance(key, Map | Array) and key.items else _leaf(key)


def _as_key(key: Any) -> Any:
    """A collection that is a key: the reference writes an array's items with the lines that they are on."""
    if isinstance(key, Map):
        return Map([MapItem(item.key, _as_key(item.value)) for item in key.items])
    if isinstance(key, Array):
        return Array([ArrayItem(Map(_item_as_key(item))) if item.line else item for item in key.items])
    return key


def _item_as_key(item: ArrayItem) -> list[MapItem]:
    return [MapItem("value", _as_key(item.value)), MapItem("line", item.line)]


def one_line(text: str) -> str | None:
    """How the string `text` is written on one line; None when it takes a block of several."""
    if "\n" not in text and is_obviously_plain(text):
        return text
    if is_binary(text):
        encoded = binary(text)
        return None if "\n" in encoded else f"!!binary {encoded}"
    style = considered_style(text)
    if style is Style.PLAIN:
        return text
    if style is Style.SINGLE:
        return None if has_separator(text) else quote_single(text)
    return quote_double(text) if style is Style.DOUBLE else None


class _Remembered(dict[str, str | None]):
    """What a function makes of texts, as often as they come. Faster than `lru_cache`: a subscript is no call."""

    def __init__(self, make: Callable[[str], str | None]) -> None:
        self.make = make

    def __missing__(self, text: str) -> str | None:
        if len(self) > _MOST:
            self.clear()
        made = self[text] = self.make(text)
        return made


_MOST = 16384
_keys = _Remembered(simple_key)
_lines = _Remembered(one_line)
_WORTH_REMEMBERING = 200
"""Characters; longer texts seldom come twice, and would be kept for it."""


def _block(text: str, indent: str) -> str:
    if has_separator(text) and considered_style(text) is Style.SINGLE:
        return quote_single(text, indent) + "\n"
    return "!!binary " + literal(binary(text), indent) if is_binary(text) else literal(text, indent)
