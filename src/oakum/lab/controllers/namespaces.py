"""Namespaces: what every one contains, and how one ends."""

from collections.abc import Iterator, Mapping

from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.kinds import Resource
from oakum.lab.api.status import ApiError
from oakum.lab.controllers.conditions import with_condition
from oakum.lab.controllers.manager import Key, Keys, itself
from oakum.lab.store import Obj

_OPTIONS = Options(manager="kube-controller-manager")
CA = "kube-root-ca.crt"


def _namespace_itself(obj: Obj) -> list[Key]:
    return [("", obj["metadata"]["name"])]


def _namespace_of(obj: Obj) -> list[Key]:
    return [("", obj["metadata"]["namespace"])]


class Accounts:
    """The ServiceAccount `default` and the ConfigMap with the server's certificate authority, in every namespace."""

    def __init__(self, cluster: Cluster, authority: str) -> None:
        self._cluster = cluster
        self._authority = authority

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Namespaces, and the two kinds, in case somebody deletes them."""
        return {"namespaces": _namespace_itself, "serviceaccounts": _namespace_of, "configmaps": self._of_config}

    def _of_config(self, obj: Obj) -> list[Key]:
        return _namespace_of(obj) if obj["metadata"]["name"] == CA else []

    def reconcile(self, key: Key) -> None:
        """Create what is missing."""
        found = self._cluster.store.find("namespaces", key[1])
        if found is None or found["metadata"].get("deletionTimestamp"):
            return
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        about = (
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as "
            "the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of "
            "Kubernetes clusters."
        )
        metadata = {"name": CA, "annotations": {"kubernetes.io/description": about}}
        bundle = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"ca.crt": self._authority}}
        self._ensure("serviceaccounts", account, key[1])
        self._ensure("configmaps", bundle, key[1])

    def _ensure(self, key: str, obj: Obj, namespace: str) -> None:
        if self._cluster.store.find(key, obj["metadata"]["name"], namespace) is None:
            self._cluster.create(self._cluster.resource(key), obj, namespace, _OPTIONS)


class Namespaces:
    """Empties a namespace that is being deleted, and lets it go when nothing is left."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Namespaces, and everything inside one that is ending."""
        return {"namespaces": itself, "*": self._of_content}

    def _of_content(self, obj: Obj) -> Iterator[Key]:
        name = obj["metadata"].get("namespace")
        found = self._cluster.store.find("namespaces", name) if name else None
        if found is not None and found["metadata"].get("deletionTimestamp"):
            yield "", found["metadata"]["name"]

    def reconcile(self, key: Key) -> None:
        """Delete the contents; when there are none any more, finish the namespace."""
        found = self._cluster.store.find("namespaces", key[1])
        if found is None or not found["metadata"].get("deletionTimestamp"):
            return
        for resource in self._resources():
            self._empty(resource, key[1])
        left = self._left(key[1])
        if left:
            self._report(found, left)
            return
        self._finish(found)

    def _finish(self, found: Obj) -> None:
        kept = [name for name in found["spec"].get("finalizers") or [] if name != "kubernetes"]
        name = found["metadata"]["name"]
        body = {**found, "spec": {**found["spec"], "finalizers": kept}}
        self._cluster.update(self._cluster.resource("namespaces"), name, body, "", _OPTIONS, "finalize")

    def _resources(self) -> list[Resource]:
        by_key = {item.key: item for item in self._cluster.catalog if item.namespaced and "delete" in item.verbs}
        return list(by_key.values())

    def _empty(self, resource: Resource, namespace: str) -> None:
        for obj in self._cluster.store.list(resource.key, namespace).items:
            if obj["metadata"].get("deletionTimestamp"):
                continue
            try:
                options = DeleteOptions(propagation="Background")
                self._cluster.delete(resource, obj["metadata"]["name"], namespace, options)
            except ApiError as error:
                if error.code != 404:
                    raise

    def _left(self, namespace: str) -> dict[str, int]:
        counts = {item.key: len(self._cluster.store.list(item.key, namespace).items) for item in self._resources()}
        return {key: count for key, count in counts.items() if count}

    def _report(self, found: Obj, left: dict[str, int]) -> None:
        listed = ", ".join(f"{key}. has {count} resource instances" for key, count in sorted(left.items()))
        remaining = {
            "type": "NamespaceContentRemaining",
            "status": "True",
            "reason": "SomeResourcesRemain",
            "message": f"Some resources are remaining: {listed}",
        }

        def change(obj: Obj) -> None:
            conditions = obj["status"].get("conditions") or []
            obj["status"]["conditions"] = with_condition(conditions, remaining, self._cluster.now())

        self._cluster.store.mutate("namespaces", found["metadata"]["name"], "", change)
