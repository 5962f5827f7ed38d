"""Map keys that come twice, as plain files have them: the last value counts (ytt spec 2.3)."""
from __future__ import annotations

from typing import Any, TypeVar

from oakum.yaml.nodes import Map, MapItem, Node

N = TypeVar("N", bound=Node)


def last_wins(node: N) -> N:
    """Leave each key of every map at and below `node` once, where it first stood, with its last value; in place."""
    below: list[Any] = [node]
    while below:
        current = below.pop()
        if isinstance(current, Map):
            _settle(current)
        held = current.items if hasattr(current, "items") else (current.value,)
        below += [one for one in held if isinstance(one, Node)]
    return node


def _settle(node: Map) -> None:
    kept: dict[Any, MapItem] = {}
    for item in node.items:
        kept[item.key if type(item.key) is str else (type(item.key), item.key)] = item
    if len(kept) < len(node.items):
        node.items = list(kept.values())
