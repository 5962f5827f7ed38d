"""Map keys that come twice, as plain files have them: the last value counts (ytt: duplicate keys)."""
from __future__ import annotations

from oakum.typing import Any, TypeVar
from oakum.yaml.nodes import Array, Document, DocumentSet, Map, MapItem

N = TypeVar("N", DocumentSet, Document, Map, Array)
_COLLECTIONS = frozenset((Map, Array))


def last_wins(node: N) -> N:
    """Leave each key of every map at and below `node` once, where it first stood, with its last value; in place."""
    below: list[Any] = [node]
    while below:
        current = below.pop()
        if type(current) is Map:
            # One pass for both: most of the time goes into maps.
            keys = set()
            for item in current.items:
                keys.add(item.key)
                if type(item.value) in _COLLECTIONS:
                    below.append(item.value)
            if len(keys) < len(current.items):
                current.items = _settled(current.items)
        elif type(current) is Document:
            below.append(current.value)
        elif type(current) is DocumentSet:
            below += current.items
        elif type(current) is Array:
            below += [item.value for item in current.items if type(item.value) in _COLLECTIONS]
    return node


def _settled(items: list[MapItem]) -> list[MapItem]:
    kept: dict[Any, MapItem] = {}
    for item in items:
        kept[item.key if type(item.key) is str else (type(item.key), item.key)] = item
    return list(kept.values())
