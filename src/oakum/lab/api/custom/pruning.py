"""Dropping fields that a structural schema does not know, and filling in its defaults."""

from typing import Any

from oakum.lab.api.decode import decode
from oakum.lab.api.schema import struct
from oakum.lab.store import clone

Schema = dict[str, Any]

_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED = "x-kubernetes-embedded-resource"
_TYPED = ("apiVersion", "kind", "metadata")


def prune(value: Any, schema: Schema, root: bool = False, path: str = "") -> list[str]:
    """Remove unknown fields in place; returns their paths."""
    if isinstance(value, list):
        items = schema.get("items") or {}
        return [lost for i, item in enumerate(value) for lost in prune(item, items, path=f"{path}[{i}]")]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties") or {}
    extra = schema.get("additionalProperties")
    lost: list[str] = []
    if schema.get(_EMBEDDED) and isinstance(value.get("metadata"), dict):
        kept, more = decode(struct("meta.ObjectMeta"), value["metadata"], fill=False)
        value["metadata"] = kept
        lost += [f"{path}.metadata.{name}" for name in more]
    for key in list(value):
        at = f"{path}.{key}" if path else key
        if key in known and not (root and key in _TYPED):
            lost += prune(value[key], known[key], path=at)
        elif (root or schema.get(_EMBEDDED)) and key in _TYPED:
            continue
        elif isinstance(extra, dict):
            lost += prune(value[key], extra, path=at)
        elif not extra and not schema.get(_PRESERVE):
            del value[key]
            lost.append(at)
    return lost


def default(value: Any, schema: Schema) -> None:
    """Fill in defaults in place; a null where null is not allowed gives way to the default, or goes."""
    if isinstance(value, list):
        for item in value:
            default(item, schema.get("items") or {})
    if not isinstance(value, dict):
        return
    known = schema.get("properties") or {}
    for key, inner in known.items():
        if key in value and value[key] is None and not inner.get("nullable") and "default" in inner:
            del value[key]
        if key not in value and "default" in inner:
            value[key] = clone(inner["default"])
        if key in value:
            default(value[key], inner)
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        for key in value:
            if key not in known:
                default(value[key], extra)
