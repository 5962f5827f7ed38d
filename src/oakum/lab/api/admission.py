"""What is decided about a write beside the object itself: namespaces, defaults of the cluster, limits, quotas."""

from collections.abc import Callable
from dataclasses import dataclass

from oakum.lab.api import clock, status
from oakum.lab.api.calls import Options
from oakum.lab.api.kinds import Catalog, Resource
from oakum.lab.store import Obj, Store


@dataclass(frozen=True, slots=True)
class Operation:
    """One write: `CREATE`, `UPDATE` or `DELETE` of `obj`; `old` is the stored object."""

    verb: str
    resource: Resource
    obj: Obj
    old: Obj | None
    options: Options
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Admission:
    """The plugins in order; each edits the object in place or raises ApiError."""

    store: Store
    catalog: Catalog
    now: clock.Clock
    mutating: "tuple[Plugin, ...]" = ()
    validating: "tuple[Plugin, ...]" = ()

    def enter(self, operation: Operation) -> None:
        """Check that the namespace of a new object is there and stays; raises ApiError 404 or 403."""
        namespace = operation.obj["metadata"].get("namespace", "")
        if operation.verb != "CREATE" or not operation.resource.namespaced or not namespace:
            return
        found = self.store.find("namespaces", namespace)
        if found is None:
            raise status.not_found("namespaces", "", namespace)
        if found["metadata"].get("deletionTimestamp"):
            raise _terminating(operation, namespace)

    def mutate(self, operation: Operation) -> None:
        """Let the mutating plugins edit the object."""
        for plugin in self.mutating:
            plugin(self.store, operation)

    def validate(self, operation: Operation) -> None:
        """Let the validating plugins refuse."""
        for plugin in self.validating:
            plugin(self.store, operation)


Plugin = Callable[[Store, Operation], None]


def _terminating(operation: Operation, namespace: str) -> status.ApiError:
    resource = operation.resource
    detail = f"unable to create new content in namespace {namespace} because it is being terminated"
    error = status.refused(resource.plural, resource.group, operation.obj["metadata"].get("name") or "", detail)
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }
    error.details = {**(error.details or {}), "causes": [cause]}
    return error
