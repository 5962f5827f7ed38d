"""Server-side apply: merge a configuration into an object, drop what its manager no longer sets, find conflicts."""

from dataclasses import dataclass
from typing import Any

import orjson

from oakum.lab.api.fieldsets import Path, Paths, children, compare, dotted, key_element, leaves
from oakum.lab.api.gojson import quoted
from oakum.lab.api.managers import Entries, Entry, Manager, entries_of, recorded, tracked
from oakum.lab.api.schema import FREE, ListOf, MapOf, Shape, Struct, resolved
from oakum.lab.api.status import ApiError
from oakum.lab.store import Obj

KUBECTL = "kubectl"
"""The manager of kubectl's server-side apply, which may go on where its client-side apply has begun."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True)
class Applied:
    """The merged object and the managers after it, to be recorded once defaults are in."""

    obj: Obj
    entries: Entries


def merge(shape: Shape, live: Any, config: Any) -> Any:
    """`config` laid over `live`: structs and maps by key, keyed lists by item, everything else replaced."""
    shape = resolved(shape)
    if isinstance(config, dict) and isinstance(live, dict):
        inner = _inner(shape)
        if inner is not None:
            merged = dict(live)
            for key, item in config.items():
                merged[key] = merge(inner(key), live[key], item) if key in live else item
            return merged
    if isinstance(shape, ListOf) and shape.kind != "atomic" and isinstance(config, list) and isinstance(live, list):
        return _merged_list(shape, live, config)
    return config


def _inner(shape: Shape) -> Any:
    if isinstance(shape, Struct) and not shape.atomic:
        return lambda key: shape.fields[key].shape if key in shape.fields else FREE
    if isinstance(shape, MapOf) and not shape.atomic:
        return lambda key: shape.value
    return (lambda key: FREE) if shape == FREE else None


def _merged_list(shape: ListOf, live: list[Any], config: list[Any]) -> list[Any]:
    """Items of the configuration in its order, items it does not name where they stand."""
    old = {key_element(shape, item): item for item in live}
    new = {key_element(shape, item): item for item in config}
    merged = {key: merge(shape.item, old[key], item) if key in old else item for key, item in new.items()}
    order = [key for key in old if key not in new]
    result, pending = [], list(merged)
    for key in old:
        if key in merged:
            while pending:
                first = pending.pop(0)
                result.append(merged[first])
                if first == key:
                    break
        elif key in order:
            result.append(old[key])
    return result + [merged[key] for key in pending]


def without(shape: Shape, value: Any, gone: Paths, at: Path = ()) -> Any:
    """The value without the fields and items at these paths; containers that this empties go too."""
    parts = children(shape, value)
    if parts is None:
        return value
    kept = []
    for element, inner, item in parts:
        path = (*at, element)
        if path in gone:
            continue
        rest = without(inner, item, {other for other in gone if other[: len(path)] == path}, path)
        emptied = rest != item and rest in ({}, [])
        if not emptied:
            kept.append((element, rest))
    return [item for _, item in kept] if isinstance(value, list) else {element[2:]: item for element, item in kept}


def apply(shape: Struct, live: Obj | None, config: Obj, manager: Manager, force: bool, now: str) -> Applied:
    """The result of applying `config` to `live` (None: to nothing) as `manager`.

    Raises ApiError 409 with every conflict when fields that others own would change and `force` is not given.
    """
    wanted = tracked(leaves(shape, config))
    if live is None:
        return Applied(config, {manager: Entry(frozenset(wanted), now)})
    entries = entries_of(live)
    merged = merge(shape, live, config)
    written, _ = compare(shape, live, merged)
    if manager.name == KUBECTL:
        force = force or _set_before(shape, entries, manager, live, tracked(written) & _reach(wanted))
        merged = _with_last_applied(merged, live, config)
    _check_conflicts(entries, manager, tracked(written) & _reach(wanted), force)
    for other, entry in list(entries.items()):
        if other != manager and entry.paths & written:
            entries[other] = Entry(entry.paths - written, entry.time)
    before = entries[manager].paths if manager in entries else frozenset()
    others = set().union(*(entry.paths for other, entry in entries.items() if other != manager))
    gone = {path for path in before - wanted if path not in others and not _holds(path, others | wanted)}
    merged = without(shape, merged, gone)
    changed = before != wanted or merged != live
    kept = now if changed or manager not in entries else entries[manager].time
    if manager not in entries and merged == live:
        kept = ""  # who only joins in has no time
    entries[manager] = Entry(frozenset(wanted), kept)
    return Applied(merged, entries)


def _set_before(shape: Struct, entries: Entries, manager: Manager, live: Obj, written: Paths) -> bool:
    """Whether every conflict is about what kubectl itself set by client-side apply and nobody has changed since."""
    try:
        last = orjson.loads(live["metadata"].get("annotations", {})[LAST_APPLIED])
    except (KeyError, orjson.JSONDecodeError):
        return False
    if not isinstance(last, dict):
        return False
    changed, _ = compare(shape, live, merge(shape, live, last))
    mine = leaves(shape, last) - changed
    return {path for _, path in _conflicts(entries, manager, written)} <= mine


def _with_last_applied(merged: Obj, live: Obj, config: Obj) -> Obj:
    """What kubectl applies is noted for client-side apply too where that has been used."""
    annotations = merged["metadata"].get("annotations") or {}
    if LAST_APPLIED not in (live["metadata"].get("annotations") or {}) or LAST_APPLIED not in annotations:
        return merged
    noted = orjson.dumps(config, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE).decode()
    return {**merged, "metadata": {**merged["metadata"], "annotations": {**annotations, LAST_APPLIED: noted}}}


def finished(applied: Applied, obj: Obj) -> Obj:
    """The defaulted object with its managers recorded."""
    return recorded(obj, applied.entries)


def _reach(wanted: Paths) -> Paths:
    """The wanted paths and everything above them."""
    return {path[:depth] for path in wanted for depth in range(1, len(path) + 1)}


def _holds(path: Path, others: Paths) -> bool:
    return any(other[: len(path)] == path for other in others)


def _conflicts(entries: Entries, manager: Manager, written: Paths) -> list[tuple[Manager, Path]]:
    return [
        (other, path)
        for other, entry in sorted(entries.items(), key=lambda pair: (pair[0].name, pair[0].api_version))
        for path in sorted(entry.paths & written)
        if other != manager
    ]


def _check_conflicts(entries: Entries, manager: Manager, written: Paths, force: bool) -> None:
    found = _conflicts(entries, manager, written)
    if found and not force:
        raise _conflict(found)


def _conflict(found: list[tuple[Manager, Path]]) -> ApiError:
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {_who(other)}", "field": dotted(path)}
        for other, path in found
    ]
    count = f"{len(found)} conflict{'s' if len(found) > 1 else ''}"
    managers = list(dict.fromkeys(other for other, _ in found))
    if len(found) == 1:
        text = f"conflict with {_who(managers[0])}: {dotted(found[0][1])}"
    else:
        text = "\n".join(_listed(other, [path for by, path in found if by == other]) for other in managers)
    return ApiError(409, "Conflict", f"Apply failed with {count}: {text}", {"causes": causes})


def _who(manager: Manager) -> str:
    with_sub = f" with subresource {quoted(manager.subresource)}" if manager.subresource else ""
    version = f" using {manager.api_version}" if manager.operation == "Update" else ""
    return f"{quoted(manager.name)}{with_sub}{version}"


def _listed(manager: Manager, paths: list[Path]) -> str:
    lines = "".join(f"\n- {dotted(path)}" for path in paths)
    return f"conflicts with {_who(manager)}:{lines}"
