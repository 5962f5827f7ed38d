"""The arithmetic of a Deployment: which ReplicaSet is the new one, how large each may be, and what the status says."""

import json
import math
from typing import Any

from oakum.lab.api.writes import ALPHABET
from oakum.lab.controllers.conditions import condition
from oakum.lab.store import Obj, clone

HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
_DESIRED = "deployment.kubernetes.io/desired-replicas"
_MOST = "deployment.kubernetes.io/max-replicas"
_OWN = (REVISION, _DESIRED, _MOST, "kubectl.kubernetes.io/last-applied-configuration")


def revision(each: Obj) -> int:
    """The revision that a set carries, 0 for none."""
    text = (each["metadata"].get("annotations") or {}).get(REVISION, "0")
    return int(text) if text.isdigit() else 0


def matching(deployment: Obj, sets: list[Obj]) -> Obj | None:
    """The oldest set with the Deployment's template, or None."""
    wanted = _bare(deployment["spec"]["template"])
    found = [each for each in sets if _bare(each["spec"]["template"]) == wanted]
    return min(found, key=lambda each: str(each["metadata"]["creationTimestamp"]), default=None)


def _bare(template: Obj) -> Obj:
    metadata = dict(template.get("metadata") or {})
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH}
    return {**template, "metadata": {**metadata, "labels": labels}}


def template_hash(template: Obj) -> str:
    """A short text that stands for a template (FNV-1a of its JSON, in the letters of generated names)."""
    value = 2166136261
    for byte in json.dumps(template, sort_keys=True).encode():
        value = (value ^ byte) * 16777619 % (1 << 32)
    return "".join(ALPHABET[int(digit)] for digit in str(value))


def new_set(deployment: Obj, owner: Obj, number: int) -> Obj:
    """The ReplicaSet for the Deployment's template."""
    metadata, spec = deployment["metadata"], deployment["spec"]
    mark = template_hash(spec["template"])
    template = clone(spec["template"])
    labels = {**(template.setdefault("metadata", {}).get("labels") or {}), HASH: mark}
    template["metadata"]["labels"] = labels
    selector = clone(spec["selector"])
    selector["matchLabels"] = {**(selector.get("matchLabels") or {}), HASH: mark}
    body: Obj = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{metadata['name']}-{mark}",
            "labels": labels,
            "annotations": annotations(deployment, number),
            "ownerReferences": [owner],
        },
        "spec": {"selector": selector, "template": template},
    }
    if spec.get("minReadySeconds"):
        body["spec"]["minReadySeconds"] = spec["minReadySeconds"]
    return body


def annotations(deployment: Obj, number: int) -> dict[str, str]:
    """The annotations of a set: the Deployment's own, its revision and sizes."""
    own = {key: value for key, value in (deployment["metadata"].get("annotations") or {}).items() if key not in _OWN}
    return {**own, **size_annotations(deployment), REVISION: str(number)}


def size_annotations(deployment: Obj) -> dict[str, str]:
    """The sizes that a set remembers, for scaling in proportion."""
    wanted = deployment["spec"]["replicas"]
    return {_DESIRED: str(wanted), _MOST: str(wanted + surge(deployment))}


def _share(value: Any, total: int, up: bool) -> int:
    if isinstance(value, str):
        part = int(value.rstrip("%")) * total / 100
        return math.ceil(part) if up else math.floor(part)
    return int(value)


def surge(deployment: Obj) -> int:
    """Pods that may exist beyond the wanted number."""
    rolling = deployment["spec"]["strategy"].get("rollingUpdate")
    if not rolling:
        return 0
    return _share(rolling.get("maxSurge", "25%"), deployment["spec"]["replicas"], up=True)


def slack(deployment: Obj) -> int:
    """Pods that may be missing from the wanted number; at least one when no surge is allowed."""
    rolling, wanted = deployment["spec"]["strategy"].get("rollingUpdate"), deployment["spec"]["replicas"]
    if not rolling or not wanted:
        return 0
    found: int = min(_share(rolling.get("maxUnavailable", "25%"), wanted, up=False), wanted)
    return found or (0 if surge(deployment) else 1)


def first_size(deployment: Obj, old: list[Obj]) -> int:
    """How large a new set may start."""
    wanted = int(deployment["spec"]["replicas"])
    if deployment["spec"]["strategy"]["type"] == "Recreate":
        return wanted
    room: int = wanted + surge(deployment) - sum(each["spec"]["replicas"] for each in old)
    return max(0, min(wanted, room))


def sizes(deployment: Obj, new: Obj | None, old: list[Obj]) -> list[tuple[Obj, int]]:
    """The sets to resize now, with their new sizes."""
    spec = deployment["spec"]
    if new is None or spec.get("paused"):
        return _scaled(deployment, [*([new] if new else []), *old])
    if not any(each["spec"]["replicas"] for each in old):
        return [(new, spec["replicas"])]
    size = new["spec"]["replicas"]
    if size > spec["replicas"]:
        return [(new, spec["replicas"])]
    total = size + sum(each["spec"]["replicas"] for each in old)
    room = spec["replicas"] + surge(deployment) - total
    if room > 0 and size < spec["replicas"]:
        return [(new, size + min(room, spec["replicas"] - size))]
    return _shrunk(deployment, new, old)


def _shrunk(deployment: Obj, new: Obj, old: list[Obj]) -> list[tuple[Obj, int]]:
    """Old sets get smaller by as many pods as the available ones allow; those that never got ready go first."""
    wanted = deployment["spec"]["replicas"]
    total = sum(each["spec"]["replicas"] for each in [new, *old])
    unready = new["spec"]["replicas"] - (new.get("status") or {}).get("availableReplicas", 0)
    least = wanted - slack(deployment)
    budget = total - least - unready
    left = {each["metadata"]["name"]: each["spec"]["replicas"] for each in old}
    for each in old:
        broken = max(0, each["spec"]["replicas"] - (each.get("status") or {}).get("availableReplicas", 0))
        cut = min(broken, max(0, budget))
        left[each["metadata"]["name"]] -= cut
        budget -= cut
    available = sum((each.get("status") or {}).get("availableReplicas", 0) for each in [new, *old])
    spare = max(0, available - least)
    for each in old:
        cut = min(left[each["metadata"]["name"]], spare)
        left[each["metadata"]["name"]] -= cut
        spare -= cut
    return [
        (each, left[each["metadata"]["name"]])
        for each in old
        if left[each["metadata"]["name"]] != each["spec"]["replicas"]
    ]


def _scaled(deployment: Obj, sets: list[Obj]) -> list[tuple[Obj, int]]:
    """Without a roll-out: the only set with pods takes the new size; several share it in proportion."""
    wanted = deployment["spec"]["replicas"]
    filled = [each for each in sets if each["spec"]["replicas"]] or sets[:1]
    if not filled:
        return []
    if len(filled) == 1:
        return [(filled[0], wanted)]
    total = sum(each["spec"]["replicas"] for each in filled)
    goal = wanted + surge(deployment) if wanted else 0
    if total == goal or _remembered(filled[0]) == wanted:
        return []
    shares = [(each, each["spec"]["replicas"] * goal // total) for each in filled]
    rest = goal - sum(size for _, size in shares)
    return [(each, size + (rest if index == 0 else 0)) for index, (each, size) in enumerate(shares)]


def _remembered(each: Obj) -> int:
    text = (each["metadata"].get("annotations") or {}).get(_DESIRED, "-1")
    return int(text) if text.isdigit() else -1


def counted(new: Obj | None, old: list[Obj]) -> dict[str, int]:
    """The numbers of a Deployment's status."""
    sets = [*([new] if new else []), *old]

    def total(key: str) -> int:
        return sum((each.get("status") or {}).get(key, 0) for each in sets)

    available = total("availableReplicas")
    wanted_now = sum(each["spec"]["replicas"] for each in sets)
    return {
        "replicas": total("replicas"),
        "updatedReplicas": (new.get("status") or {}).get("replicas", 0) if new else 0,
        "readyReplicas": total("readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, wanted_now - available),
        "terminatingReplicas": total("terminatingReplicas"),
    }


def is_complete(deployment: Obj, counts: dict[str, int]) -> bool:
    """Whether all pods are of the new template and available, and none else is left."""
    wanted = deployment["spec"]["replicas"]
    return all(counts[key] == wanted for key in ("replicas", "updatedReplicas", "availableReplicas"))


def conditions(deployment: Obj, counts: dict[str, int], new: Obj | None, sets: list[Obj]) -> list[Obj]:
    """The conditions that follow from the numbers, in the order in which the real controller writes them."""
    found = [_available(deployment, counts)]
    if progressing := _progressing(deployment, counts, new):
        found.append(progressing)
    for each in sets:
        if failure := condition(each, "ReplicaFailure"):
            found.append({key: failure[key] for key in ("type", "status", "reason", "message")})
            break
    return found


def _available(deployment: Obj, counts: dict[str, int]) -> Obj:
    if counts["availableReplicas"] >= deployment["spec"]["replicas"] - slack(deployment):
        words = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    else:
        words = ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    return {"type": "Available", "status": words[0], "reason": words[1], "message": words[2]}


def _progressing(deployment: Obj, counts: dict[str, int], new: Obj | None) -> Obj | None:
    before = condition(deployment, "Progressing")
    if deployment["spec"].get("paused"):
        if before and before.get("reason") == "NewReplicaSetAvailable":
            return None
        return _progress("Unknown", "DeploymentPaused", "Deployment is paused")
    if new is None:
        return None
    name = new["metadata"]["name"]
    if before and before.get("reason") == "DeploymentPaused":
        return _progress("Unknown", "DeploymentResumed", "Deployment is resumed")
    if is_complete(deployment, counts):
        return _progress("True", "NewReplicaSetAvailable", f'ReplicaSet "{name}" has successfully progressed.')
    if _advanced(deployment, counts):
        return _progress("True", "ReplicaSetUpdated", f'ReplicaSet "{name}" is progressing.')
    return None


def _advanced(deployment: Obj, counts: dict[str, int]) -> bool:
    """Whether the status to be written is a step forward from the stored one."""
    before = deployment.get("status") or {}
    old_before = before.get("replicas", 0) - before.get("updatedReplicas", 0)
    old_now = counts["replicas"] - counts["updatedReplicas"]
    more = any(counts[key] > before.get(key, 0) for key in ("updatedReplicas", "readyReplicas", "availableReplicas"))
    return more or old_now < old_before


def _progress(status: str, reason: str, message: str) -> Obj:
    return {"type": "Progressing", "status": status, "reason": reason, "message": message}
