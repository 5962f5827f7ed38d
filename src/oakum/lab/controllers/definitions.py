"""CustomResourceDefinitions that are deleted: first their objects, then they themselves."""

from collections.abc import Iterator, Mapping

from oakum.lab.api.calls import DeleteOptions
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.definitions import CLEANUP, KEY
from oakum.lab.api.status import ApiError
from oakum.lab.controllers.manager import Key, Keys, itself
from oakum.lab.store import Obj


class Definitions:
    """Deletes the objects of a definition that is being deleted, and lets it go when none is left."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Definitions, and objects of those that are being deleted."""
        return {KEY: itself, "*": self._of_object}

    def _of_object(self, obj: Obj) -> Iterator[Key]:
        group = (obj.get("apiVersion") or "").rpartition("/")[0]
        resource = self._cluster.catalog.of_kind(group, obj.get("kind") or "")
        if resource is not None and resource.custom is not None:
            found = self._cluster.store.find(KEY, resource.key)
            if found is not None and found["metadata"].get("deletionTimestamp"):
                yield "", resource.key

    def reconcile(self, key: Key) -> None:
        """Delete what is left of a definition that is being deleted."""
        found = self._cluster.store.find(KEY, key[1])
        if found is None or not found["metadata"].get("deletionTimestamp"):
            return
        resource = self._cluster.catalog.of_key(key[1])
        left = self._cluster.store.list(key[1]).items if resource else []
        for obj in left:
            metadata = obj["metadata"]
            if resource and not metadata.get("deletionTimestamp"):
                try:
                    self._cluster.delete(resource, metadata["name"], metadata.get("namespace", ""), DeleteOptions())
                except ApiError as error:
                    if error.code != 404:
                        raise
        if not self._cluster.store.list(key[1]).items:
            self._cluster.remove_finalizer(self._cluster.resource(KEY), found, CLEANUP)
