"""Tables of the kinds that applications are made of; `administration_printers` has those of the others."""

from datetime import datetime
from typing import Any

from oakum.lab.api import clock
from oakum.lab.api.columns import (
    AGE,
    CREATED_AT,
    NAME,
    NONE,
    Column,
    containers,
    count,
    integer,
    labels,
    look,
    number,
    selector,
    since,
    text,
    wide,
)
from oakum.lab.api.pod_printer import POD
from oakum.lab.store import Obj

_TEMPLATE = "spec.template.spec.containers"
_CRON_TEMPLATE = "spec.jobTemplate.spec.template.spec.containers"
_OF_TEMPLATE = [
    wide("Containers", containers(_TEMPLATE, "name")),
    wide("Images", containers(_TEMPLATE, "image")),
    wide("Selector", selector("spec.selector")),
]


def _ready_of(status: str, wanted: str) -> Any:
    return lambda obj, _: f"{look(obj, status, 0)}/{look(obj, wanted, 0)}"


def _external(obj: Obj, _: datetime) -> str:
    spec = obj["spec"]
    extra = list(spec.get("externalIPs") or [])
    if spec["type"] == "ExternalName":
        return str(spec.get("externalName", ""))
    if spec["type"] == "LoadBalancer":
        ingress = look(obj, "status.loadBalancer.ingress", [])
        return ",".join([each.get("ip") or each.get("hostname", "") for each in ingress] + extra) or "<pending>"
    return ",".join(extra) or NONE


def _service_ports(obj: Obj, _: datetime) -> str:
    shown = []
    for port in obj["spec"].get("ports") or []:
        node = f":{port['nodePort']}" if port.get("nodePort") else ""
        shown.append(f"{port['port']}{node}/{port['protocol']}")
    return ",".join(shown) or NONE


def _data(obj: Obj, _: datetime) -> int:
    return len(obj.get("data") or {}) + len(obj.get("binaryData") or {})


def _namespace_status(obj: Obj, _: datetime) -> str:
    return str(look(obj, "status.phase", ""))


def _node_status(obj: Obj, _: datetime) -> str:
    conditions = {each["type"]: each["status"] for each in look(obj, "status.conditions", [])}
    shown = {"True": "Ready", "False": "NotReady"}.get(conditions.get("Ready", ""), "Unknown")
    return shown + (",SchedulingDisabled" if look(obj, "spec.unschedulable") else "")


def _node_roles(obj: Obj, _: datetime) -> str:
    prefix = "node-role.kubernetes.io/"
    found = sorted(key.removeprefix(prefix) for key in obj["metadata"].get("labels") or {} if key.startswith(prefix))
    return ",".join(found) or NONE


def _node_address(kind: str) -> Any:
    def cell(obj: Obj, _: datetime) -> str:
        found = [each["address"] for each in look(obj, "status.addresses", []) if each["type"] == kind]
        return found[0] if found else NONE

    return cell


def _endpoints(obj: Obj, _: datetime) -> str:
    found = [
        f"{address['ip']}:{port['port']}"
        for subset in obj.get("subsets") or []
        for port in subset.get("ports") or []
        for address in subset.get("addresses") or []
    ]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more if found else NONE


def _slice_ports(obj: Obj, _: datetime) -> str:
    return ",".join(str(port.get("port", "*")) for port in obj.get("ports") or []) or "<unset>"


def _slice_addresses(obj: Obj, _: datetime) -> str:
    found = [address for each in obj.get("endpoints") or [] for address in each["addresses"]]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more if found else "<unset>"


def _duration(obj: Obj, now: datetime) -> str:
    start, end = look(obj, "status.startTime"), look(obj, "status.completionTime")
    if not start:
        return ""
    until = clock.parsed(end) if end else now
    return clock.human(int((until - clock.parsed(start)).total_seconds()))


def _completions(obj: Obj, _: datetime) -> str:
    done, wanted = look(obj, "status.succeeded", 0), look(obj, "spec.completions")
    if wanted is not None:
        return f"{done}/{wanted}"
    parallel = look(obj, "spec.parallelism", 0)
    return f"{done}/1 of {parallel}" if parallel > 1 else f"{done}/1"


def _job_status(obj: Obj, _: datetime) -> str:
    true = {each["type"] for each in look(obj, "status.conditions", []) if each["status"] == "True"}
    if "Complete" in true:
        return "Complete"
    for kind, shown in (("Failed", "Failed"), ("FailureTarget", "FailureTarget"), ("Suspended", "Suspended")):
        if kind in true:
            return shown
    return "Terminating" if obj["metadata"].get("deletionTimestamp") else "Running"


def _hosts(obj: Obj, _: datetime) -> str:
    hosts = [rule.get("host") or "*" for rule in look(obj, "spec.rules", [])]
    more = f" + {len(hosts) - 3} more..." if len(hosts) > 3 else ""
    return ",".join(hosts[:3]) + more if hosts else "*"


def _ingress_address(obj: Obj, _: datetime) -> str:
    found = look(obj, "status.loadBalancer.ingress", [])
    return ",".join(each.get("ip") or each.get("hostname", "") for each in found)


def _targets(obj: Obj, _: datetime) -> str:
    shown = [_target(metric) for metric in look(obj, "spec.metrics", [])]
    more = f" + {len(shown) - 2} more..." if len(shown) > 2 else ""
    return ", ".join(shown[:2]) + more if shown else NONE


def _target(metric: Obj) -> str:
    """What a metric is measured against; what it measures is never known here, where autoscalers are left idle."""
    source: Obj = next((value for key, value in metric.items() if key != "type"), {})
    wanted = source.get("target") or {}
    prefix = f"{source['name']}: " if "name" in source else ""
    if "averageUtilization" in wanted:
        return f"{prefix}<unknown>/{wanted['averageUtilization']}%"
    averaged = " (avg)" if metric["type"] in ("Object", "External") and "averageValue" in wanted else ""
    return f"{prefix}<unknown>/{wanted.get('averageValue') or wanted.get('value')}{averaged}"


def _class_parameters(obj: Obj, _: datetime) -> str:
    found = look(obj, "spec.parameters")
    if not found:
        return NONE
    kind = ".".join(filter(None, (found.get("kind"), found.get("apiGroup"))))
    return f"{kind}/{found.get('name')}"


def _reference(obj: Obj, _: datetime) -> str:
    target = look(obj, "spec.scaleTargetRef", {})
    return f"{target.get('kind', '')}/{target.get('name', '')}"


def _role_ref(obj: Obj, _: datetime) -> str:
    return f"{obj['roleRef']['kind']}/{obj['roleRef']['name']}"


def _subjects(kind: str) -> Any:
    def cell(obj: Obj, _: datetime) -> str:
        found = [each for each in obj.get("subjects") or [] if each["kind"] == kind]
        if kind == "ServiceAccount":
            return ", ".join(f"{each.get('namespace', '')}/{each['name']}" for each in found)
        return ", ".join(each["name"] for each in found)

    return cell


def _modes(path: str) -> Any:
    brief = {
        "ReadWriteOnce": "RWO",
        "ReadOnlyMany": "ROX",
        "ReadWriteMany": "RWX",
        "ReadWriteOncePod": "RWOP",
    }
    return lambda obj, _: ",".join(brief.get(mode, mode) for mode in look(obj, path, ()))


def _claim_of(obj: Obj, _: datetime) -> str:
    bound = look(obj, "spec.claimRef")
    return f"{bound['namespace']}/{bound['name']}" if bound else ""


def _phase(obj: Obj, _: datetime) -> str:
    return "Terminating" if obj["metadata"].get("deletionTimestamp") else str(look(obj, "status.phase", ""))


def _class_name(obj: Obj, _: datetime) -> str:
    notes = obj["metadata"].get("annotations") or {}
    default = notes.get("storageclass.kubernetes.io/is-default-class") == "true"
    return str(obj["metadata"]["name"]) + (" (default)" if default else "")


def _quota(kind: str) -> Any:
    def cell(obj: Obj, _: datetime) -> str:
        hard, used = look(obj, "status.hard", {}), look(obj, "status.used", {})
        chosen = [key for key in sorted(hard) if key.startswith("limits.") is (kind == "limits")]
        return ", ".join(f"{key}: {used.get(key, 0)}/{hard[key]}" for key in chosen)

    return cell


def _event_object(obj: Obj, _: datetime) -> str:
    involved = obj.get("involvedObject") or obj.get("regarding") or {}
    return f"{str(involved.get('kind', '')).lower()}/{involved.get('name', '')}"


def _event_age(obj: Obj, now: datetime) -> str:
    last = look(obj, "series.lastObservedTime") or _either(obj, "lastTimestamp", "deprecatedLastTimestamp")
    last = last or _either(obj, "firstTimestamp", "deprecatedFirstTimestamp", "eventTime")
    last = last or obj["metadata"].get("creationTimestamp") or ""
    return clock.age(last, now)


def _event_first(obj: Obj, now: datetime) -> str:
    first = _either(obj, "firstTimestamp", "deprecatedFirstTimestamp", "eventTime")
    return clock.age(first, now) if first else "<unknown>"


def _event_count(obj: Obj, _: datetime) -> int:
    return int(look(obj, "series.count") or _either(obj, "count", "deprecatedCount") or 1)


def _event_source(obj: Obj, _: datetime) -> str:
    source = _either(obj, "source", "deprecatedSource") or {}
    reporting = (_either(obj, "reportingController", "reportingComponent"), obj.get("reportingInstance"))
    named = (source.get("component"), source.get("host"))
    return ", ".join(filter(None, named if source.get("component") else reporting))


def _either(obj: Obj, *names: str) -> Any:
    return next((obj[name] for name in names if obj.get(name)), None)


def _event_message(obj: Obj, _: datetime) -> str:
    return str(obj.get("message") or obj.get("note") or "").strip()


def _written(path: str, default: str) -> Any:
    return lambda obj, _: str(look(obj, path, default))


def _true(path: str) -> Any:
    return lambda obj, _: str(bool(look(obj, path))).capitalize()


_WORKLOAD_SET = [
    NAME,
    integer("Desired", number("spec.replicas")),
    integer("Current", number("status.replicas")),
    integer("Ready", number("status.readyReplicas")),
    AGE,
]
_CRON = [
    NAME,
    Column("Schedule", text("spec.schedule")),
    Column("Timezone", text("spec.timeZone", NONE)),
    Column("Suspend", _true("spec.suspend")),
    integer("Active", count("status.active")),
    Column("Last Schedule", since("status.lastScheduleTime")),
    AGE,
]

PRINTERS: dict[str, list[Column]] = {
    "pods": POD,
    "deployments.apps": [
        NAME,
        Column("Ready", _ready_of("status.readyReplicas", "spec.replicas")),
        integer("Up-to-date", number("status.updatedReplicas")),
        integer("Available", number("status.availableReplicas")),
        AGE,
        *_OF_TEMPLATE,
    ],
    "replicasets.apps": [*_WORKLOAD_SET, *_OF_TEMPLATE],
    "replicationcontrollers": [*_WORKLOAD_SET, *_OF_TEMPLATE],
    "statefulsets.apps": [
        NAME,
        Column("Ready", _ready_of("status.readyReplicas", "spec.replicas")),
        AGE,
        *_OF_TEMPLATE[:2],
    ],
    "daemonsets.apps": [
        NAME,
        integer("Desired", number("status.desiredNumberScheduled")),
        integer("Current", number("status.currentNumberScheduled")),
        integer("Ready", number("status.numberReady")),
        integer("Up-to-date", number("status.updatedNumberScheduled")),
        integer("Available", number("status.numberAvailable")),
        Column("Node Selector", labels("spec.template.spec.nodeSelector")),
        AGE,
        *_OF_TEMPLATE,
    ],
    "jobs.batch": [
        NAME,
        Column("Status", _job_status),
        Column("Completions", _completions),
        Column("Duration", _duration),
        AGE,
        *_OF_TEMPLATE,
    ],
    "cronjobs.batch": [
        *_CRON,
        wide("Containers", containers(_CRON_TEMPLATE, "name")),
        wide("Images", containers(_CRON_TEMPLATE, "image")),
        wide("Selector", selector("spec.jobTemplate.spec.selector")),
    ],
    "podtemplates": [
        NAME,
        Column("Containers", containers("template.spec.containers", "name")),
        Column("Images", containers("template.spec.containers", "image")),
        Column("Pod Labels", labels("template.metadata.labels")),
    ],
    "services": [
        NAME,
        Column("Type", text("spec.type")),
        Column("Cluster-IP", text("spec.clusterIP", NONE)),
        Column("External-IP", _external),
        Column("Port(s)", _service_ports),
        AGE,
        wide("Selector", labels("spec.selector")),
    ],
    "endpoints": [NAME, Column("Endpoints", _endpoints), AGE],
    "endpointslices.discovery.k8s.io": [
        NAME,
        Column("AddressType", text("addressType")),
        Column("Ports", _slice_ports),
        Column("Endpoints", _slice_addresses),
        AGE,
    ],
    "configmaps": [NAME, integer("Data", _data), AGE],
    "secrets": [NAME, Column("Type", text("type")), integer("Data", _data), AGE],
    "serviceaccounts": [NAME, AGE],
    "namespaces": [NAME, Column("Status", _namespace_status), AGE],
    "nodes": [
        NAME,
        Column("Status", _node_status),
        Column("Roles", _node_roles),
        AGE,
        Column("Version", text("status.nodeInfo.kubeletVersion")),
        wide("Internal-IP", _node_address("InternalIP")),
        wide("External-IP", _node_address("ExternalIP")),
        wide("OS-Image", text("status.nodeInfo.osImage", "<unknown>")),
        wide("Kernel-Version", text("status.nodeInfo.kernelVersion", "<unknown>")),
        wide("Container-Runtime", text("status.nodeInfo.containerRuntimeVersion", "<unknown>")),
    ],
    "events": [
        Column("Last Seen", _event_age),
        Column("Type", text("type")),
        Column("Reason", text("reason")),
        Column("Object", _event_object),
        wide("Subobject", text("involvedObject.fieldPath")),
        wide("Source", _event_source),
        Column("Message", _event_message),
        wide("First Seen", _event_first),
        wide("Count", _event_count),
        Column("Name", text("metadata.name"), priority=1, format="name"),
    ],
    "ingresses.networking.k8s.io": [
        NAME,
        Column("Class", text("spec.ingressClassName", NONE)),
        Column("Hosts", _hosts),
        Column("Address", _ingress_address),
        Column("Ports", lambda obj, _: "80, 443" if look(obj, "spec.tls") else "80"),
        AGE,
    ],
    "ingressclasses.networking.k8s.io": [
        NAME,
        Column("Controller", text("spec.controller")),
        Column("Parameters", _class_parameters),
        AGE,
    ],
    "networkpolicies.networking.k8s.io": [NAME, Column("Pod-Selector", selector("spec.podSelector")), AGE],
    "poddisruptionbudgets.policy": [
        NAME,
        Column("Min Available", _written("spec.minAvailable", "N/A")),
        Column("Max Unavailable", _written("spec.maxUnavailable", "N/A")),
        integer("Allowed Disruptions", number("status.disruptionsAllowed")),
        AGE,
    ],
    "horizontalpodautoscalers.autoscaling": [
        NAME,
        Column("Reference", _reference),
        Column("Targets", _targets),
        Column("MinPods", _written("spec.minReplicas", "<unset>")),
        integer("MaxPods", number("spec.maxReplicas")),
        integer("Replicas", number("status.currentReplicas")),
        AGE,
    ],
    "persistentvolumeclaims": [
        NAME,
        Column("Status", _phase),
        Column("Volume", text("spec.volumeName")),
        Column("Capacity", text("status.capacity.storage")),
        Column("Access Modes", _modes("status.accessModes")),
        Column("StorageClass", text("spec.storageClassName")),
        Column("VolumeAttributesClass", text("spec.volumeAttributesClassName", "<unset>")),
        AGE,
        wide("VolumeMode", text("spec.volumeMode", "<unset>")),
    ],
    "persistentvolumes": [
        NAME,
        Column("Capacity", text("spec.capacity.storage")),
        Column("Access Modes", _modes("spec.accessModes")),
        Column("Reclaim Policy", text("spec.persistentVolumeReclaimPolicy")),
        Column("Status", _phase),
        Column("Claim", _claim_of),
        Column("StorageClass", text("spec.storageClassName")),
        Column("VolumeAttributesClass", text("spec.volumeAttributesClassName", "<unset>")),
        Column("Reason", text("status.reason")),
        AGE,
        wide("VolumeMode", text("spec.volumeMode", "<unset>")),
    ],
    "storageclasses.storage.k8s.io": [
        Column("Name", _class_name, format="name"),
        Column("Provisioner", text("provisioner")),
        Column("ReclaimPolicy", text("reclaimPolicy")),
        Column("VolumeBindingMode", text("volumeBindingMode")),
        Column("AllowVolumeExpansion", lambda obj, _: bool(obj.get("allowVolumeExpansion"))),
        AGE,
    ],
    "resourcequotas": [NAME, Column("Request", _quota("requests")), Column("Limit", _quota("limits")), AGE],
    "limitranges": [NAME, CREATED_AT],
    "roles.rbac.authorization.k8s.io": [NAME, CREATED_AT],
    "clusterroles.rbac.authorization.k8s.io": [NAME, CREATED_AT],
    **{
        f"{plural}.rbac.authorization.k8s.io": [
            NAME,
            Column("Role", _role_ref),
            AGE,
            wide("Users", _subjects("User")),
            wide("Groups", _subjects("Group")),
            wide("ServiceAccounts", _subjects("ServiceAccount")),
        ]
        for plural in ("rolebindings", "clusterrolebindings")
    },
    "controllerrevisions.apps": [
        NAME,
        Column("Controller", lambda obj, _: _controller(obj)),
        integer("Revision", number("revision")),
        AGE,
    ],
    "priorityclasses.scheduling.k8s.io": [
        NAME,
        integer("Value", number("value")),
        Column("Global-Default", lambda obj, _: bool(obj.get("globalDefault")), "boolean"),
        AGE,
        Column("PreemptionPolicy", text("preemptionPolicy")),
    ],
    "leases.coordination.k8s.io": [NAME, Column("Holder", text("spec.holderIdentity")), AGE],
    "customresourcedefinitions.apiextensions.k8s.io": [NAME, CREATED_AT],
    "runtimeclasses.node.k8s.io": [NAME, Column("Handler", text("handler")), AGE],
}


def _controller(obj: Obj) -> str:
    owners = [each for each in obj["metadata"].get("ownerReferences") or [] if each.get("controller")]
    if not owners:
        return NONE
    group = owners[0]["apiVersion"].rpartition("/")[0]
    return f"{owners[0]['kind'].lower()}.{group}/{owners[0]['name']}"
