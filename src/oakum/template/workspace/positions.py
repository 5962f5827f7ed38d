"""The `pos` output: each node on a line behind the place it came from (ytt: output modes)."""
from __future__ import annotations

from collections.abc import Iterator

from oakum.template.keys import show_key
from oakum.template.position import position
from oakum.typing import Any
from oakum.yaml.emitter import emit, is_empty
from oakum.yaml.nodes import Array, DocumentSet, Map, Node

_GROWTH = 10


def print_positions(documents: DocumentSet) -> str:
    """One line a node, `FILE:LINE | text`, those of empty documents left out.

    The first column is as wide as the longest place so far needed it. Nodes whose place is unknown have no first
    column; text of several lines starts on a line of its own.
    """
    width = 0
    lines = []
    for place, text in _lines(documents):
        if place is None:
            lines.append(text)
        else:
            size = len(place.encode("utf-8", "surrogateescape"))
            width = max(width, size + _GROWTH) if size > width else width
            lines.append(f"{place:>{width}} | {text}")
    return "".join(line + "\n" for line in lines)


def _lines(documents: DocumentSet) -> Iterator[tuple[str | None, str]]:
    for document in documents.items:
        if is_empty(document.value):
            continue
        yield _place(document), "[doc]"
        # What no file holds, like a list of files, has no places at all, and is shown node by node.
        if not isinstance(document.value, Node) or (document.line and _is_leaf(document.value)):
            yield "", "  " + _text(document.value)
        else:
            yield from _below(document.value, "  ")


def _below(value: Any, indent: str) -> Iterator[tuple[str | None, str]]:
    if isinstance(value, Map):
        labelled: list[tuple[Any, str]] = [(item, f"{show_key(item.key)}:") for item in value.items]
    elif isinstance(value, Array):
        labelled = [(item, f"[{index}]") for index, item in enumerate(value.items)]
    else:
        labelled = []
    for item, label in labelled:
        yield from _item(item, indent, label)


def _item(item: Any, indent: str, label: str) -> Iterator[tuple[str | None, str]]:
    if not _is_leaf(item.value):
        yield _place(item), indent + label
        yield from _below(item.value, indent + "  ")
        return
    text = _text(item.value)
    if "\n" not in text:
        yield _place(item), f"{indent}{label} {text}"
    else:
        yield _place(item), indent + label
        yield "", indent + "  " + text


def _place(node: Node) -> str | None:
    return position(node) if node.line else None


def _is_leaf(value: Any) -> bool:
    """Whether a value has no nodes below that have places: a scalar, or an array that code made and that holds no map.
    """
    if isinstance(value, Array):
        return not value.line and all(_is_leaf(item.value) for item in value.items)
    return not isinstance(value, Node)


def _text(value: Any) -> str:
    return emit(value).removesuffix("\n")
