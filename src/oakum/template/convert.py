"""Values between Starlark and YAML nodes, both ways (ytt: value conversion).

A host value (see `oakum.starlark`) says what it becomes in YAML by a method `yaml_value()` that returns a node, scalar
or another Starlark value, or raises Failure.
"""
from __future__ import annotations

from collections.abc import Iterator

from oakum.starlark import Dict, Failure, List, Set, Struct, make_dict, type_name
from oakum.starlark.meter import charge
from oakum.template.fragment import Fragment
from oakum.typing import Any
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet, Map, MapItem, Node

_PLAIN = frozenset((str, bool, float, type(None)))
_MIN, _MAX = -(1 << 63), 1 << 64


def to_yaml(value: Any) -> Any:
    """The node or scalar that a Starlark value becomes; a fragment becomes its own node, not a copy.

    Raises Failure for what YAML cannot hold.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    convert = _TO_YAML.get(kind)
    if convert is not None:
        return convert(value)
    own = getattr(value, "yaml_value", None)
    if own is not None:
        return to_yaml(own())
    if isinstance(value, Node):
        return value
    raise Failure(f"(p) unknown type {go_type(value)} for conversion to go value")


def _int(value: int) -> int:
    if not _MIN <= value < _MAX:
        raise Failure("(p) not sure how to get int")
    return value


def _array(values: Any) -> Array:
    charge(8 * (1 + len(values)))  # what is shared in Starlark is written out as often as it is used
    return Array([ArrayItem(to_yaml(value)) for value in values])


def _map(value: Any) -> Map:
    charge(16 * (1 + len(value)))
    return Map([MapItem(to_yaml(key), to_yaml(below)) for key, below in value.items()])


def _struct(value: Struct) -> Map:
    charge(16 * (1 + len(value.fields)))
    return Map([MapItem(key, to_yaml(below)) for key, below in value.fields.items()])


_TO_YAML: dict[type, Any] = {
    int: _int,
    List: _array,
    tuple: _array,
    Set: _array,
    Dict: _map,
    Struct: _struct,
    Fragment: lambda value: value.node,
}


class _Fields(dict[str, Any]):
    """The fields of a struct made of a map: what is below is converted when it is first asked for.

    Each template has its own data values (its lists can be changed), and few look at all of them.
    """

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if isinstance(value, Node):
            value = self[name] = to_struct(value)
        return value

    def __iter__(self) -> Iterator[str]:
        # Also keeps `dict(fields)` from copying what is not converted yet.
        return super().__iter__()

    def items(self) -> Any:
        return [(name, self[name]) for name in self]

    def values(self) -> Any:
        return [self[name] for name in self]


def fields_of(value: Map) -> dict[Any, Any]:
    """The values of a map by key, not converted."""
    return {item.key: item.value for item in value.items}


def to_struct(value: Any, fields: dict[Any, Any] | None = None) -> Any:
    """A node's value as `data.values` gives it: maps as structs, arrays as lists, all of them new.

    `fields` are those of a map where they are known, see `fields_of`.
    """
    if isinstance(value, Map):
        struct = Struct()
        struct.fields = _Fields(fields_of(value) if fields is None else fields)
        return struct
    if isinstance(value, Array):
        return List([to_struct(item.value) for item in value.items])
    return value


def to_dict(value: Any) -> Any:
    """A node's value as decoding gives it: maps as dicts, arrays as lists."""
    if isinstance(value, Map):
        return make_dict([(item.key, to_dict(item.value)) for item in value.items])
    if isinstance(value, Array):
        return List([to_dict(item.value) for item in value.items])
    return value


def copy_value(value: Any) -> Any:
    """A deep copy of a node or scalar, with positions, comments and annotations (whose arguments are shared)."""
    if isinstance(value, DocumentSet | Map | Array):
        charge(8 * len(value.items))
        copied: Any = type(value)([copy_value(item) for item in value.items], value.line, value.source)
    elif isinstance(value, MapItem):
        copied = MapItem(value.key, copy_value(value.value), value.line, value.source)
    elif isinstance(value, Document | ArrayItem):
        copied = type(value)(copy_value(value.value), value.line, value.source)
    else:
        return value
    copied.comments = value.comments
    copied.annotations = dict(value.annotations) if value.annotations is not None else None
    return copied


_GO_TYPES = {
    "function": "*starlark.Function",
    "builtin_function_or_method": "*starlark.Builtin",
    "range": "starlark.rangeValue",
    "module": "*starlarkstruct.Module",
    "int": "starlark.Int",
    "float": "starlark.Float",
    "bool": "starlark.Bool",
    "string": "starlark.String",
    "NoneType": "starlark.NoneType",
    "list": "*starlark.List",
    "dict": "*starlark.Dict",
    "tuple": "starlark.Tuple",
    "set": "*starlark.Set",
    "struct": "*core.StarlarkStruct",
    "yamlfragment": "*yamltemplate.StarlarkFragment",
}


def go_type(value: Any) -> str:
    """The type name of a Starlark value that the reference's messages show, such as `starlark.Int`."""
    name = type_name(value)
    return _GO_TYPES.get(name, f"*{name}")


def to_go_type(value: Any) -> str:
    """The type name of the YAML side of a value that the reference's messages show, such as `int64`."""
    return _NODE_TYPES.get(type(value), type(value).__name__)


_NODE_TYPES: dict[type, str] = {
    type(None): "<nil>",
    bool: "bool",
    int: "int64",
    float: "float64",
    str: "string",
    Array: "[]interface {}",
    List: "[]interface {}",
    tuple: "[]interface {}",
    Set: "[]interface {}",
    Map: "*orderedmap.Map",
    Dict: "*orderedmap.Map",
    Struct: "*orderedmap.Map",
    Fragment: "*yamlmeta.Map",
}
