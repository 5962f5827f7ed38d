"""Volumes, claims, storage classes, budgets and autoscalers: defaults and validation."""

from oakum.lab.api.gojson import go_struct
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import amount, default, int_or_percent, items, label_selector, not_negative, one_of
from oakum.lab.api.status import FieldError, forbidden, invalid, required
from oakum.lab.store import Obj, clone

_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
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
    spec = obj["spec"]
    errors: list[FieldError] = []
    if not spec.get("accessModes"):
        errors.append(required("spec.accessModes", "at least 1 access mode is required"))
    for mode in items(spec, "accessModes"):
        errors += one_of({"accessModes": mode}, "accessModes", "spec", _MODES)
    wanted = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if wanted is None:
        errors.append(required("spec.resources[storage]"))
    elif amount(wanted) <= 0:
        errors.append(invalid("spec.resources[storage]", wanted, "must be greater than zero"))
    return errors


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
    if not (spec.get("capacity") or {}).get("storage"):
        errors.append(required("spec.capacity"))
    known = {"accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy"}
    known |= {"storageClassName", "volumeAttributesClassName", "volumeMode"}
    if not set(spec) - known:
        errors.append(required("spec", "must specify a volume type"))
    return errors


def _class(obj: Obj) -> None:
    default(obj, reclaimPolicy="Delete", volumeBindingMode="Immediate")


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
            errors += int_or_percent(spec[key], f"spec.{key}")
    return errors + label_selector(spec.get("selector"), "spec.selector")


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
    if (spec.get("maxReplicas") or 0) < 1:
        errors.append(invalid("spec.maxReplicas", spec.get("maxReplicas") or 0, "must be greater than 0"))
    elif spec["maxReplicas"] < spec["minReplicas"]:
        detail = "must be greater than or equal to `minReplicas`"
        errors.append(invalid("spec.maxReplicas", spec["maxReplicas"], detail))
    for key in ("kind", "name"):
        if not (spec.get("scaleTargetRef") or {}).get(key):
            errors.append(required(f"spec.scaleTargetRef.{key}"))
    return errors + not_negative(spec, "spec", "minReplicas")


RULES = {
    "persistentvolumeclaims": Rules(
        default=_claim, start=_start_claim, validate=_check_claim, compare=_claim_change, returns_deleted=True
    ),
    "persistentvolumes": Rules(default=_volume, start=_start_volume, validate=_check_volume, returns_deleted=True),
    "storageclasses.storage.k8s.io": Rules(default=_class, compare=_class_change, returns_deleted=True),
    "poddisruptionbudgets.policy": Rules(validate=_check_budget, generation=True, versioned_updates=True),
    "horizontalpodautoscalers.autoscaling": Rules(default=_scaler, validate=_check_scaler),
}
