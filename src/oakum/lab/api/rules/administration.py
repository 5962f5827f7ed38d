"""Kinds that a cluster's administrators and drivers make: defaults, and what is particular about their deletion."""

from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import default, items
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


def _attachment(obj: Obj) -> None:
    obj["status"] = {"attached": False}


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


_COUNTED = Rules(generation=True)
_RETURNED = Rules(returns_deleted=True)

RULES = {
    "csidrivers.storage.k8s.io": Rules(default=_driver, returns_deleted=True),
    "csinodes.storage.k8s.io": _RETURNED,
    "volumeattachments.storage.k8s.io": Rules(start=_attachment, returns_deleted=True),
    "volumeattributesclasses.storage.k8s.io": _RETURNED,
    "validatingadmissionpolicies.admissionregistration.k8s.io": Rules(default=_policy, generation=True),
    "mutatingadmissionpolicies.admissionregistration.k8s.io": Rules(default=_policy, generation=True),
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": _COUNTED,
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": _COUNTED,
    "flowschemas.flowcontrol.apiserver.k8s.io": _COUNTED,
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": Rules(default=_level, generation=True),
    "deviceclasses.resource.k8s.io": Rules(generation=True, returns_deleted=True),
    "resourceslices.resource.k8s.io": Rules(generation=True, returns_deleted=True),
    "resourceclaims.resource.k8s.io": _RETURNED,
    "resourceclaimtemplates.resource.k8s.io": _RETURNED,
}
