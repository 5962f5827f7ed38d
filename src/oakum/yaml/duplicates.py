"""Map keys that come twice, as plain files have them: the last value counts (ytt: duplicate keys)."""
from __future__ import annotations

from typing import Any, TypeVar

from oakum.yaml.nodes import Array, Document, DocumentSet, Map, MapItem

N = TypeVar("N", DocumentSet, Document, Map, Array)


def last_wins(node: N) -> N:
    """Leave each key of every map at and below `node` once, where it first stood, with its last value; in place."""
    below: list[Any] = [node]
    while below:
        current = below.pop()
        if isinstance(current, Document):
            below.append(current.value)
        elif isinstance(current, DocumentSet):
            below += current.items
        elif isinstance(current, Map | Array):
            items: list[Any] = current.items
            if isinstance(current, Map) and len({item.key for item in items}) < len(items):
                current.items = items = _settled(current.items)
            below += [item.value for item in items if type(item.value) is Map or type(item.value) is Array]
    return node


def _settled(items: list[MapItem]) -> list[MapItem]:
    kept: dict[Any, MapItem] = {}
    for item in items:
        kept[item.key if type(item.key) is str else (type(item.key), item.key)] = item
    return list(kept.values())
