"""Deleting: preconditions, grace, finalizers and what a propagation policy asks of the garbage collector."""

from datetime import datetime, timedelta

from oakum.lab.api import clock, status
from oakum.lab.api.calls import DeleteOptions
from oakum.lab.api.kinds import Resource
from oakum.lab.store import Obj

ORPHAN, FOREGROUND = "orphan", "foregroundDeletion"


def check(resource: Resource, obj: Obj, options: DeleteOptions) -> None:
    """Hold the preconditions against the stored object; raises ApiError 409."""
    metadata = obj["metadata"]
    pairs = (
        ("UID", "uid", options.uid, "deleted and then recreated"),
        ("ResourceVersion", "resourceVersion", options.version, "modified"),
    )
    for label, key, wanted, happened in pairs:
        if wanted and wanted != metadata[key]:
            detail = (
                f"the {label} in the precondition ({wanted}) does not match the {label} in record ({metadata[key]}). "
                f"The object might have been {happened}"
            )
            raise status.conflict(resource.kind.name, resource.group, metadata["name"], detail)


def marked(resource: Resource, obj: Obj, options: DeleteOptions, now: datetime) -> Obj | None:
    """The object as it waits for its end (for its grace or finalizers), or None when nothing keeps it."""
    metadata = dict(obj["metadata"])
    finalizers = _finalizers(metadata.get("finalizers") or [], options.propagation)
    grace = _grace(resource, obj, options)
    if not finalizers and not grace and not _has_contents(resource, obj):
        return None
    metadata.pop("finalizers", None)
    if finalizers:
        metadata["finalizers"] = finalizers
    earlier = metadata.get("deletionGracePeriodSeconds")
    if "deletionTimestamp" not in metadata or (earlier is not None and grace < earlier):
        metadata["deletionTimestamp"] = clock.stamp(now + timedelta(seconds=grace))
        if resource.key not in _PLAIN:
            metadata["deletionGracePeriodSeconds"] = grace
            if "generation" in metadata:
                metadata["generation"] += 1
    gone = {**obj, "metadata": metadata}
    if resource.key == "namespaces":
        gone["status"] = {**obj.get("status", {}), "phase": "Terminating"}
    return gone


_PLAIN = ("namespaces", "customresourcedefinitions.apiextensions.k8s.io")
"""Resources that end in a way of their own, without a grace and without a new generation."""


def last(resource: Resource, obj: Obj, now: datetime) -> Obj:
    """The state in which an object goes at once: a pod's says when it was deleted."""
    if resource.key != "pods" or "deletionTimestamp" in obj["metadata"]:
        return obj
    metadata = {**obj["metadata"], "deletionTimestamp": clock.stamp(now), "deletionGracePeriodSeconds": 0}
    if "generation" in metadata:
        metadata["generation"] += 1
    return {**obj, "metadata": metadata}


def _finalizers(names: list[str], propagation: str) -> list[str]:
    if not propagation:
        return names
    kept = [name for name in names if name not in (ORPHAN, FOREGROUND)]
    if propagation == "Orphan":
        return [*kept, ORPHAN]
    return [*kept, FOREGROUND] if propagation == "Foreground" else kept


def _grace(resource: Resource, obj: Obj, options: DeleteOptions) -> int:
    """Seconds that a pod is given; 0 for everything else, and for pods that no node has taken or that have ended."""
    if resource.key != "pods":
        return 0
    ended = obj.get("status", {}).get("phase") in ("Succeeded", "Failed")
    if not obj["spec"].get("nodeName") or ended:
        return 0
    if options.grace is not None:
        return max(options.grace, 0)
    return int(obj["spec"].get("terminationGracePeriodSeconds", 30))


def _has_contents(resource: Resource, obj: Obj) -> bool:
    return resource.key == "namespaces" and bool(obj.get("spec", {}).get("finalizers"))


def is_over(resource: Resource, obj: Obj) -> bool:
    """Whether nothing keeps an object that is being deleted any more."""
    metadata = obj["metadata"]
    if not metadata.get("deletionTimestamp") or metadata.get("finalizers"):
        return False
    return not metadata.get("deletionGracePeriodSeconds") and not _has_contents(resource, obj)
