"""Nodes and plain values to text, with the bytes of ytt's writer (ytt spec 2.6 and 2.7)."""
from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from oakum.yaml.nodes import Array, Document, DocumentSet, Map
from oakum.yaml.scalars import (
    LONGEST_SIMPLE_KEY,
    Style,
    binary,
    has_break,
    is_binary,
    literal,
    quote_double,
    quote_single,
    style_of,
    write_other,
)


def emit(value: Any) -> str:
    """`value` as YAML, ending in a newline.

    Takes a node, or a value of None, bool, int, float, str, list, tuple and dict. A document set is written with
    `---` between its documents, without those that are null or empty; if none is left, the text is empty.
    """
    if isinstance(value, DocumentSet):
        return "---\n".join(emit(document) for document in value.items if not is_empty(document.value))
    if isinstance(value, Document):
        value = value.value
    out: list[str] = []
    _node(value, "", "", out, "  ")
    return "".join(out)


def is_empty(value: Any) -> bool:
    """Whether a document of that value is left out: null, an empty map, an empty array."""
    if isinstance(value, Map | Array):
        return not value.items
    return value is None or value == {} or value == []


def _node(value: Any, lead: str, pad: str, out: list[str], indent: str) -> None:
    """Write `value`: its first line after `lead`, further lines of a collection after `pad`, of a text `indent`."""
    kind = type(value)
    if kind is str:
        line = one_line(value)
        out.append(f"{lead}{line}\n" if line is not None else lead + _block(value, indent))
    elif kind is Map:
        _mapping([(item.key, item.value) for item in value.items], lead, pad, out)
    elif kind is Array:
        _sequence([item.value for item in value.items], lead, pad, out)
    elif kind is dict:
        _mapping(list(value.items()), lead, pad, out)
    elif kind is list or kind is tuple:
        _sequence(value, lead, pad, out)
    else:
        out.append(f"{lead}{write_other(value)}\n")


def _sequence(values: Sequence[Any], lead: str, pad: str, out: list[str]) -> None:
    inner = pad + "  "
    for value in values:
        _node(value, lead + "- ", inner, out, inner)
        lead = pad
    if not values:
        out.append(lead + "[]\n")


def _mapping(pairs: list[tuple[Any, Any]], lead: str, pad: str, out: list[str]) -> None:
    inner = pad + "  "
    for key, value in pairs:
        simple = simple_key(key) if type(key) is str else _other_key(key)
        if simple is None:
            _node(key, lead + "? ", inner, out, inner)
            _node(value, pad + ": ", inner, out, inner)
        elif type(value) is str and (line := one_line(value)) is not None:
            out.append(f"{lead}{simple}: {line}\n")
        elif _has_items(value):
            out.append(f"{lead}{simple}:\n")
            below = inner if type(value) is Map or type(value) is dict else pad
            _node(value, below, below, out, inner)
        else:
            _node(value, f"{lead}{simple}: ", inner, out, inner)
        lead = pad
    if not pairs:
        out.append(lead + "{}\n")


def _has_items(value: Any) -> bool:
    if isinstance(value, Map | Array):
        return bool(value.items)
    return isinstance(value, dict | list | tuple) and bool(value)


@lru_cache(4096)
def simple_key(key: str) -> str | None:
    """The text of a key that fits on its line; None for a key that is written after `? `."""
    return None if has_break(key) or len(key.encode("utf-8", "replace")) > LONGEST_SIMPLE_KEY else one_line(key)


def _other_key(key: Any) -> str | None:
    return None if isinstance(key, Map | Array) else write_other(key)


@lru_cache(16384)
def one_line(text: str) -> str | None:
    """How the string `text` is written on one line; None when it takes a block of several."""
    if is_binary(text):
        encoded = binary(text)
        return None if "\n" in encoded else f"!!binary {encoded}"
    style = style_of(text)
    if style is Style.PLAIN:
        return text
    if style is Style.SINGLE:
        return quote_single(text)
    return quote_double(text) if style is Style.DOUBLE else None


def _block(text: str, indent: str) -> str:
    return "!!binary " + literal(binary(text), indent) if is_binary(text) else literal(text, indent)
