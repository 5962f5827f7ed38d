"""Values inside messages, as Go's `%q` and `encoding/json` print them."""

import json
from typing import Any


class GoStruct(dict[str, Any]):
    """A value with the field names and the field order of the server's internal type."""


def go_struct(obj: dict[str, Any], *fields: str) -> GoStruct:
    """An object in a message that shows the internal type: `fields` are the Go names, in order."""
    return GoStruct({name: obj.get(_json_name(name)) for name in fields})


def go_fields(obj: dict[str, Any], *fields: str) -> GoStruct:
    """An object in a message that shows an external type: the fields that are set, in the type's order."""
    return GoStruct({name: obj[name] for name in fields if name in obj})


def _json_name(name: str) -> str:
    """`APIGroup` → `apiGroup`, `Kind` → `kind`."""
    capitals = len(name) - len(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    cut = max(capitals - 1, 1)
    return name[:cut].lower() + name[cut:]


def quoted(value: Any) -> str:
    """A value in a message: strings in double quotes, other values as compact JSON with sorted keys."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | float):
        return str(value)
    first = value[0] if isinstance(value, list) and value else value
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=not isinstance(first, GoStruct))
    # As Go writes objects and lists, so that they can stand in HTML.
    return text if isinstance(value, str) else text.translate(_ESCAPED)


_ESCAPED = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}


def described(value: Any) -> str:
    """A JSON value's kind, as Go's decoder names what does not fit."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "number" if abs(value) < 1 << 31 else f"number {value}"
    if isinstance(value, float):
        return f"number {value}"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def go_map(value: Any) -> str:
    """A JSON value as Go's `%v` prints it: `map[a:1 b:[x y]]`."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_map(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_map, value))}]"
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "<nil>"}[value]
    return str(value)


_METADATA = (
    "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp",
    "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers",
    "managedFields",
)  # fmt: skip
_MANAGED = ("manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource")


def dumped(obj: dict[str, Any]) -> str:
    """An object as JSON: keys sorted, but for the metadata, which is in the order of its Go type."""
    stated = obj.get("metadata")
    metadata = dict(stated) if isinstance(stated, dict) else {}
    if metadata.get("managedFields"):
        metadata["managedFields"] = [_ordered(entry, _MANAGED) for entry in metadata["managedFields"]]
    parts = {key: json.dumps(obj[key], separators=(",", ":"), ensure_ascii=False, sort_keys=True) for key in obj}
    if metadata:
        parts["metadata"] = json.dumps(_ordered(metadata, _METADATA), separators=(",", ":"), ensure_ascii=False)
    return "{" + ",".join(f"{json.dumps(key)}:{parts[key]}" for key in sorted(parts)) + "}"


def _ordered(obj: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: _sorted(obj[key]) for key in (*keys, *sorted(set(obj) - set(keys))) if key in obj}


def _sorted(value: Any) -> Any:
    """A map with its keys in order; lists are left alone, as those of metadata are typed."""
    return {key: _sorted(value[key]) for key in sorted(value)} if isinstance(value, dict) else value
