"""The names that messages give to kinds of values."""
from __future__ import annotations

from oakum.typing import Any
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet, Map, MapItem

_KINDS: dict[type, str] = {
    Map: "map",
    Array: "array",
    str: "string",
    int: "integer",
    float: "float",
    bool: "boolean",
    type(None): "null",
    MapItem: "map item",
    ArrayItem: "array item",
    Document: "document",
    DocumentSet: "document set",
}


def kind_of(value: Any) -> str:
    """The kind of a node or scalar: `map`, `array`, `string`, `integer`, `float`, `boolean`, `null` and so on."""
    return name_of(type(value))


def name_of(kind: type) -> str:
    """The name of a type of nodes or scalars, see `kind_of`."""
    return _KINDS.get(kind, kind.__name__)
