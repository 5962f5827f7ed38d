"""Kinds that a cluster's administrators and drivers make: defaults, and what is particular about their deletion."""

from oakum.lab.api import names
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import default, items, network, one_of, required_text
from oakum.lab.api.status import FieldError, duplicate, invalid, required, unsupported
from oakum.lab.store import Obj


def _driver(obj: Obj) -> None:
    default(
        obj["spec"],
        attachRequired=True,
        fsGroupPolicy="ReadWriteOnceWithFSType",
        podInfoOnMount=False,
        requiresRepublish=False,
        seLinuxMount=False,
        storageCapacity=False,
        volumeLifecycleModes=["Persistent"],
    )


def _check_driver(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors = one_of(spec, "fsGroupPolicy", "spec", ("File", "None", "ReadWriteOnceWithFSType"))
    for mode in items(spec, "volumeLifecycleModes"):
        errors += one_of({"volumeLifecycleModes": mode}, "volumeLifecycleModes", "spec", ("Persistent", "Ephemeral"))
    return errors


def _check_node(obj: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(items(obj["spec"], "taints")):
        at, key, effect = f"metadata.taints[{index}]", taint.get("key") or "", taint.get("effect") or ""
        errors += [invalid(f"{at}.key", key, problem) for problem in names.qualified(key)]
        value = taint.get("value") or ""
        errors += [invalid(f"{at}.value", value, problem) for problem in names.label_value(value)]
        if not effect:
            errors.append(required(f"{at}.effect"))
        elif effect not in _TAINTS:
            errors.append(unsupported(f"{at}.effect", effect, _TAINTS))
        if (key, effect) in seen:
            errors.append(duplicate(at, taint))
        seen.add((key, effect))
    if found := obj["spec"].get("podCIDR"):
        errors += network(found, "spec.podCIDRs[0]")
    return errors


def _attachment(obj: Obj) -> None:
    obj["status"] = {"attached": False}


def _check_attachment(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors = required_text(spec, "spec", "attacher")
    source = spec.get("source") or {}
    chosen = [key for key in ("inlineVolumeSpec", "persistentVolumeName") if source.get(key)]
    if len(chosen) != 1:
        detail = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
        errors.append(invalid("spec.source", source, detail) if chosen else required("spec.source", detail))
    node = spec.get("nodeName") or ""
    return errors + [invalid("spec.nodeName", node, problem) for problem in names.subdomain(node)]


def _check_policy(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors = [] if spec.get("matchConstraints") is not None else [required("spec.matchConstraints")]
    if not spec.get("validations") and not spec.get("auditAnnotations"):
        detail = "validations or auditAnnotations must contain at least one item"
        errors += [required(f"spec.{key}", detail) for key in ("validations", "auditAnnotations")]
    return errors


def _policy(obj: Obj) -> None:
    spec = obj["spec"]
    default(spec, failurePolicy="Fail")
    constraints = spec.get("matchConstraints")
    if constraints is not None:
        default(constraints, matchPolicy="Equivalent", namespaceSelector={}, objectSelector={})
        for rule in items(constraints, "resourceRules") + items(constraints, "excludeResourceRules"):
            default(rule, scope="*")


def _level(obj: Obj) -> None:
    spec = obj["spec"]
    limited = spec.get("limited")
    if limited is not None:
        default(limited, lendablePercent=0, nominalConcurrencyShares=30)


_TAINTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_COUNTED = Rules(generation=True, strict=False)
_RETURNED = Rules(returns_deleted=True)

RULES = {
    "csidrivers.storage.k8s.io": Rules(default=_driver, validate=_check_driver, returns_deleted=True),
    "nodes": Rules(validate=_check_node),
    "csinodes.storage.k8s.io": _RETURNED,
    "volumeattachments.storage.k8s.io": Rules(
        start=_attachment, validate=_check_attachment, returns_deleted=True
    ),
    "volumeattributesclasses.storage.k8s.io": _RETURNED,
    "validatingadmissionpolicies.admissionregistration.k8s.io": Rules(
        default=_policy, validate=_check_policy, generation=True, strict=False
    ),
    "mutatingadmissionpolicies.admissionregistration.k8s.io": Rules(default=_policy, generation=True, strict=False),
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": _COUNTED,
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": _COUNTED,
    "flowschemas.flowcontrol.apiserver.k8s.io": _COUNTED,
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": Rules(default=_level, generation=True),
    "deviceclasses.resource.k8s.io": Rules(generation=True, returns_deleted=True),
    "resourceslices.resource.k8s.io": Rules(generation=True, returns_deleted=True),
    "resourceclaims.resource.k8s.io": _RETURNED,
    "resourceclaimtemplates.resource.k8s.io": _RETURNED,
}
