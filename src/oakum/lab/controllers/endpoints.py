"""Endpoints and EndpointSlices: the addresses behind each Service."""

from collections.abc import Iterator, Mapping
from typing import Any

from oakum.lab.api import selectors
from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.status import ApiError
from oakum.lab.controllers import pods
from oakum.lab.controllers.manager import Key, Keys, itself
from oakum.lab.controllers.owning import reference
from oakum.lab.store import Obj

_SLICES = "endpointslices.discovery.k8s.io"
_SERVICE = "kubernetes.io/service-name"
_OPTIONS = Options(manager="kube-controller-manager")


class EndpointsOfServices:
    """Keeps the Endpoints and the EndpointSlice of each Service with a selector."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Services, and the pods that they select."""
        return {"services": itself, "pods": self._of_pod}

    def _of_pod(self, pod: Obj) -> Iterator[Key]:
        labels, namespace = pod["metadata"].get("labels") or {}, pod["metadata"]["namespace"]
        for service in self._cluster.store.list("services", namespace).items:
            selector = service["spec"].get("selector")
            if selector and selector.items() <= labels.items():
                yield namespace, service["metadata"]["name"]

    def reconcile(self, key: Key) -> None:
        """Write what the Service's pods make."""
        service = self._cluster.store.find("services", key[1], key[0])
        if service is None or service["metadata"].get("deletionTimestamp"):
            self._drop(key)
            return
        selector = service["spec"].get("selector")
        if not selector or service["spec"]["type"] == "ExternalName":
            return
        wanted = selectors.of_labels(selector)
        chosen = [
            pod
            for pod in self._cluster.store.list("pods", key[0]).items
            if selectors.selects(wanted, pod["metadata"].get("labels")) and _address(pod)
        ]
        self._write("endpoints", _endpoints(service, chosen))
        self._write_slice(service, chosen)

    def _drop(self, key: Key) -> None:
        found = self._cluster.store.find("endpoints", key[1], key[0])
        if found is not None and not self._cluster.store.find("services", key[1], key[0]):
            _delete(self._cluster, "endpoints", found)

    def _write(self, key: str, wanted: Obj) -> None:
        metadata = wanted["metadata"]
        old = self._cluster.store.find(key, metadata["name"], metadata["namespace"])
        resource = self._cluster.resource(key)
        if old is None:
            self._cluster.create(resource, wanted, metadata["namespace"], _OPTIONS)
            return
        merged = {**old, **wanted, "metadata": {**old["metadata"], **metadata}}
        if merged != old:
            self._cluster.update(resource, metadata["name"], merged, metadata["namespace"], _OPTIONS)

    def _write_slice(self, service: Obj, chosen: list[Obj]) -> None:
        metadata = service["metadata"]
        mine = [
            each
            for each in self._cluster.store.list(_SLICES, metadata["namespace"]).items
            if (each["metadata"].get("labels") or {}).get(_SERVICE) == metadata["name"]
        ]
        owner = reference(self._cluster.resource("services"), service)
        wanted = _slice(service, chosen, owner)
        if not mine:
            wanted["metadata"]["generateName"] = f"{metadata['name']}-"
            self._cluster.create(self._cluster.resource(_SLICES), wanted, metadata["namespace"], _OPTIONS)
            return
        wanted["metadata"]["name"] = mine[0]["metadata"]["name"]
        self._write(_SLICES, wanted)


def _delete(cluster: Cluster, key: str, obj: Obj) -> None:
    try:
        metadata = obj["metadata"]
        cluster.delete(cluster.resource(key), metadata["name"], metadata["namespace"], DeleteOptions())
    except ApiError as error:
        if error.code != 404:
            raise


def _address(pod: Obj) -> str:
    if pods.is_over(pod):
        return ""
    found: str = (pod.get("status") or {}).get("podIP", "")
    return found


def _target(pod: Obj) -> Obj:
    metadata = pod["metadata"]
    return {"kind": "Pod", "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"]}


def _port(port: Obj, pod: Obj) -> int | None:
    """The number behind a Service port's target, which may name a container port."""
    wanted: Any = port["targetPort"]
    if isinstance(wanted, int):
        return wanted
    for container in pod["spec"]["containers"]:
        for each in container.get("ports") or []:
            if each.get("name") == wanted and each.get("protocol") == port.get("protocol"):
                number: int = each["containerPort"]
                return number
    return None


def _ports(service: Obj, pod: Obj) -> tuple[tuple[str, int, str], ...]:
    found = []
    for port in service["spec"].get("ports") or []:
        number = _port(port, pod)
        if number is not None:
            found.append((port.get("name", ""), number, port["protocol"]))
    return tuple(found)


def _serves(service: Obj, pod: Obj) -> bool:
    return bool(service["spec"].get("publishNotReadyAddresses")) or pods.is_ready(pod)


def _endpoints(service: Obj, chosen: list[Obj]) -> Obj:
    groups: dict[tuple[tuple[str, int, str], ...], Obj] = {}
    for pod in sorted(chosen, key=_address):
        ports = _ports(service, pod)
        if pods.is_leaving(pod) or (service["spec"].get("ports") and not ports):
            continue
        subset = groups.setdefault(ports, {"ports": [_named(*port) for port in ports]})
        key = "addresses" if _serves(service, pod) else "notReadyAddresses"
        address = {"ip": _address(pod), "nodeName": pod["spec"].get("nodeName"), "targetRef": _target(pod)}
        if hostname := _hostname(service, pod):
            address["hostname"] = hostname
        subset.setdefault(key, []).append(address)
    labels = {**(service["metadata"].get("labels") or {}), "endpoints.kubernetes.io/managed-by": "endpoint-controller"}
    if service["spec"].get("clusterIP") == "None":
        labels["service.kubernetes.io/headless"] = ""
    metadata = {"name": service["metadata"]["name"], "namespace": service["metadata"]["namespace"], "labels": labels}
    body: Obj = {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata}
    return body | ({"subsets": list(groups.values())} if groups else {})


def _hostname(service: Obj, pod: Obj) -> str:
    same = pod["spec"].get("subdomain") == service["metadata"]["name"]
    found: str = pod["spec"].get("hostname", "") if same else ""
    return found


def _named(name: str, number: int, protocol: str) -> Obj:
    return {**({"name": name} if name else {}), "port": number, "protocol": protocol}


def _slice(service: Obj, chosen: list[Obj], owner: Obj) -> Obj:
    metadata = service["metadata"]
    labels = {**(metadata.get("labels") or {}), _SERVICE: metadata["name"]}
    labels["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io"
    if service["spec"].get("clusterIP") == "None":
        labels["service.kubernetes.io/headless"] = ""
    ports = _ports(service, chosen[0]) if chosen else ()
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"namespace": metadata["namespace"], "labels": labels, "ownerReferences": [owner]},
        "addressType": "IPv4",
        "endpoints": [_endpoint(service, pod) for pod in sorted(chosen, key=_address)],
        "ports": [{"name": name, "port": number, "protocol": protocol} for name, number, protocol in ports],
    }


def _endpoint(service: Obj, pod: Obj) -> Obj:
    leaving, serving = pods.is_leaving(pod), _serves(service, pod)
    found = {
        "addresses": [_address(pod)],
        "conditions": {"ready": serving and not leaving, "serving": serving, "terminating": leaving},
        "nodeName": pod["spec"].get("nodeName"),
        "targetRef": _target(pod),
    }
    if hostname := _hostname(service, pod):
        found["hostname"] = hostname
    return found
