"""Builds a document of kbld's and kapp's dialect from libyaml's events."""
from __future__ import annotations

from oakum.errors import YAMLError
from oakum.typing import Any
from oakum.yaml.anchors import Anchors, UnknownAnchor
from oakum.yaml.errors import MAX_DEPTH, SyntaxYAMLError, too_deep
from oakum.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Events,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    is_merge,
)
from oakum.yaml.keys import json_scalar, key_text
from oakum.yaml.resolve import resolve, resolve_tagged


def load(text: str, floats: bool) -> Any:
    """See `oakum.yaml.plain.load`."""
    events = Events(text)
    if type(events.next()) is StreamEndEvent:
        return None
    loader = _Loader(events, len(text), floats)
    value = loader.root()
    events.next()  # to go-yaml a document that does not end as one is none
    if loader.unfit:
        raise loader.unfit
    return value


class _Loader:
    def __init__(self, events: Events, length: int, floats: bool) -> None:
        self.events = events
        self.next = events.next
        self.floats = floats
        self.anchors: Anchors[Any] = Anchors(length, _copy, _size)
        self.depth = 0
        self.unfit: YAMLError | None = None
        """What JSON cannot hold: Go looks for that when all is decoded."""

    def root(self) -> Any:
        """The document's value. What go-yaml finds while it reads comes before what is wrong with the values.

        Below the depth that is too much nothing is read: the time that libyaml takes grows with its square.
        """
        try:
            return self.fit(self.next())
        except YAMLError as error:
            if not (self.events.failed or self.depth > MAX_DEPTH or isinstance(error, UnknownAnchor)):
                self.skip()
            raise

    def skip(self) -> None:
        """Read on to the end of the document."""
        while type(event := self.next()) not in (DocumentEndEvent, StreamEndEvent):
            anchor: Any = getattr(event, "anchor", None)
            if type(event) is AliasEvent:
                self.anchors.require(anchor)
            elif anchor:
                self.anchors.define(anchor, None)

    def value(self, event: Any) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            return self.scalar(event)
        if kind is AliasEvent:
            return self.anchors.expand(event.anchor)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_deep()
        value = self.sequence(event) if kind is SequenceStartEvent else self.mapping(event)
        self.depth -= 1
        return value

    def fit(self, event: Any) -> Any:
        """What is no key, as JSON can hold it."""
        value = self.value(event)
        if type(value) is int or type(value) is float:
            try:
                return json_scalar(value, self.floats)
            except YAMLError as error:
                self.unfit = self.unfit or error
        return value

    def key(self, name: Any, value: Any) -> str:
        """A key as JSON can hold it."""
        try:
            return key_text(name, value)
        except SyntaxYAMLError:
            raise
        except YAMLError as error:
            self.unfit = self.unfit or error
            return ""

    def scalar(self, event: Any) -> Any:
        value = event.value
        if event.tag:
            value = resolve_tagged(event.tag, value)
        elif event.implicit[0]:
            value = resolve(value)
        if event.anchor:
            self.anchors.define(event.anchor, value)
        return value

    def sequence(self, event: Any) -> list[Any]:
        items: list[Any] = []
        if event.anchor:
            self.anchors.open(event.anchor, items)
        while type(item := self.next()) is not SequenceEndEvent:
            items.append(self.fit(item))
        self.anchors.close(event.anchor)
        return items

    def mapping(self, event: Any) -> dict[str, Any]:
        items: dict[str, Any] = {}
        if event.anchor:
            self.anchors.open(event.anchor, items)
        while type(key := self.next()) is not MappingEndEvent:
            if is_merge(key):
                self.merge(items)
            else:
                name = self.value(key)
                value = self.fit(self.next())
                items[self.key(name, value)] = value
        self.anchors.close(event.anchor)
        return items

    def merge(self, items: dict[str, Any]) -> None:
        """Insert the pairs of the value that follows `<<`; of several maps the first has precedence."""
        value = self.value(self.next())
        for each in reversed(value) if isinstance(value, list) else [value]:
            if not isinstance(each, dict):
                raise SyntaxYAMLError("map merge requires map or sequence of maps as the value")
            items.update(each)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_size, value.values()))
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1
