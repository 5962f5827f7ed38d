"""What the server itself sets and keeps on objects: pure steps of a create, an update and a delete."""

import random
import uuid
from datetime import datetime

from oakum.lab.api import clock, names, status
from oakum.lab.api.codec import shape_of
from oakum.lab.api.decode import decode
from oakum.lab.api.kinds import Resource
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.status import FieldError
from oakum.lab.store import Obj

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""The letters of generated names."""

_SERVER_SET = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")
_KEPT = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName", "generation")


def suffix(length: int = 5) -> str:
    """Random letters for a generated name."""
    return "".join(random.choices(ALPHABET, k=length))


def place(resource: Resource, obj: Obj, namespace: str) -> None:
    """Put a new object into the path's namespace; raises ApiError 400 when it names another."""
    metadata = obj["metadata"]
    if not resource.namespaced:
        metadata.pop("namespace", None)
        return
    if metadata.get("namespace", namespace) != namespace:
        raise status.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    metadata["namespace"] = namespace


def identify(resource: Resource, obj: Obj, rules: Rules, now: datetime) -> None:
    """Give a new object its uid and times, and the status of an object that nobody has seen yet."""
    metadata = obj["metadata"]
    for key in _SERVER_SET:
        metadata.pop(key, None)
    if not metadata.get("name") and metadata.get("generateName"):
        metadata["name"] = names.generated(metadata["generateName"], suffix())
    metadata["uid"] = str(uuid.uuid4())
    metadata["creationTimestamp"] = clock.stamp(now)
    if rules.generation:
        metadata["generation"] = 1
    if "status" in resource.subresources:
        obj.pop("status", None)
        if (fresh := empty(resource).get("status")) is not None:
            obj["status"] = fresh


def empty(resource: Resource) -> Obj:
    """The type's zero object, from which field ownership of a new object is counted."""
    if resource.custom is not None:
        return {"metadata": {}}
    zero, _ = decode(shape_of(resource), {})
    return {"metadata": {}, **zero}


def check_name(metadata: Obj, name: str) -> None:
    """Raises ApiError 400 where an object has another name than its URL."""
    if (metadata.get("name") or name) != name:
        raise status.bad_request(
            f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})"
        )


def check_uid(resource: Resource, theirs: Obj, ours: Obj) -> None:
    """Raises ApiError 409 where a client means another object than the stored one with these metadata."""
    if theirs.get("uid", ours["uid"]) != ours["uid"]:
        detail = f"Precondition failed: UID in precondition: {theirs['uid']}, UID in object meta: {ours['uid']}"
        raise status.conflict(resource.plural, resource.group, ours["name"], detail)


def match(resource: Resource, old: Obj, new: Obj, namespace: str, rules: Rules) -> None:
    """Check that an update means the stored object; raises ApiError 400, 409 or 422."""
    ours, theirs = old["metadata"], new["metadata"]
    if not theirs.get("name"):
        theirs["name"] = ours["name"]
    check_name(theirs, ours["name"])
    place(resource, new, namespace)
    check_uid(resource, theirs, ours)
    version = theirs.get("resourceVersion") or ""
    if not version and (rules.versioned_updates or resource.custom):
        error = FieldError(
            "metadata.resourceVersion", "FieldValueInvalid", "Invalid value: 0: must be specified for an update"
        )
        raise status.unprocessable(resource.plural, resource.group, ours["name"], [error])
    if version and version != ours["resourceVersion"]:
        raise status.conflict(resource.plural, resource.group, ours["name"])


def carried(resource: Resource, old: Obj, new: Obj, subresource: str) -> Obj:
    """The new object with everything that this request may not change taken from the stored one."""
    if subresource:
        return _part(old, new, subresource)
    metadata = {key: value for key, value in new["metadata"].items() if key not in (*_KEPT, "selfLink")}
    metadata |= {key: old["metadata"][key] for key in _KEPT if key in old["metadata"]}
    metadata["resourceVersion"] = old["metadata"]["resourceVersion"]
    kept = {**new, "metadata": metadata}
    if "status" in resource.subresources:
        kept.pop("status", None)
        if "status" in old:
            kept["status"] = old["status"]
    return kept


_PARTS = {
    "status": ("status",),
    "approval": ("status",),
    "finalize": ("spec",),
    "ephemeralcontainers": ("spec",),
    "resize": ("spec",),
}


def _part(old: Obj, new: Obj, subresource: str) -> Obj:
    kept = dict(old)
    if "managedFields" in new["metadata"]:
        kept["metadata"] = {**old["metadata"], "managedFields": new["metadata"]["managedFields"]}
    for key in _PARTS[subresource]:
        kept.pop(key, None)
        if key in new:
            kept[key] = new[key]
    if subresource == "status" and old.get("kind") == "Deployment":
        # The real server lets annotations through here; the Deployment controller's revision comes this way.
        annotations = new["metadata"].get("annotations")
        kept["metadata"] = {**kept["metadata"], "annotations": annotations} if annotations else kept["metadata"]
    return kept


def count(rules: Rules, old: Obj, new: Obj) -> None:
    """Raise the generation when anything but metadata and status has changed."""
    if rules.generation and _desired(old) != _desired(new):
        new["metadata"] = {**new["metadata"], "generation": old["metadata"].get("generation", 0) + 1}


def _desired(obj: Obj) -> Obj:
    return {key: value for key, value in obj.items() if key not in ("metadata", "status", "apiVersion", "kind")}


def finalizer_errors(old: Obj, new: Obj) -> list[FieldError]:
    """Complaints about finalizers that are added while the object is being deleted (the real server has each twice)."""
    if not old["metadata"].get("deletionTimestamp"):
        return []
    before = old["metadata"].get("finalizers") or []
    added = sorted(set(new["metadata"].get("finalizers") or []) - set(before))
    if not added:
        return []
    listed = ", ".join(f'"{name}"' for name in added)
    detail = "no new finalizers can be added if the object is being deleted, found new finalizers "
    return [status.forbidden("metadata.finalizers", f"{detail}[]string{{{listed}}}")] * 2
