"""Nodes of a template run as the plain values that Kubernetes takes: as if they were printed and read again."""
from __future__ import annotations

import math

from oakum.errors import YAMLError
from oakum.typing import Any
from oakum.yaml.keys import key_text
from oakum.yaml.nodes import Array, Document, Map, Node, Value
from oakum.yaml.numbers import general


def to_plain(document: Document) -> Any:
    """The document's value: dict with string keys, list, scalars; shares nothing with the nodes.

    Numbers keep their type, whole floats become int as they do on paper. Raises YAMLError with file and line for what
    JSON cannot hold: a null key, an infinite or undefined number.
    """
    return _value(document.value, document)


def _value(value: Value, place: Node) -> Any:
    if isinstance(value, Map):
        return {_key(item.key, item): _value(item.value, item) for item in value.items}
    if isinstance(value, Array):
        return [_value(item.value, item) for item in value.items]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise YAMLError(f"{_where(place)}: JSON cannot hold the number {general(value)}")
        return int(value) if value.is_integer() and abs(value) < 1e21 else value
    return value


def _key(key: Any, item: Node) -> str:
    if key is None or isinstance(key, (Map, Array)):
        raise YAMLError(f"{_where(item)}: a key cannot be {'null' if key is None else 'a map or a list'}")
    return key if isinstance(key, str) else key_text(key)


def _where(node: Node) -> str:
    return f"{node.source.name if node.source else '?'}:{node.line or '?'}"
