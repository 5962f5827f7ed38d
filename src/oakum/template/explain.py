"""Which source set each data value (`--explain-data-values`; not in the reference)."""
from __future__ import annotations

from collections.abc import Iterator

from oakum.template.position import position
from oakum.typing import Any
from oakum.yaml.emitter import emit
from oakum.yaml.nodes import Array, Document, Item, Map


def explain(values: Document) -> list[str]:
    """One line for each final data value: its path, its value, and the file and line (or flag) that set it."""
    found = list(_leaves(values, "")) if values.value is not None else []
    width = max((len(left) for left, _ in found), default=0)
    return [f"{left:{width}}  # {origin}" for left, origin in found]


def _leaves(item: Item, path: str) -> Iterator[tuple[str, str]]:
    value = item.value
    if isinstance(value, Map) and value.items:
        for below in value.items:
            key = below.key if isinstance(below.key, str) else _shown(below.key)
            yield from _leaves(below, f"{path}.{key}" if path else key)
    elif isinstance(value, Array) and value.items:
        for index, element in enumerate(value.items):
            yield from _leaves(element, f"{path}[{index}]")
    else:
        yield f"{path} = {_shown(value)}", position(item)


def _shown(value: Any) -> str:
    text = emit(value).rstrip("\n")
    return text if "\n" not in text else repr(value)
