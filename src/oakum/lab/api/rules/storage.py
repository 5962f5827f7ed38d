"""Volumes, claims, storage classes, budgets and autoscalers: defaults and validation."""

from oakum.lab.api.gojson import go_struct
from oakum.lab.api.rules.claim_checks import MODES, claim_spec
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import amount, default, int_or_percent, items, label_selector, one_of
from oakum.lab.api.status import FieldError, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj, clone

_METRICS = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
_RECLAIM, _BINDING = ("Delete", "Retain"), ("Immediate", "WaitForFirstConsumer")
_VOLUME_FIELDS = {
    "accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy",
    "storageClassName", "volumeAttributesClassName", "volumeMode",
}  # fmt: skip
"""The fields of a volume that say nothing about where it is."""
_CLAIM_CHANGED = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
)


def _protect(obj: Obj, finalizer: str) -> None:
    finalizers = obj["metadata"].get("finalizers") or []
    if finalizer not in finalizers:
        obj["metadata"]["finalizers"] = [*finalizers, finalizer]


def _claim(obj: Obj) -> None:
    default(obj["spec"], volumeMode="Filesystem")


def _start_claim(obj: Obj) -> None:
    obj["status"] = {"phase": "Pending"}
    _protect(obj, "kubernetes.io/pvc-protection")


def _check_claim(obj: Obj) -> list[FieldError]:
    return claim_spec(obj["spec"], "spec")


def _claim_change(new: Obj, old: Obj) -> list[FieldError]:
    before, after = clone(old["spec"]), clone(new["spec"])
    for spec in (before, after):
        for key in ("volumeName", "resources", "volumeAttributesClassName"):
            if key != "volumeName" or not old["spec"].get("volumeName"):
                spec.pop(key, None)
    return [] if before == after else [forbidden("spec", _CLAIM_CHANGED)]


def _volume(obj: Obj) -> None:
    default(obj["spec"], volumeMode="Filesystem", persistentVolumeReclaimPolicy="Retain")
    if obj["spec"].get("hostPath") is not None:
        default(obj["spec"]["hostPath"], type="")


def _start_volume(obj: Obj) -> None:
    obj["status"] = {"phase": "Pending", "lastPhaseTransitionTime": obj["metadata"]["creationTimestamp"]}
    _protect(obj, "kubernetes.io/pv-protection")


def _check_volume(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors: list[FieldError] = []
    if not spec.get("accessModes"):
        errors.append(required("spec.accessModes"))
    for mode in items(spec, "accessModes"):
        errors += one_of({"accessModes": mode}, "accessModes", "spec", MODES)
    size = (spec.get("capacity") or {}).get("storage")
    if not size:
        errors.append(required("spec.capacity"))
        if not spec.get("capacity"):
            errors.append(unsupported("spec.capacity", None, ["storage"]))
    elif amount(size) <= 0:
        errors.append(invalid("spec.capacity[storage]", size, "must be greater than zero"))
    errors += one_of(spec, "persistentVolumeReclaimPolicy", "spec", ("Delete", "Recycle", "Retain"))
    kinds = sorted(set(spec) - _VOLUME_FIELDS, key=lambda kind: (kind != "hostPath", kind))
    if not kinds:
        errors.append(required("spec", "must specify a volume type"))
    errors += [forbidden(f"spec.{kind}", "may not specify more than 1 volume type") for kind in kinds[1:]]
    return errors + one_of(spec, "volumeMode", "spec", ("Block", "Filesystem"))


def _class(obj: Obj) -> None:
    default(obj, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def _check_class(obj: Obj) -> list[FieldError]:
    errors = [] if obj.get("provisioner") else [required("provisioner")]
    for key, known in (("reclaimPolicy", _RECLAIM), ("volumeBindingMode", _BINDING)):
        if obj[key] not in known:
            errors.append(unsupported(key, obj[key], known))
    return errors


def _class_change(new: Obj, old: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    for key in ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"):
        if new.get(key) != old.get(key):
            errors.append(forbidden(key, f"updates to {key} are forbidden."))
    return errors


def _check_budget(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors: list[FieldError] = []
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        shown = go_struct(spec, "MinAvailable", "Selector", "MaxUnavailable", "UnhealthyPodEvictionPolicy")
        errors.append(invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set"))
    for key in ("minAvailable", "maxUnavailable"):
        if spec.get(key) is not None:
            errors += int_or_percent(spec[key], f"spec.{key}", most=100)
    errors += label_selector(spec.get("selector"), "spec.selector")
    return errors + one_of(spec, "unhealthyPodEvictionPolicy", "spec", ("AlwaysAllow", "IfHealthyBudget"))


def _scaler(obj: Obj) -> None:
    spec = obj["spec"]
    default(spec, minReplicas=1)
    if obj["apiVersion"] == "autoscaling/v1":
        return
    if not spec.get("metrics"):
        target = {"averageUtilization": 80, "type": "Utilization"}
        spec["metrics"] = [{"resource": {"name": "cpu", "target": target}, "type": "Resource"}]


def _check_scaler(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors: list[FieldError] = []
    least, most = spec["minReplicas"], spec.get("maxReplicas") or 0
    if least < 1:
        errors.append(invalid("spec.minReplicas", least, "must be greater than or equal to 1"))
    if most < 1:
        errors.append(required("spec.maxReplicas", "must be set and greater than 0"))
    if most < least:
        errors.append(invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"))
    target = spec.get("scaleTargetRef") or {}
    errors += [required(f"spec.scaleTargetRef.{key}") for key in ("kind", "name") if not target.get(key)]
    if not target.get("apiVersion"):
        errors.append(invalid("spec.scaleTargetRef.apiVersion", "", "apiVersion must specify API group"))
    metrics = items(spec, "metrics")
    for index, metric in enumerate(metrics):
        errors += _check_metric(metric, f"spec.metrics[{index}]")
    if least == 0 and not any(metric["type"] in ("Object", "External") for metric in metrics):
        detail = "must specify at least one Object or External metric to support scaling to zero replicas"
        errors.append(forbidden("spec.metrics", detail))
    return errors


def _check_metric(metric: Obj, path: str) -> list[FieldError]:
    kind = metric.get("type") or ""
    if kind not in _METRICS:
        return [unsupported(f"{path}.type", kind, sorted(_METRICS))] * 2
    source = metric.get(_METRICS[kind])
    if source is None:
        return [required(f"{path}.{_METRICS[kind]}", "must populate information for the given metric source")]
    share = (source.get("target") or {}).get("averageUtilization")
    if share is not None and share < 1:
        at = f"{path}.{_METRICS[kind]}.target.averageUtilization"
        return [invalid(at, share, "must be greater than 0")]
    return []


RULES = {
    "persistentvolumeclaims": Rules(
        default=_claim, start=_start_claim, validate=_check_claim, compare=_claim_change, returns_deleted=True
    ),
    "persistentvolumes": Rules(default=_volume, start=_start_volume, validate=_check_volume, returns_deleted=True),
    "storageclasses.storage.k8s.io": Rules(
        default=_class, validate=_check_class, compare=_class_change, returns_deleted=True
    ),
    "poddisruptionbudgets.policy": Rules(
        name=lambda name: [], validate=_check_budget, generation=True, versioned_updates=True, strict=False
    ),
    "horizontalpodautoscalers.autoscaling": Rules(default=_scaler, validate=_check_scaler),
}
