"""Builds nodes from texts of simple shape line by line, several times faster than from a scanner's events.

Most configuration is block style with one scalar a line. Such a text is read here, and anything else refused, so that
the caller turns to libyaml; start-up is spared its import too. See `oakum.yaml.lines` for what is simple.
"""
from __future__ import annotations

from collections.abc import Callable

from oakum.late import pattern
from oakum.typing import Any
from oakum.yaml.errors import MAX_DEPTH
from oakum.yaml.flow import flow_nodes
from oakum.yaml.lines import Holds, Line, read_line
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet, Map, MapItem, Scalar, Source

_UNUSUAL = pattern("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff]")
_MARKER = pattern(r"--- *(?: #(.*))?")
_BLANK: Line = (-1, False, -1, None, Holds.NOTHING, None, None)
# The loop below compares these once a line, and `Holds.FLOW` is a slow look-up.
FLOW, NOTHING, LITERAL = Holds.FLOW, Holds.NOTHING, Holds.LITERAL

Comments = list[tuple[int, str]]


def build_simple(
    text: str,
    source: Source,
    implicit: bool,
    resolve: Callable[[str], Scalar],
    known: dict[str, Line] | None = None,
) -> tuple[DocumentSet, Comments] | None:
    """The documents and comments of `text`, as `oakum.yaml.builder.build` gives them; None when it is not simple.

    `implicit` adds a document before the first line. What `resolve` raises for a plain scalar is passed on. `known`
    holds the lines that were read before, for a caller with several texts to read by the same `resolve`.
    """
    # The first look is much the faster one, and nearly always enough.
    if not (text.isascii() and text.replace("\n", "").isprintable()) and _UNUSUAL.search(text):
        return None
    documents = [Document(None, 0, source)] if implicit else []
    comments: Comments = []
    if not _read(source, resolve, documents, comments, {} if known is None else known):
        return None
    return DocumentSet(documents, 0 if implicit else 1, source), comments


def _read(
    source: Source,
    resolve: Callable[[str], Scalar],
    documents: list[Document],
    comments: Comments,
    known: dict[str, Line],
) -> bool:
    """Fill in documents and comments; False when a line is not simple.

    One loop with everything in locals: it runs once a line, and is what the speed of plain files depends on. `indent`,
    `is_map` and `items` describe the innermost open collection, `outer` those around it; `waiting` is its last item
    while that has no value yet. Lines that came before are not read again.
    """
    lines: list[str] = source.lines or []
    known[""] = _BLANK
    waiting: Any = documents[-1] if documents else None
    indent, is_map = -1, False
    items: list[Any] = []
    outer: list[tuple[int, bool, list[Any]]] = []
    number, count = 0, len(lines)
    while number < count:
        line = lines[number]
        number += 1
        shape = known.get(line)
        if shape is None:
            if line.startswith("---"):
                if line != "---":
                    if not (match := _MARKER.fullmatch(line)):
                        return False
                    if match[1] is not None:
                        comments.append((number, match[1]))
                waiting = Document(None, number, source)
                documents.append(waiting)
                indent, outer = -1, []
                continue
            stripped = line.lstrip(" ")
            if not stripped:
                continue
            if stripped[0] == "#":
                comments.append((number, stripped[1:]))
                continue
            shape = read_line(line, resolve)
            if shape is None or not documents:
                return False
            known[line] = shape
        elif shape is _BLANK:
            continue
        at, dash, column, key, holds, value, comment = shape
        if comment is not None:
            comments.append((number, comment))
        if waiting is not None and (at > indent or (dash and is_map and at == indent)):
            if len(outer) >= MAX_DEPTH:
                return False
            outer.append((indent, is_map, items))
            indent, is_map, items = at, not dash, []
            waiting.value = Map(items, number, source) if is_map else Array(items, number, source)
        else:
            while indent > at or (indent == at and not is_map and not dash):
                indent, is_map, items = outer.pop()
            if indent != at or is_map is dash:
                return False
        waiting = None
        if holds is FLOW:
            value = flow_nodes(value, number, source)
        if dash:
            item: Any = ArrayItem(value, number, source)
            if column >= 0:
                items.append(item)
                outer.append((indent, is_map, items))
                indent, is_map, items = column, True, []
                item.value = Map(items, number, source)
                item = MapItem(key, value, number, source)
        else:
            item = MapItem(key, value, number, source)
        items.append(item)
        if holds is NOTHING:
            waiting = item
        elif holds is LITERAL:
            block = _literal(lines, number, indent, value)
            if block is None:
                return False
            item.value, number = block
    return True


def _literal(lines: list[str], start: int, indent: int, header: str) -> tuple[str, int] | None:
    """The block from `lines[start]` on, inside a collection at `indent`, and the index of the line behind it.

    None when it is not simple.
    """
    at, count = start, len(lines) - 1
    while at < count and not lines[at]:
        at += 1
    first = lines[at] if at < count else ""
    width = len(first) - len(first.lstrip(" "))
    if width <= indent or width == len(first):
        return None
    lead = " " * width
    while at < count and (lines[at].startswith(lead) or not lines[at].strip(" ")):
        at += 1
    if at == count and lines[count]:
        # The last line has no end: what that means for the block is libyaml's to say.
        return None
    text = "\n".join([line[width:] for line in lines[start:at]])
    if header == "|+":
        return text + "\n", at
    return text.rstrip("\n") + ("\n" if header == "|" else ""), at
