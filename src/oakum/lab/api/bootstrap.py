"""The objects that a cluster has from its first moment."""

import uuid

from oakum.lab.api import clock
from oakum.lab.api.cluster import Cluster
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
                metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": clock.stamp(cluster.now())}
                store.create(key, obj)


def _objects() -> list[tuple[str, Obj]]:
    return [*(("namespaces", _namespace(name)) for name in NAMESPACES), ("services", _api_service())]


def _namespace(name: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
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
