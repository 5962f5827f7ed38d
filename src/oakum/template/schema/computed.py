"""Maps and arrays that a template computes, which a schema document may not hold (ytt: schema)."""
from __future__ import annotations

from oakum.template.schema import notes
from oakum.template.schema.errors import SchemaError
from oakum.template.schema.govalue import go_syntax
from oakum.typing import Any
from oakum.yaml.nodes import Array, Item, Map


def refuse_computed(item: Item) -> None:
    """Raise SchemaError where a written item holds a dict or list, whose items were written nowhere.

    For a document as it was written, before others are laid over it. An empty dict or list cannot be told from what is
    written; what may be anything may be computed.
    """
    value = item.value
    if not isinstance(value, Map | Array) or notes.is_any(item):
        return
    if item.source is not None and value.items and value.items[0].source is None:
        kind = "*orderedmap.Map" if isinstance(value, Map) else "[]interface {}"
        raise SchemaError(f"Expected value '{_shown(value)}' to be a map, array, or scalar, but was {kind}")
    for below in value.items:
        refuse_computed(below)


def _shown(value: Map | Array) -> str:
    """The value as Go's `%s` shows it."""
    if isinstance(value, Array):
        return f"[{' '.join(_below(item.value) for item in value.items)}]"
    return f"&{{[{' '.join(f'{{{_below(item.key)} {_below(item.value)}}}' for item in value.items)}]}}"


def _below(value: Any) -> str:
    if isinstance(value, Map):
        return f"%!s(*orderedmap.Map={_plainly(value)})"
    if isinstance(value, Array):
        return _shown(value)
    if value is None or isinstance(value, str):
        return "<nil>" if value is None else value
    kind = "bool" if isinstance(value, bool) else "int64" if isinstance(value, int) else "float64"
    return f"%!s({kind}={go_syntax(value)})"


def _plainly(value: Any) -> str:
    """The value as Go's `%v` shows it."""
    if isinstance(value, Map):
        items = " ".join(f"{{{_plainly(item.key)} {_plainly(item.value)}}}" for item in value.items)
        return f"&{{[{items}]}}"
    if isinstance(value, Array):
        return f"[{' '.join(_plainly(item.value) for item in value.items)}]"
    return value if isinstance(value, str) else go_syntax(value)
