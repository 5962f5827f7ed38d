"""What every pod gets from its cluster: a service account, its token, tolerations and a priority."""

import uuid

from oakum.lab.api import clock, status
from oakum.lab.api.admission import Operation
from oakum.lab.api.rules.pod_defaults import quality
from oakum.lab.api.rules.values import items
from oakum.lab.api.writes import suffix
from oakum.lab.store import Obj, Store

TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
_TOKEN_VOLUME = "kube-api-access-"
_SYSTEM_CLASSES = {"system-cluster-critical": 2000000000, "system-node-critical": 2000001000}


def complete_pod(store: Store, operation: Operation) -> None:
    """Complete a new pod; refuses one whose service account or priority class is not there (ApiError 403)."""
    if operation.resource.key == "pods" and operation.verb == "UPDATE" and not operation.subresource:
        _tolerations(operation.obj["spec"])
    if operation.resource.key != "pods" or operation.verb != "CREATE":
        return
    pod = operation.obj
    _service_account(store, pod)
    _tolerations(pod["spec"])
    _priority(store, pod)
    runtime = pod["spec"].get("runtimeClassName")
    if pod["spec"].get("overhead") and not runtime:
        raise _refused(pod, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
    if runtime and store.find("runtimeclasses.node.k8s.io", runtime) is None:
        raise _refused(pod, f'pod rejected: RuntimeClass "{runtime}" not found')


def hold_quality(store: Store, operation: Operation) -> None:
    """Refuse to resize a pod into another quality of service (ApiError 422)."""
    if operation.subresource != "resize" or operation.old is None:
        return
    was = quality(operation.old["spec"])
    if quality(operation.obj["spec"]) != was:
        wrong = status.invalid("spec", was, "Pod QOS Class may not change as a result of resizing")
        raise status.unprocessable("Pod", "", operation.obj["metadata"]["name"], [wrong])


def _refused(pod: Obj, detail: str) -> status.ApiError:
    return status.refused("pods", "", pod["metadata"].get("name") or "", detail)


def _service_account(store: Store, pod: Obj) -> None:
    spec, namespace = pod["spec"], pod["metadata"]["namespace"]
    name = spec.get("serviceAccountName") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = name
    account = store.find("serviceaccounts", name, namespace)
    if account is None and name == "default":
        account = default_account(store, namespace, clock.stamp(clock.system()))
    if account is None:
        missing = f'serviceaccount "{name}" not found'
        raise _refused(pod, f"error looking up service account {namespace}/{name}: {missing}")
    if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
        spec["imagePullSecrets"] = list(account["imagePullSecrets"])
    wanted = spec.get("automountServiceAccountToken", account.get("automountServiceAccountToken"))
    if wanted is not False:
        _mount_token(spec)


def default_account(store: Store, namespace: str, now: str) -> Obj:
    """Create the ServiceAccount `default` of a namespace.

    A real cluster's controller does this a moment after the namespace appears, and pods that come earlier are refused;
    here the first pod brings it along.
    """
    metadata = {"name": "default", "namespace": namespace, "uid": str(uuid.uuid4()), "creationTimestamp": now}
    return store.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})


def _mount_token(spec: Obj) -> None:
    containers = items(spec, "initContainers") + items(spec, "containers")
    bare = [
        container
        for container in containers
        if not any(mount.get("mountPath") == TOKEN_PATH for mount in items(container, "volumeMounts"))
    ]
    if not bare:
        return
    present = [each["name"] for each in items(spec, "volumes") if each.get("name", "").startswith(_TOKEN_VOLUME)]
    name = present[0] if present else f"{_TOKEN_VOLUME}{suffix()}"
    for container in bare:
        mount = {"name": name, "readOnly": True, "mountPath": TOKEN_PATH}
        container["volumeMounts"] = [*items(container, "volumeMounts"), mount]
    if not present:
        spec["volumes"] = [*items(spec, "volumes"), {"name": name, "projected": _token_sources()}]


def _token_sources() -> Obj:
    namespace = {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
        {"downwardAPI": {"items": [namespace]}},
    ]
    return {"defaultMode": 420, "sources": sources}


def _tolerations(spec: Obj) -> None:
    present = items(spec, "tolerations")
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"):
        if not any(each.get("key") in (None, "", key) and _covers(each) for each in present):
            added = {"effect": "NoExecute", "key": key, "operator": "Exists", "tolerationSeconds": 300}
            spec["tolerations"] = [*items(spec, "tolerations"), added]


def _covers(toleration: Obj) -> bool:
    return toleration.get("effect") in (None, "", "NoExecute")


def _priority(store: Store, pod: Obj) -> None:
    spec = pod["spec"]
    name, value, policy = spec.get("priorityClassName"), 0, "PreemptLowerPriority"
    if name:
        found = store.find("priorityclasses.scheduling.k8s.io", name)
        if found is None and name not in _SYSTEM_CLASSES:
            raise _refused(pod, f"no PriorityClass with name {name} was found")
        value = found["value"] if found else _SYSTEM_CLASSES[name]
        policy = found.get("preemptionPolicy", policy) if found else policy
    for key, word, ours in (("priority", "integer value of priority", value),
                            ("preemptionPolicy", "string value of PreemptionPolicy", policy)):
        if spec.get(key) not in (None, ours):
            detail = f"must not be provided in pod spec; priority admission controller computed {ours}"
            raise _refused(pod, f"the {word} ({spec[key]}) {detail} from the given PriorityClass name")
        spec[key] = ours
