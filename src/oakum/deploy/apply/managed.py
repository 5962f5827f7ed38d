"""`metadata.managedFields`: which manager set which field (Kubernetes: "Server-Side Apply").

Server-side apply removes a field that is no longer wanted only where its manager applied it. What this program or the
reference wrote as a whole object is managed too, but as an update, so it has to be declared as applied first.
"""
from __future__ import annotations

from oakum.parts import mapping, mappings
from oakum.typing import Any

Entry = dict[str, Any]


def as_applied(entries: Any, manager: str) -> list[Entry] | None:
    """The entries, which may have any shape, with what `manager` wrote by updates among what it applied.

    None when it wrote nothing so.
    """
    entries = mappings(entries)
    updates = [e for e in entries if _is(e, manager, "Update")]
    if not updates:
        return None
    others = [e for e in entries if e not in updates]
    applied = next((e for e in others if _is(e, manager, "Apply")), dict(updates[0], operation="Apply"))
    fields = mapping(applied.get("fieldsV1"))
    for entry in updates:
        fields = _union(fields, mapping(entry.get("fieldsV1")))
    return [dict(applied, fieldsV1=fields), *(e for e in others if e is not applied)]


def _is(entry: Entry, manager: str, operation: str) -> bool:
    return (entry.get("manager"), entry.get("operation")) == (manager, operation) and not entry.get("subresource")


def _union(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    keys = (*one, *(k for k in other if k not in one))
    return {key: _union(mapping(one.get(key)), mapping(other.get(key))) for key in keys}
