"""What controllers read from pods, and how they make and remove them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from oakum.lab.api import clock
from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.kinds import Resource
from oakum.lab.api.status import ApiError
from oakum.lab.controllers.conditions import condition, is_true
from oakum.lab.controllers.owning import reference
from oakum.lab.store import Obj, clone

OPTIONS = Options(manager="kube-controller-manager")


def phase(pod: Obj) -> str:
    """The pod's phase."""
    found: str = (pod.get("status") or {}).get("phase", "Pending")
    return found


def is_leaving(pod: Obj) -> bool:
    """Whether the pod is being deleted."""
    return bool(pod["metadata"].get("deletionTimestamp"))


def is_over(pod: Obj) -> bool:
    """Whether the pod has ended."""
    return phase(pod) in ("Succeeded", "Failed")


def active(pods: Iterable[Obj]) -> list[Obj]:
    """The pods that run, or still may."""
    return [pod for pod in pods if not is_leaving(pod) and not is_over(pod)]


def is_ready(pod: Obj) -> bool:
    """Whether the pod is ready."""
    return is_true(pod, "Ready")


def available_in(pod: Obj, minimum: int, now: datetime) -> float | None:
    """Seconds until a ready pod has been so for `minimum` seconds (0: it has); None for a pod that is not ready."""
    ready = condition(pod, "Ready")
    if ready is None or ready.get("status") != "True":
        return None
    if not minimum:
        return 0.0
    since = clock.parsed(ready["lastTransitionTime"])
    return max(0.0, (since + timedelta(seconds=minimum) - now).total_seconds())


def make(cluster: Cluster, resource: Resource, owner: Obj, template: Obj, **metadata: Any) -> Obj:
    """Create a pod from a template under an owner; raises ApiError."""
    of_template = clone(template.get("metadata") or {})
    own = {key: of_template[key] for key in ("labels", "annotations", "finalizers") if key in of_template}
    for key, value in metadata.items():
        own[key] = {**own.get(key, {}), **value} if isinstance(value, dict) else value
    if not own.keys() & {"name", "generateName"}:
        own["generateName"] = f"{owner['metadata']['name']}-"
    own["ownerReferences"] = [reference(resource, owner)]
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": own, "spec": clone(template["spec"])}
    return cluster.create(cluster.resource("pods"), body, owner["metadata"]["namespace"], OPTIONS)


def remove(cluster: Cluster, pod: Obj) -> None:
    """Delete a pod with its own grace; one that is gone already is fine."""
    metadata = pod["metadata"]
    try:
        cluster.delete(cluster.resource("pods"), metadata["name"], metadata["namespace"], DeleteOptions())
    except ApiError as error:
        if error.code != 404:
            raise


def dispensable(pod: Obj) -> tuple[Any, ...]:
    """A sort key that puts first the pod which is missed least."""
    cost = int((pod["metadata"].get("annotations") or {}).get("controller.kubernetes.io/pod-deletion-cost", 0) or 0)
    phases = {"Pending": 0, "Unknown": 1, "Running": 2}
    scheduled = bool(pod["spec"].get("nodeName"))
    age = pod["metadata"].get("creationTimestamp") or ""
    newest_first = tuple(-ord(letter) for letter in age)
    return scheduled, phases.get(phase(pod), 2), is_ready(pod), cost, newest_first
