"""Fields of pods that only take effect with features that are off by default: they are dropped, though still owned."""

from oakum.lab.api.admission import Operation
from oakum.lab.api.rules.values import items
from oakum.lab.store import Obj, Store

_PATHS = {
    "pods": ("spec",),
    "podtemplates": ("template", "spec"),
    "cronjobs.batch": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch"),
        ("spec", "template", "spec"),
    ),
    "replicationcontrollers": ("spec", "template", "spec"),
}


def pod_spec_of(key: str, obj: Obj) -> tuple[str, Obj] | None:
    """The pod spec in an object of the resource `key`, and where it is; None where there is none."""
    path = _PATHS.get(key)
    if path is None:
        return None
    found = obj
    for step in path:
        found = found.get(step) or {}
    return ".".join(path), found


def drop_disabled(store: Store, operation: Operation) -> None:
    """Take the fields of disabled features off pods and their templates."""
    place = pod_spec_of(operation.resource.key, operation.obj)
    if place is None or operation.subresource:
        return
    _, spec = place
    if operation.resource.key == "statefulsets.apps":
        ((operation.obj["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}).pop("maxUnavailable", None)
    for container in items(spec, "initContainers") + items(spec, "containers"):
        lifecycle = container.get("lifecycle")
        if lifecycle and lifecycle.pop("stopSignal", None) and not lifecycle:
            del container["lifecycle"]
    for volume in items(spec, "volumes"):
        for source in items(volume.get("projected"), "sources"):
            source.pop("clusterTrustBundle", None)
