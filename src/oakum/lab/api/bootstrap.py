"""The objects that a cluster has from its first moment."""

import uuid

from oakum.lab.api import clock, codec, writes
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.kinds import Resource
from oakum.lab.api.managers import Manager, after_update
from oakum.lab.api.roles import bootstrap_roles
from oakum.lab.network import API_SERVICE_IP
from oakum.lab.store import Obj

NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


def bootstrap(cluster: Cluster) -> None:
    """Create what is missing; a store that comes back from disk keeps what it has."""
    store = cluster.store
    with store.locked():
        for key, obj in _objects():
            metadata = obj["metadata"]
            if store.find(key, metadata["name"], metadata.get("namespace", "")) is None:
                stamp = clock.stamp(cluster.now())
                metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": stamp}
                store.create(key, _owned(cluster.resource(key), obj, stamp))
        store.start_history()


def _owned(resource: Resource, obj: Obj, stamp: str) -> Obj:
    manager = Manager("kube-apiserver", "Update", resource.kind.api_version)
    return after_update(codec.shape_of(resource), writes.empty(resource), obj, manager, stamp)


def _objects() -> list[tuple[str, Obj]]:
    namespaces = [("namespaces", _namespace(name)) for name in NAMESPACES]
    return [*namespaces, ("services", _api_service()), *bootstrap_roles(), *_classes()]


def _namespace(name: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


PROVISIONER = "oakum.dev/local-folder"
"""The provisioner of the default storage class: a folder on the machine for each claim."""


def _classes() -> list[tuple[str, Obj]]:
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    storage = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "standard", "annotations": default},
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    }
    critical = {"system-cluster-critical": 2000000000, "system-node-critical": 2000001000}
    priorities = [("priorityclasses.scheduling.k8s.io", _priority(*each)) for each in critical.items()]
    return [("storageclasses.storage.k8s.io", storage), *priorities]


def _priority(name: str, value: int) -> Obj:
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name, "generation": 1},
        "preemptionPolicy": "PreemptLowerPriority",
        "value": value,
    }


def _api_service() -> Obj:
    labels = {"component": "apiserver", "provider": "kubernetes"}
    spec = {
        "clusterIP": API_SERVICE_IP,
        "clusterIPs": [API_SERVICE_IP],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 443}],
        "sessionAffinity": "None",
        "type": "ClusterIP",
    }
    metadata = {"name": "kubernetes", "namespace": "default", "labels": labels}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": {"loadBalancer": {}}}
