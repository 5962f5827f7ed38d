"""Builds nodes from libyaml's events. Importing this loads PyYAML: do it late."""
from __future__ import annotations

import re

from oakum.typing import Any
from oakum.yaml.anchors import Anchors, UnknownAnchor
from oakum.yaml.comments import find
from oakum.yaml.errors import MAX_DEPTH, SyntaxYAMLError, TagYAMLError, too_deep
from oakum.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Events,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    is_merge,
)
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet, Map, MapItem, Node, Source, walk
from oakum.yaml.resolve import resolve, resolve_tagged
from oakum.yaml.strict import resolve_strictly

# libyaml skips a byte order mark at the start of a line, go-yaml takes it for text: a private character stands in.
_MARK, _STAND_IN = "\ufeff", "\U0010fffd"
_DASH = re.compile(r"-[ \t]*(?:#.*)?$")
_MOST_ODD_TAGS = 100
_COMMA = re.compile(r"(?:\s|#[^\n]*)*,")


def build(
    text: str, source: Source, shift: int, strict: bool, comments: bool
) -> tuple[DocumentSet, list[tuple[int, str]]]:
    """The documents of `text`, not yet with their comments, and the comments (line, text) if asked for.

    `shift` is the number of lines that were put in front of the text. Raises SyntaxYAMLError.
    """
    builder, documents = _read(text, source, shift, strict)
    if not comments or "#" not in text:
        return documents, []
    return documents, find(text, builder.spans, shift)


def _read(text: str, source: Source, shift: int, strict: bool) -> tuple[_Builder, DocumentSet]:
    """go-yaml takes `,`, `[` and `]` for parts of a tag, which means nothing; libyaml is given a letter instead."""
    for _ in range(_MOST_ODD_TAGS):
        builder = _Builder(text, source, shift, strict)
        try:
            return builder, builder.documents()
        except TagYAMLError as error:
            at = error.index
            if text[at : at + 1] not in (",", "[", "]"):
                raise
            text = f"{text[:at]}x{text[at + 1:]}"
    raise SyntaxYAMLError("too many odd tags")


class _Builder:
    def __init__(self, text: str, source: Source, shift: int, strict: bool) -> None:
        self.marked = _MARK in text
        self.next = Events(text.replace(_MARK, _STAND_IN)).next
        self.text = text
        self.source = source
        self.before = 1 - shift
        self.resolve = resolve_strictly if strict else resolve
        self.spans: list[tuple[int, int]] = []
        self.anchors: Anchors[Any] = Anchors(len(text), _copy, _size)
        self.depth = 0

    def documents(self) -> DocumentSet:
        found: list[Document] = []
        while type(event := self.next()) is not StreamEndEvent:
            if type(event) is DocumentStartEvent:
                found.append(self.document(event))
        return DocumentSet(found, self.before, self.source)

    def document(self, event: Any) -> Document:
        self.anchors = Anchors(len(self.text), _copy, _size)
        self.merged_aliases: list[str] = []
        try:
            value = self.value(self.next())
        except SyntaxYAMLError as error:
            if not error.line and self.depth <= MAX_DEPTH and not isinstance(error, UnknownAnchor):
                self.finish()
            raise
        for name in self.merged_aliases:
            self.require_map(self.anchors.last(name))
        return Document(value, event.start_mark.line + self.before, self.source)

    def finish(self) -> None:
        """Read on to the end of the document: what is wrong with it comes before what is wrong with a value."""
        event = self.next()
        while event is not None and type(event) is not DocumentEndEvent:  # None: libyaml has failed already
            if type(event) is AliasEvent:
                self.anchors.require(str(event.anchor))
            elif getattr(event, "anchor", None):
                self.anchors.open(event.anchor, None)
            event = self.next()

    def value(self, event: Any) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            return self.scalar(event)
        if kind is AliasEvent:
            self.end = event.end_mark
            return self.anchors.expand(event.anchor)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_deep()
        value = self.sequence(event) if kind is SequenceStartEvent else self.mapping(event)
        self.depth -= 1
        return value

    def scalar(self, event: Any) -> Any:
        value = event.value.replace(_STAND_IN, _MARK) if self.marked else event.value
        self.end = event.end_mark
        self.spans.append((event.start_mark.index, self.end.index))
        if event.tag:
            value = resolve_tagged(event.tag, value)
        elif event.implicit[0]:
            value = self.resolve(value)
        if event.anchor:
            self.anchors.define(event.anchor, value)
        return value

    def mapping(self, event: Any) -> Map:
        items: list[MapItem] = []
        node = Map(items, event.start_mark.line + self.before, self.source)
        if event.anchor:
            self.anchors.open(event.anchor, node)
        while type(key := self.next()) is not MappingEndEvent:
            if is_merge(key):
                items += self.merged()
            else:
                line = key.start_mark.line + self.before
                items.append(MapItem(self.value(key), self.value(self.next()), line, self.source))
        self.close(event, key)
        return node

    def merged(self) -> list[MapItem]:
        """The pairs of the map that follows `<<`."""
        event = self.next()
        value = self.value(event)
        self.require_map(value)
        if type(event) is AliasEvent:
            self.merged_aliases.append(str(event.anchor))
        items: list[MapItem] = value.items
        return items

    def require_map(self, value: Any) -> None:
        """Raise SyntaxYAMLError for a `value` that cannot be merged.

        go-yaml asks this of what an anchor stands for last in its document, whatever was merged.
        """
        if not isinstance(value, Map):
            raise SyntaxYAMLError("map merge requires map or sequence of maps as the value")

    def sequence(self, event: Any) -> Array:
        items: list[ArrayItem] = []
        node = Array(items, event.start_mark.line + self.before, self.source)
        if event.anchor:
            self.anchors.open(event.anchor, node)
        self.end = event.end_mark
        while type(item := self.next()) is not SequenceEndEvent:
            line = self.item_line(event, item, not items)
            items.append(ArrayItem(self.value(item), line + self.before, self.source))
        self.close(event, item)
        return node

    def close(self, start: Any, end: Any) -> None:
        """Note that a collection is complete, and where it ended."""
        self.end = end.end_mark
        self.anchors.close(start.anchor)

    def item_line(self, sequence: Any, item: Any, first: bool) -> int:
        """The line (from 0) of the dash, bracket or comma that `item` follows."""
        if not sequence.flow_style:
            return self.dash_line(item)
        return int(self.end.line) if first else self.comma_line(item)

    def comma_line(self, item: Any) -> int:
        """The line (from 0) of the comma between what ended last and `item`."""
        comma = _COMMA.match(self.text, self.end.index)
        if not comma:
            return int(item.start_mark.line)
        return int(self.end.line) + self.text.count("\n", self.end.index, comma.end())

    def dash_line(self, item: Any) -> int:
        """The line (from 0) of the dash that `item` follows; only blank lines and comments are between them."""
        mark = item.start_mark
        line, end = int(mark.line), mark.index
        start = self.text.rfind("\n", 0, end) + 1
        if self.text[start:end].rstrip(" \t").endswith("-"):
            return line
        while start > 0:
            end = start - 1
            start = self.text.rfind("\n", 0, end) + 1
            line -= 1
            if _DASH.search(self.text[start:end].rstrip("\r")):
                return line
        return int(mark.line)


def _copy(value: Any) -> Any:
    """A deep copy of what an anchor stands for; lines and source are kept."""
    if isinstance(value, Map):
        pairs = [MapItem(item.key, _copy(item.value), item.line, item.source) for item in value.items]
        return Map(pairs, value.line, value.source)
    if isinstance(value, Array):
        return Array([ArrayItem(_copy(i.value), i.line, i.source) for i in value.items], value.line, value.source)
    return value


def _size(value: Any) -> int:
    return sum(1 for _ in walk(value)) if isinstance(value, Node) else 1
