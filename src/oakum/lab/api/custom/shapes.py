"""A structural schema as the shape that patches and field ownership work on."""

from typing import Any

from oakum.lab.api.schema import FREE, Field, ListOf, MapOf, Ref, Scalar, Shape, Struct

Schema = dict[str, Any]

_SCALARS = {"string": "s", "integer": "i64", "number": "f", "boolean": "b"}


def root(schema: Schema) -> Struct:
    """The struct of a whole object: the schema's properties, with metadata as every kind has it."""
    known = of(schema)
    fields = dict(known.fields) if isinstance(known, Struct) else {}
    fields |= {name: Field(name, Scalar("s")) for name in ("apiVersion", "kind")}
    fields["metadata"] = Field("metadata", Ref("meta.ObjectMeta"))
    return Struct("", fields, open=True)


def of(schema: Schema) -> Shape:
    """The shape of one schema."""
    kind = schema.get("type")
    if kind == "array":
        return _list(schema)
    if schema.get("properties"):
        fields = {name: _field(name, inner, schema) for name, inner in schema["properties"].items()}
        return Struct("", fields, _whole(schema), open=True)
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        return MapOf(of(extra), _whole(schema))
    if kind in _SCALARS:
        return Scalar(_SCALARS[kind])
    return Scalar("o") if _whole(schema) else FREE


def _whole(schema: Schema) -> bool:
    return schema.get("x-kubernetes-map-type") == "atomic"


def _field(name: str, schema: Schema, parent: Schema) -> Field:
    required = name in (parent.get("required") or ())
    if "default" in schema:
        return Field(name, of(schema), required, schema["default"])
    return Field(name, of(schema), required)


def _list(schema: Schema) -> Shape:
    items = schema.get("items") or {}
    kind = schema.get("x-kubernetes-list-type", "atomic")
    keys = tuple(schema.get("x-kubernetes-list-map-keys") or ())
    return ListOf(of(items), kind if kind in ("set", "map") else "atomic", keys)
