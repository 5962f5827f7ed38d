"""HorizontalPodAutoscalers: defaults and validation."""

from collections.abc import Iterator

from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import amount, default, items
from oakum.lab.api.status import FieldError, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj

_METRICS = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
_PERCENT = {"periodSeconds": 15, "type": "Percent", "value": 100}
_PODS = {"periodSeconds": 15, "type": "Pods", "value": 4}
_TARGETS = ("Utilization", "Value", "AverageValue")


def _default(obj: Obj) -> None:
    spec = obj["spec"]
    default(spec, minReplicas=1)
    if obj["apiVersion"] == "autoscaling/v1":
        return
    if not spec.get("metrics"):
        target = {"averageUtilization": 80, "type": "Utilization"}
        spec["metrics"] = [{"resource": {"name": "cpu", "target": target}, "type": "Resource"}]
    if (behavior := spec.get("behavior")) is not None:
        default(behavior, scaleUp={}, scaleDown={})
        default(behavior["scaleUp"], stabilizationWindowSeconds=0, selectPolicy="Max", policies=[_PODS, _PERCENT])
        default(behavior["scaleDown"], selectPolicy="Max", policies=[_PERCENT])


def _check(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors: list[FieldError] = []
    least, most = spec["minReplicas"], spec.get("maxReplicas") or 0
    if least < 1:
        errors.append(invalid("spec.minReplicas", least, "must be greater than or equal to 1"))
    if most < 1:
        errors.append(required("spec.maxReplicas", "must be set and greater than 0"))
    if most < least:
        errors.append(invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"))
    errors += _scaled(spec.get("scaleTargetRef") or {}, "spec.scaleTargetRef")
    metrics = items(spec, "metrics")
    for index, metric in enumerate(metrics):
        errors += _metric(metric, f"spec.metrics[{index}]")
    for key in ("scaleUp", "scaleDown"):
        if (spec.get("behavior") or {}).get(key) is not None:
            errors += _rules(spec["behavior"][key], f"spec.behavior.{key}")
    if least == 0 and not any(metric["type"] in ("Object", "External") for metric in metrics):
        detail = "must specify at least one Object or External metric to support scaling to zero replicas"
        errors.append(forbidden("spec.metrics", detail))
    return errors


def _scaled(target: Obj, path: str) -> Iterator[FieldError]:
    yield from _reference(target, path)
    version = target.get("apiVersion") or ""
    if "/" not in version and (version, target.get("kind")) != ("v1", "ReplicationController"):
        yield invalid(f"{path}.apiVersion", version, "apiVersion must specify API group")


def _reference(target: Obj, path: str) -> Iterator[FieldError]:
    for key in ("kind", "name"):
        value = target.get(key) or ""
        if not value:
            yield required(f"{path}.{key}")
        elif "/" in value:
            yield invalid(f"{path}.{key}", value, "may not contain '/'")


def _metric(metric: Obj, path: str) -> Iterator[FieldError]:
    kind = metric.get("type") or ""
    if not kind:
        yield required(f"{path}.type", "must specify a metric source type")
    if kind not in _METRICS:
        known = unsupported(f"{path}.type", kind, sorted(_METRICS))
        yield from (known, known)
        return
    at = f"{path}.{_METRICS[kind]}"
    source = metric.get(_METRICS[kind])
    if source is None:
        yield required(at, "must populate information for the given metric source")
        return
    target = source.get("target") or {}
    if kind in ("Resource", "ContainerResource"):
        if not source.get("name"):
            yield required(f"{at}.name", "must specify a resource name")
        if kind == "ContainerResource" and not source.get("container"):
            yield required(f"{at}.container", "must specify a container")
        yield from _target(target, f"{at}.target")
        yield from _one_way(target, f"{at}.target")
        return
    if kind == "Object":
        yield from _reference(source.get("describedObject") or {}, f"{at}.describedObject")
    if not (source.get("metric") or {}).get("name"):
        yield required(f"{at}.metric.name", "must specify a metric name")
    yield from _target(target, f"{at}.target")
    if kind == "Pods" and (target.get("averageValue") is None or amount(target["averageValue"]) <= 0):
        yield required(f"{at}.target.averageValue", "must specify a positive target averageValue")


def _target(target: Obj, path: str) -> Iterator[FieldError]:
    kind = target.get("type") or ""
    if not kind:
        yield required(f"{path}.type", "must specify a metric target type")
    elif kind not in _TARGETS:
        yield invalid(f"{path}.type", kind, "must be either Utilization, Value, or AverageValue")
    share = target.get("averageUtilization")
    if share is not None and share < 1:
        yield invalid(f"{path}.averageUtilization", share, "must be greater than 0")
    for key in ("value", "averageValue"):
        if target.get(key) is not None and amount(target[key]) <= 0:
            yield invalid(f"{path}.{key}", target[key], "must be positive")


def _one_way(target: Obj, path: str) -> Iterator[FieldError]:
    share, value = target.get("averageUtilization"), target.get("averageValue")
    if share is None and value is None:
        yield required(f"{path}.averageUtilization", "must set either a target raw value or a target utilization")
    elif share is not None and value is not None:
        yield forbidden(f"{path}.averageValue", "may not set both a target raw value and a target utilization")


def _rules(rules: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about how fast replicas come or go."""
    window, choice = rules.get("stabilizationWindowSeconds"), rules.get("selectPolicy")
    if window is not None and window < 0:
        yield invalid(f"{path}.stabilizationWindowSeconds", window, "must be greater than or equal to zero")
    elif window is not None and window > 3600:
        yield invalid(f"{path}.stabilizationWindowSeconds", window, "must be less than or equal to 3600")
    if choice is not None and choice not in ("Disabled", "Max", "Min"):
        yield unsupported(f"{path}.selectPolicy", choice, ["Disabled", "Max", "Min"])
    if not rules.get("policies"):
        yield required(f"{path}.policies", "must specify at least one Policy")
    for index, policy in enumerate(items(rules, "policies")):
        at = f"{path}.policies[{index}]"
        kind, period = policy.get("type"), policy.get("periodSeconds") or 0
        if kind not in ("Percent", "Pods"):
            yield unsupported(f"{at}.type", kind or "", ["Percent", "Pods"])
        if (policy.get("value") or 0) <= 0:
            yield invalid(f"{at}.value", policy.get("value") or 0, "must be greater than zero")
        if period <= 0:
            yield invalid(f"{at}.periodSeconds", period, "must be greater than zero")
        elif period > 1800:
            yield invalid(f"{at}.periodSeconds", period, "must be less than or equal to 1800")


RULES = {"horizontalpodautoscalers.autoscaling": Rules(default=_default, validate=_check)}
