"""The default storage class."""

from oakum.lab.api.admission import Operation
from oakum.lab.store import Obj, Store

_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def default_class(store: Store) -> Obj | None:
    """The storage class that is marked as the default, the newest if there are several."""
    classes = store.list("storageclasses.storage.k8s.io").items
    marked = [each for each in classes if (each["metadata"].get("annotations") or {}).get(_DEFAULT) == "true"]
    return max(marked, key=lambda each: str(each["metadata"]["creationTimestamp"]), default=None)


def choose_class(store: Store, operation: Operation) -> None:
    """Give a new claim without a class the default one."""
    if operation.verb == "CREATE" and operation.resource.key == "persistentvolumeclaims":
        spec = operation.obj["spec"]
        found = default_class(store) if spec.get("storageClassName") is None else None
        if found is not None:
            spec["storageClassName"] = found["metadata"]["name"]
