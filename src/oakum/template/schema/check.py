"""Data values under a schema: defaults filled in, types checked (ytt: assignment algorithm)."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from oakum.starlark.spelling import nearest
from oakum.template.convert import copy_value
from oakum.template.keys import show_key
from oakum.template.kinds import kind_of
from oakum.template.position import position
from oakum.template.schema.govalue import go_syntax
from oakum.template.schema.report import Violation
from oakum.template.schema.types import AnyType, ArrayType, Declaration, MapType, ScalarType
from oakum.yaml.nodes import Array, Item, Map, MapItem

_NAMED_KEYS = 9


def conform(item: Item, declared: Declaration) -> list[Violation]:
    """Fill the defaults that are missing below `item`, in place, and return what does not fit `declared`.

    Maps and arrays where something else is declared come alone: scalars, nulls and unknown keys are only looked at
    when there are none.
    """
    return list(_fill(item, declared)) or list(_check(item, declared))


def default_item(declared: Declaration) -> Item:
    """The map item, array item or document that stands where none is given, with its default value."""
    kind = declared.item
    value = copy_value(declared.default)
    if isinstance(kind, MapItem):
        return MapItem(kind.key, value, kind.line, kind.source)
    return type(kind)(value, kind.line, kind.source)


def _fill(item: Item, declared: Declaration) -> Iterator[Violation]:
    """Give missing map items their defaults; yield maps and arrays that should be something else."""
    value, wanted = item.value, declared.type
    if not isinstance(value, Map | Array) or isinstance(wanted, AnyType):
        return
    if isinstance(wanted, MapType) and isinstance(value, Map):
        for below in value.items:
            known = wanted.items.get(below.key)
            if known is not None:
                yield from _fill(below, known)
        given = {below.key for below in value.items}
        value.items += [default_map_item(known) for key, known in wanted.items.items() if key not in given]
    elif isinstance(wanted, ArrayType) and isinstance(value, Array):
        for element in value.items:
            yield from _fill(element, wanted.element)
    else:
        in_flag = value.source is not None and not value.source.name
        yield Violation(value if in_flag else item, kind_of(value), declared.expected())


def default_map_item(declared: Declaration) -> MapItem:
    """The map item that stands where none is given."""
    item = default_item(declared)
    assert isinstance(item, MapItem)
    return item


def _check(item: Item, declared: Declaration) -> Iterator[Violation]:
    """Yield nulls and scalars of the wrong type, and keys that no map has."""
    value, wanted = item.value, declared.type
    if isinstance(wanted, AnyType) or (value is None and declared.nullable):
        return
    if isinstance(wanted, MapType) and isinstance(value, Map):
        yield from _unknown_keys(value.items, declared, wanted)
        for below in value.items:
            if below.key in wanted.items:
                yield from _check(below, wanted.items[below.key])
    elif isinstance(wanted, ArrayType) and isinstance(value, Array):
        for element in value.items:
            yield from _check(element, wanted.element)
    elif not (isinstance(wanted, ScalarType) and _is_of(wanted.name, kind_of(value))):
        yield Violation(item, kind_of(value), declared.expected())


def _is_of(wanted: str, given: str) -> bool:
    return given == wanted or (wanted == "float" and given == "integer")


def _unknown_keys(items: Iterable[MapItem], declared: Declaration, wanted: MapType) -> Iterator[Violation]:
    for item in items:
        if item.key not in wanted.items:
            keys = sorted(show_key(key) for key in wanted.items)
            close = nearest(str(item.key), keys)
            yield Violation(
                item,
                item.key if isinstance(item.key, str) else go_syntax(item.key),
                f"{_alternatives(keys)} (from {position(declared.item)})",
                "Given data value is not declared in schema",
                (f'did you mean "{close}"?',) if close else (),
            )


def _alternatives(keys: list[str]) -> str:
    if len(keys) == 1:
        return f'a map item with the key named "{keys[0]}"'
    if 1 < len(keys) <= _NAMED_KEYS:
        return f"one of {{ {', '.join(keys)} }}"
    return "a key declared in map"
