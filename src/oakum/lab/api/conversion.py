"""The few built-in kinds that are served in more than one version or group, to and from the stored form."""

from typing import Any

from oakum.lab.api.kinds import Resource
from oakum.lab.store import Obj

_STORED = {"horizontalpodautoscalers.autoscaling": "autoscaling/v2", "events": "v1"}
_EVENT_FIELDS = {
    "regarding": "involvedObject",
    "note": "message",
    "reportingController": "reportingComponent",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
}


def to_stored(resource: Resource, obj: Obj) -> Obj:
    """The object as it is stored."""
    if resource.custom is not None:
        return resource.custom.stored(obj)
    stored = _STORED.get(resource.key)
    if stored is None or stored == resource.kind.api_version:
        return obj
    changed = _renamed(obj, _EVENT_FIELDS) if resource.key == "events" else _scaler_to_v2(obj)
    return {**changed, "apiVersion": stored}


def from_stored(resource: Resource, obj: Obj) -> Obj:
    """The object in the version of `resource`."""
    wanted = resource.kind.api_version
    if resource.custom is not None:
        obj = resource.custom.shown(obj)
    if obj.get("apiVersion") == wanted:
        return obj
    if resource.key == "events":
        changed = _renamed(obj, {old: new for new, old in _EVENT_FIELDS.items()})
    elif wanted == "autoscaling/v1":
        changed = _scaler_to_v1(obj)
    else:
        changed = obj
    return {**changed, "apiVersion": wanted, "kind": resource.kind.name}


def _renamed(obj: Obj, fields: dict[str, str]) -> Obj:
    return {fields.get(key, key): value for key, value in obj.items()}


def _scaler_to_v2(obj: Obj) -> Obj:
    spec = dict(obj.get("spec") or {})
    percent = spec.pop("targetCPUUtilizationPercentage", None)
    if percent is not None:
        spec["metrics"] = [_cpu({"target": {"type": "Utilization", "averageUtilization": percent}})]
    status = dict(obj.get("status") or {})
    current = status.pop("currentCPUUtilizationPercentage", None)
    status.setdefault("currentMetrics", None)
    if current is not None:
        status["currentMetrics"] = [_cpu({"current": {"averageUtilization": current}})]
    return {**obj, "spec": spec, "status": status}


def _cpu(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Resource", "resource": {"name": "cpu", **of}}


def _scaler_to_v1(obj: Obj) -> Obj:
    spec = {key: value for key, value in obj["spec"].items() if key not in ("metrics", "behavior")}
    for metric in obj["spec"].get("metrics") or []:
        target = metric.get("resource", {}).get("target", {})
        if metric.get("resource", {}).get("name") == "cpu" and "averageUtilization" in target:
            spec["targetCPUUtilizationPercentage"] = target["averageUtilization"]
    old = obj.get("status") or {}
    status = {key: old[key] for key in ("observedGeneration", "lastScaleTime") if key in old}
    status |= {"currentReplicas": old.get("currentReplicas", 0), "desiredReplicas": old.get("desiredReplicas", 0)}
    return {**obj, "spec": spec, "status": status}
