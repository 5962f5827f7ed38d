"""What a template computes of a schema: no part of a document in a file, all of it where a library is given one."""
from __future__ import annotations

from oakum.template.schema import notes
from oakum.template.schema.errors import SchemaError
from oakum.template.schema.govalue import go_syntax
from oakum.template.schema.report import enclosed
from oakum.typing import Any
from oakum.yaml.nodes import Array, Document, Item, Map, Source, walk

NOWHERE = Source("")


def stand_nowhere(document: Document) -> None:
    """Give what was computed of a schema the place that reports show of it: an unknown line of a file without name."""
    for node in walk(document):
        if node.source is None:
            node.source = NOWHERE


def refuse_computed(item: Item) -> None:
    """Raise SchemaError where a written item holds a dict or list, whose items were written nowhere.

    For a document as it was written, before others are laid over it. What may be anything may be computed.
    """
    try:
        _refuse_in(item)
    except SchemaError as error:
        if not notes.is_nullable(item):
            raise
        raise SchemaError(enclosed(str(error))) from error


def _refuse_in(item: Item) -> None:
    value = item.value
    if not isinstance(value, Map | Array) or notes.is_any(item):
        return
    if item.source is not None and value.source is None and not (value.items and value.items[0].source):
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
