"""`metadata.managedFields`: who set which field (server-side apply, field management)."""

from dataclasses import dataclass, replace
from typing import Any

from oakum.lab.api.fieldsets import Paths, compare, from_json, to_json
from oakum.lab.api.schema import Struct
from oakum.lab.store import Obj

_UNTRACKED = {
    ("f:apiVersion",),
    ("f:kind",),
    ("f:metadata",),
    *(
        ("f:metadata", f"f:{name}")
        for name in (
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
            "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds",
        )
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manager:
    """Whoever owns fields: a name, how it writes, in which API version and through which subresource."""

    name: str
    operation: str
    api_version: str
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """The fields of one manager and when they were last written."""

    paths: frozenset[tuple[str, ...]]
    time: str


Entries = dict[Manager, Entry]


def entries_of(obj: Obj) -> Entries:
    """The managers recorded in an object."""
    found: Entries = {}
    for item in obj["metadata"].get("managedFields") or []:
        if item.get("fieldsV1") is not None:
            manager = Manager(*(item.get(key, "") for key in ("manager", "operation", "apiVersion", "subresource")))
            found[manager] = Entry(frozenset(from_json(item["fieldsV1"])), item.get("time", ""))
    return found


def recorded(obj: Obj, entries: Entries) -> Obj:
    """The object with these managers written into it; those that own nothing any more are left out."""
    kept = [(manager, entry) for manager, entry in entries.items() if entry.paths]
    kept.sort(key=lambda pair: (pair[0].operation, pair[1].time, pair[0].name))
    metadata = {key: value for key, value in obj["metadata"].items() if key != "managedFields"}
    if kept:
        metadata["managedFields"] = [_written(manager, entry) for manager, entry in kept]
    return {**obj, "metadata": metadata}


def _written(manager: Manager, entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {"manager": manager.name, "operation": manager.operation, "apiVersion": manager.api_version}
    if entry.time:
        item["time"] = entry.time
    item |= {"fieldsType": "FieldsV1", "fieldsV1": to_json(entry.paths)}
    if manager.subresource:
        item["subresource"] = manager.subresource
    return item


def tracked(paths: Paths) -> Paths:
    """Without the fields that nobody owns (identity and the server's own)."""
    return {path for path in paths if path not in _UNTRACKED and path[:2] != ("f:metadata", "f:managedFields")}


def after_update(shape: Struct, old: Obj, new: Obj, manager: Manager, now: str, keep: bool = False) -> Obj:
    """`new` with ownership as a create, update or patch leaves it: what was written is the manager's alone.

    `old` is the stored object, or the type's empty object on create. When `new` carries managedFields, they replace
    the recorded ones (an empty list forgets them), unless `keep` says that they are the stored ones.
    """
    given = new["metadata"].get("managedFields")
    entries = entries_of(new if given is not None and not keep else old)
    written, removed = (tracked(paths) for paths in compare(shape, old, new))
    if not written and not removed:
        return recorded(new, entries)
    for other, entry in entries.items():
        lost = removed | (written if other != manager else set())
        if entry.paths & lost:
            entries[other] = replace(entry, paths=entry.paths - lost)
    if written:
        mine = entries[manager].paths if manager in entries else frozenset()
        entries[manager] = Entry(mine | written, now)
    return recorded(new, entries)
