"""CustomResourceDefinitions: how their status and the catalog follow them."""

from datetime import datetime

from oakum.lab.api import clock
from oakum.lab.api.custom.version import version_of
from oakum.lab.api.kinds import FULL, Catalog, Kind, Resource, Subresource
from oakum.lab.api.rules.definitions import KEY
from oakum.lab.api.rules.values import items
from oakum.lab.store import Obj, clone

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"

__all__ = ["CLEANUP", "KEY", "ending", "established", "priority", "served"]


def established(definition: Obj, catalog: Catalog, now: datetime) -> Obj:
    """The definition with its names accepted and itself established, as its controllers would leave it."""
    new: Obj = clone(definition)
    spec, state = new["spec"], dict(new.get("status") or {})
    stamp = clock.stamp(now)
    taken = catalog.of_kind(spec["group"], spec["names"]["kind"])
    clash = taken is not None and taken.key != new["metadata"]["name"]
    accepted = {
        "message": f'"{spec["names"]["kind"]}" is already in use' if clash else "no conflicts found",
        "reason": "KindConflict" if clash else "NoConflicts",
        "status": "False" if clash else "True",
        "type": "NamesAccepted",
    }
    ready = {
        "message": "not all names are accepted" if clash else "the initial names have been accepted",
        "reason": "NotAccepted" if clash else "InitialNamesAccepted",
        "status": accepted["status"],
        "type": "Established",
    }
    known = {each["type"]: each for each in items(state, "conditions")}
    for each in (accepted, ready):
        before = known.get(each["type"])
        same = before and before["status"] == each["status"]
        known[each["type"]] = {**each, "lastTransitionTime": before["lastTransitionTime"] if before and same else stamp}
    state["conditions"] = list(known.values())
    if not clash:
        state["acceptedNames"] = spec["names"]
    stored = [version["name"] for version in spec["versions"] if version.get("storage")]
    versions = items(state, "storedVersions")
    state["storedVersions"] = [*versions, *(name for name in stored if name not in versions)]
    new["status"] = state
    return new


def ending(definition: Obj, now: datetime) -> Obj:
    """A definition that is to be deleted: it stays until its objects are gone, and says so."""
    finalizers = items(definition["metadata"], "finalizers")
    if CLEANUP in finalizers or definition["metadata"].get("deletionTimestamp"):
        return definition
    pending = {
        "lastTransitionTime": clock.stamp(now),
        "message": "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        "reason": "InstanceDeletionPending",
        "status": "True",
        "type": "Terminating",
    }
    state = definition.get("status") or {}
    return {
        **definition,
        "metadata": {**definition["metadata"], "finalizers": [*finalizers, CLEANUP]},
        "status": {**state, "conditions": [*items(state, "conditions"), pending]},
    }


def served(definition: Obj) -> list[Resource]:
    """The resources that an established definition serves, one for each version."""
    state = definition.get("status") or {}
    conditions = {each["type"]: each["status"] for each in items(state, "conditions")}
    if conditions.get("Established") != "True":
        return []
    versions = sorted(items(definition["spec"], "versions"), key=lambda each: priority(each["name"]), reverse=True)
    stored = next((version for version in versions if version.get("storage")), None)
    return [_resource(definition["spec"], version, stored) for version in versions if version.get("served")]


def priority(version: str) -> tuple[int, int, int, str]:
    """A sort key for version names: GA above beta above alpha, higher numbers first (apimachinery `version`)."""
    import re

    match = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if match is None:
        return (0, 0, 0, version)
    stage = {"alpha": 1, "beta": 2, None: 3}[match[2]]
    return (stage, int(match[1]), int(match[3] or 0), "")


def _deprecation(spec: Obj, version: Obj) -> str:
    """The warning that goes with a version; empty when it is not deprecated."""
    if not version.get("deprecated"):
        return ""
    if version.get("deprecationWarning"):
        return str(version["deprecationWarning"])
    kind, mine = spec["names"]["kind"], priority(version["name"])
    newer = [each for each in spec["versions"] if each.get("served") and not each.get("deprecated")]
    names = sorted((each["name"] for each in newer if priority(each["name"]) > mine), key=priority, reverse=True)
    use = f"; use {spec['group']}/{names[0]} {kind}" if names else ""
    return f"{spec['group']}/{version['name']} {kind} is deprecated{use}"


def _resource(spec: Obj, version: Obj, stored: Obj | None) -> Resource:
    kind = Kind(spec["group"], version["name"], spec["names"]["kind"])
    subs = version.get("subresources") or {}
    found: dict[str, Subresource] = {}
    verbs = ("get", "patch", "update")
    if "status" in subs:
        found["status"] = Subresource("status", kind, verbs)
    if "scale" in subs:
        found["scale"] = Subresource("scale", Kind("autoscaling", "v1", "Scale"), verbs)
    accepted = spec["names"]
    return Resource(
        kind,
        accepted["plural"],
        accepted.get("singular") or kind.name.lower(),
        spec["scope"] == "Namespaced",
        tuple(accepted.get("shortNames") or ()),
        tuple(accepted.get("categories") or ()),
        FULL,
        found,
        version_of(version, _deprecation(spec, version), version_of(stored) if stored not in (None, version) else None),
    )
