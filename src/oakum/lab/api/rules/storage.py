"""Volumes, claims, storage classes and budgets: defaults and validation."""

from collections.abc import Iterator

from oakum.lab.api import names
from oakum.lab.api.gojson import go_struct
from oakum.lab.api.rules.claim_checks import MODES, claim_spec
from oakum.lab.api.rules.placement_checks import node_selector
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import amount, default, int_or_percent, items, label_selector, one_of
from oakum.lab.api.rules.volume_checks import source
from oakum.lab.api.status import FieldError, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj, clone

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


def _sources(obj: Obj) -> None:
    """What fills a new claim, said in both of the ways there are; a source that nothing can fill from is dropped."""
    spec = obj["spec"]
    source = spec.get("dataSource")
    if source is not None and not source.get("apiGroup") and source.get("kind") != "PersistentVolumeClaim":
        source = spec.pop("dataSource", None) and None
    reference = spec.get("dataSourceRef")
    for one, key, other in ((source, "dataSourceRef", reference), (reference, "dataSource", source)):
        if one is not None and other is None and not one.get("namespace"):
            spec[key] = dict(one)
    for key in ("dataSource", "dataSourceRef"):
        if spec.get(key) is not None:
            spec[key].setdefault("apiGroup", None)


def _start_claim(obj: Obj) -> None:
    _sources(obj)
    obj["status"] = {"phase": "Pending"}
    _protect(obj, "kubernetes.io/pvc-protection")


def _check_claim(obj: Obj) -> list[FieldError]:
    return claim_spec(obj["spec"], "spec")


def _claim_change(new: Obj, old: Obj) -> list[FieldError]:
    before, after = clone(old["spec"]), clone(new["spec"])
    bound = (old.get("status") or {}).get("phase") == "Bound"
    for spec in (before, after):
        for key in ("resources", "volumeAttributesClassName") if bound else ():
            spec.pop(key, None)
        if not old["spec"].get("volumeName"):
            spec.pop("volumeName", None)
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
    errors += _capacity(spec.get("capacity") or {})
    errors += one_of(spec, "persistentVolumeReclaimPolicy", "spec", ("Delete", "Recycle", "Retain"))
    errors += _kinds(spec)
    if (spec.get("nodeAffinity") or {}).get("required") is not None:
        errors += node_selector(spec["nodeAffinity"]["required"], "spec.nodeAffinity.required")
    if spec.get("storageClassName"):
        chosen = spec["storageClassName"]
        errors += [invalid("spec.storageClassName", chosen, problem) for problem in names.subdomain(chosen)]
    return errors + one_of(spec, "volumeMode", "spec", ("Block", "Filesystem"))


def _capacity(capacity: Obj) -> Iterator[FieldError]:
    size = capacity.get("storage")
    if not capacity:
        yield required("spec.capacity")
    if set(capacity) != {"storage"}:
        yield unsupported("spec.capacity", capacity or None, ["storage"])
    elif amount(size) <= 0:
        yield invalid("spec.capacity[storage]", size, "must be greater than zero")


def _kinds(spec: Obj) -> Iterator[FieldError]:
    """Complaints about what a volume is made of: exactly one thing."""
    kinds = sorted(set(spec) - _VOLUME_FIELDS, key=lambda kind: (kind != "hostPath", kind))
    if not kinds:
        yield required("spec", "must specify a volume type")
    for kind in kinds[1:]:
        yield forbidden(f"spec.{kind}", "may not specify more than 1 volume type")
    for kind in kinds[:1]:
        yield from source(kind, spec[kind] or {}, f"spec.{kind}")
    if "csi" in kinds and not spec["csi"].get("volumeHandle"):
        yield required("spec.csi.volumeHandle")
    if "local" in kinds and spec.get("nodeAffinity") is None:
        yield required("spec.nodeAffinity", "Local volume requires node affinity")


def _class(obj: Obj) -> None:
    default(obj, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def _check_class(obj: Obj) -> list[FieldError]:
    provisioner = obj.get("provisioner")
    problems = names.qualified(provisioner.lower()) if provisioner else []
    errors = [invalid("provisioner", provisioner, problem) for problem in problems]
    errors += [] if provisioner else [required("provisioner")]
    if "" in (obj.get("parameters") or {}):
        errors.append(invalid("parameters", "", "field can not be empty."))
    for index, term in enumerate(items(obj, "allowedTopologies")):
        for position, each in enumerate(items(term, "matchLabelExpressions")):
            at, key = f"allowedTopologies[{index}].matchLabelExpressions[{position}]", each.get("key") or ""
            errors += [] if each.get("values") else [required(f"{at}.values")]
            errors += [invalid(f"{at}.key", key, problem) for problem in names.qualified(key)]
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
}
