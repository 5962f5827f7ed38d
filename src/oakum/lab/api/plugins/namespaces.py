"""Namespaces that a cluster cannot lose."""

from oakum.lab.api.admission import Operation
from oakum.lab.api.status import refused
from oakum.lab.store import Store

_KEPT = ("default", "kube-system", "kube-public")


def keep_namespaces(store: Store, operation: Operation) -> None:
    """Refuse to delete the namespaces that the cluster itself uses."""
    name = operation.obj["metadata"].get("name")
    if operation.verb == "DELETE" and operation.resource.key == "namespaces" and name in _KEPT:
        raise refused("namespaces", "", name, "this namespace may not be deleted")
