"""Tables of the kinds that administer a cluster: admission, flow control, devices, drivers, certificates."""

from datetime import datetime
from typing import Any

from oakum.lab.api import clock
from oakum.lab.api.columns import AGE, NAME, NONE, Cell, Column, count, integer, look, text
from oakum.lab.store import Obj

_UNSET = "<unset>"


def _flag(path: str) -> Cell:
    return lambda obj, _: bool(look(obj, path, False))


def _joined(path: str, field: str = "") -> Cell:
    def cell(obj: Obj, _: datetime) -> str:
        return ",".join(str(each[field] if field else each) for each in look(obj, path, ())) or _UNSET

    return cell


def _condition(obj: Obj, kind: str) -> Obj:
    return next((each for each in look(obj, "status.conditions", ()) if each["type"] == kind), {})


def _parameters(path: str) -> Cell:
    def cell(obj: Obj, _: datetime) -> str:
        found = look(obj, path)
        return f"{found['apiVersion']}/{found['kind']}" if found else _UNSET

    return cell


def _parameter_object(obj: Obj, _: datetime) -> str:
    found = look(obj, "spec.paramRef")
    if not found:
        return _UNSET
    if not found.get("name"):
        return f"{found.get('namespace') or '*'}/{found.get('selector')}"
    return f"{found['namespace']}/{found['name']}" if found.get("namespace") else str(found["name"])


def _api_service(obj: Obj, _: datetime) -> str:
    service = look(obj, "spec.service")
    return f"{service.get('namespace')}/{service.get('name')}" if service else "Local"


def _available(obj: Obj, _: datetime) -> str:
    found = _condition(obj, "Available")
    if found.get("status") == "True":
        return "True"
    return f"{found['status']} ({found.get('reason', '')})" if found else "Unknown"


def _request_state(obj: Obj, _: datetime) -> str:
    true = [each["type"] for each in look(obj, "status.conditions", ())]
    state = ",".join(kind for kind in ("Approved", "Denied", "Failed") if kind in true) or "Pending"
    return state + (",Issued" if look(obj, "status.certificate") else "")


def _requested_duration(obj: Obj, _: datetime) -> str:
    seconds = look(obj, "spec.expirationSeconds")
    return NONE if seconds is None else clock.human(seconds)


def _level(path: str) -> Cell:
    return lambda obj, _: look(obj, path, NONE)


def _shares(obj: Obj, _: datetime) -> Any:
    kind = "limited" if look(obj, "spec.type") == "Limited" else "exempt"
    return look(obj, f"spec.{kind}.nominalConcurrencyShares", NONE)


def _claim_state(obj: Obj, _: datetime) -> str:
    states = ["allocated"] if look(obj, "status.allocation") else []
    states += ["reserved"] if look(obj, "status.reservedFor") else []
    states += ["deleted"] if obj["metadata"].get("deletionTimestamp") else []
    return ",".join(states) or "pending"


def _parent(obj: Obj, _: datetime) -> str:
    found = look(obj, "spec.parentRef", {})
    resource = ".".join(filter(None, (found.get("resource"), found.get("group"))))
    return "/".join(filter(None, (resource, found.get("namespace"), found.get("name"))))


def _webhooks() -> list[Column]:
    return [NAME, integer("Webhooks", count("webhooks")), AGE]


def _policy(title: str, path: str) -> list[Column]:
    return [NAME, integer(title, count(path)), Column("ParamKind", _parameters("spec.paramKind")), AGE]


_BINDING = [NAME, Column("PolicyName", text("spec.policyName")), Column("ParamRef", _parameter_object), AGE]

ADMINISTRATION: dict[str, list[Column]] = {
    "validatingwebhookconfigurations.admissionregistration.k8s.io": _webhooks(),
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": _webhooks(),
    "validatingadmissionpolicies.admissionregistration.k8s.io": _policy("Validations", "spec.validations"),
    "mutatingadmissionpolicies.admissionregistration.k8s.io": _policy("Mutations", "spec.mutations"),
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": _BINDING,
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": _BINDING,
    "componentstatuses": [NAME, *(Column(title, text(title.lower())) for title in ("Status", "Message", "Error"))],
    "apiservices.apiregistration.k8s.io": [
        NAME,
        Column("Service", _api_service),
        Column("Available", _available),
        AGE,
    ],
    "certificatesigningrequests.certificates.k8s.io": [
        NAME,
        AGE,
        Column("SignerName", text("spec.signerName", NONE)),
        Column("Requestor", text("spec.username")),
        Column("RequestedDuration", _requested_duration),
        Column("Condition", _request_state),
    ],
    "flowschemas.flowcontrol.apiserver.k8s.io": [
        NAME,
        Column("PriorityLevel", text("spec.priorityLevelConfiguration.name", NONE)),
        Column("MatchingPrecedence", _level("spec.matchingPrecedence")),
        Column("DistinguisherMethod", text("spec.distinguisherMethod.type", NONE)),
        AGE,
        Column("MissingPL", lambda obj, _: _condition(obj, "Dangling").get("status", "?")),
    ],
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": [
        NAME,
        Column("Type", text("spec.type")),
        Column("NominalConcurrencyShares", _shares),
        Column("Queues", _level("spec.limited.limitResponse.queuing.queues")),
        Column("HandSize", _level("spec.limited.limitResponse.queuing.handSize")),
        Column("QueueLengthLimit", _level("spec.limited.limitResponse.queuing.queueLengthLimit")),
        AGE,
    ],
    "ipaddresses.networking.k8s.io": [NAME, Column("ParentRef", _parent)],
    "servicecidrs.networking.k8s.io": [NAME, Column("CIDRs", _joined("spec.cidrs")), AGE],
    "deviceclasses.resource.k8s.io": [NAME, AGE],
    "resourceclaims.resource.k8s.io": [NAME, Column("State", _claim_state), AGE],
    "resourceclaimtemplates.resource.k8s.io": [NAME, AGE],
    "resourceslices.resource.k8s.io": [
        NAME,
        Column("Node", text("spec.nodeName")),
        Column("Driver", text("spec.driver")),
        Column("Pool", text("spec.pool.name")),
        AGE,
    ],
    "csidrivers.storage.k8s.io": [
        NAME,
        Column("AttachRequired", _flag("spec.attachRequired")),
        Column("PodInfoOnMount", _flag("spec.podInfoOnMount")),
        Column("StorageCapacity", _flag("spec.storageCapacity")),
        Column("TokenRequests", _joined("spec.tokenRequests", "audience")),
        Column("RequiresRepublish", _flag("spec.requiresRepublish")),
        Column("Modes", _joined("spec.volumeLifecycleModes")),
        AGE,
    ],
    "csinodes.storage.k8s.io": [NAME, integer("Drivers", count("spec.drivers")), AGE],
    "volumeattachments.storage.k8s.io": [
        NAME,
        Column("Attacher", text("spec.attacher"), format="name"),
        Column("PV", text("spec.source.persistentVolumeName")),
        Column("Node", text("spec.nodeName")),
        Column("Attached", _flag("status.attached")),
        AGE,
    ],
    "volumeattributesclasses.storage.k8s.io": [NAME, Column("DriverName", text("driverName")), AGE],
}
