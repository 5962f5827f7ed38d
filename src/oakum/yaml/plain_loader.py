"""Builds a document of kbld's and kapp's dialect from libyaml's events."""
from __future__ import annotations

import math
import struct
from typing import Any

from oakum.errors import YAMLError
from oakum.yaml.anchors import Anchors
from oakum.yaml.errors import SyntaxYAMLError
from oakum.yaml.events import (
    AliasEvent,
    Events,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    is_merge,
)
from oakum.yaml.numbers import general
from oakum.yaml.resolve import resolve, resolve_tagged


def load(text: str, floats: bool) -> Any:
    """See `oakum.yaml.plain.load`."""
    events = Events(text)
    if type(events.next()) is StreamEndEvent:
        return None
    return _Loader(events, len(text), floats).value(events.next())


class _Loader:
    def __init__(self, events: Events, length: int, floats: bool) -> None:
        self.next = events.next
        self.floats = floats
        self.anchors: Anchors[Any] = Anchors(length, _copy, _size)

    def value(self, event: Any) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            return self.scalar(event)
        if kind is AliasEvent:
            return self.anchors.expand(event.anchor)
        return self.sequence(event) if kind is SequenceStartEvent else self.mapping(event)

    def scalar(self, event: Any) -> Any:
        value = event.value
        if event.tag:
            value = resolve_tagged(event.tag, value)
        elif event.implicit[0]:
            value = resolve(value)
        if type(value) is float and not math.isfinite(value):
            raise YAMLError(f"json: unsupported value: {general(value)}")
        if self.floats and type(value) is int:
            value = float(value)
        if event.anchor:
            self.anchors.define(event.anchor, value)
        return value

    def sequence(self, event: Any) -> list[Any]:
        items: list[Any] = []
        if event.anchor:
            self.anchors.open(event.anchor, items)
        while type(item := self.next()) is not SequenceEndEvent:
            items.append(self.value(item))
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
                name = key_text(self.value(key))
                items[name] = self.value(self.next())
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


def key_text(key: Any) -> str:
    """A map key as Go turns it into a JSON string: `true`, `1`, `1.5`."""
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int):
        return str(key)
    if isinstance(key, float):
        return _float32(key)
    if isinstance(key, dict | list):
        raise SyntaxYAMLError(f"invalid map key: {_go_syntax(key)}")
    raise YAMLError("Unsupported map key of type: %!s(<nil>), key: <nil>")


def _float32(number: float) -> str:
    """The shortest text that reads back as the same 32-bit float, which is how Go formats keys."""
    try:
        single = struct.pack("f", number)
    except OverflowError:
        return ".inf" if number > 0 else "-.inf"
    candidates = (float(f"{number:.{digits}g}") for digits in range(1, 10))
    return general(next((short for short in candidates if struct.pack("f", short) == single), number))


def _go_syntax(value: Any) -> str:
    """`value` as Go's `%#v` prints a decoded YAML value."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{_go_syntax(key)}:{_go_syntax(item)}" for key, item in value.items())
        return f"map[interface {{}}]interface {{}}{{{pairs}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_go_syntax, value))}}}"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    return "interface {}(nil)" if value is None else str(value)
