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
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=not isinstance(first, GoStruct))
