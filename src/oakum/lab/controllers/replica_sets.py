"""ReplicaSets (and ReplicationControllers): as many pods as asked for."""

from collections.abc import Mapping

from oakum.lab.api.calls import Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.status import ApiError
from oakum.lab.controllers import pods
from oakum.lab.controllers.conditions import condition, with_condition, without
from oakum.lab.controllers.manager import Key, Keys, itself, owner_of_kind
from oakum.lab.controllers.owning import adopt
from oakum.lab.events import Recorder
from oakum.lab.store import Obj

_COMPONENTS = {"replicasets.apps": "replicaset-controller", "replicationcontrollers": "replication-controller"}
_ALWAYS = ("replicas", "terminatingReplicas")
BURST = 500
"""Pods made or removed in one go."""


class ReplicaSets:
    """Keeps the number of pods of each ReplicaSet, and tells in its status how they are."""

    def __init__(self, cluster: Cluster, key: str = "replicasets.apps") -> None:
        self._cluster = cluster
        self._events = Recorder(cluster, _COMPONENTS[key])
        self._resource = cluster.resource(key)

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Its own kind and pods."""
        return {self._resource.key: itself, "pods": owner_of_kind(self._resource.kind.name)}

    def reconcile(self, key: Key) -> float | None:
        """Make or remove pods, then write the status."""
        found = self._cluster.store.find(self._resource.key, key[1], key[0])
        if found is None:
            return None
        spec = found["spec"]
        labels = spec.get("selector")
        owner = found if self._resource.group else {**found, "spec": {**spec, "selector": {"matchLabels": labels}}}
        mine = adopt(self._cluster.store, "pods", self._resource, owner)
        running = pods.active(mine)
        failure = None
        if not found["metadata"].get("deletionTimestamp"):
            failure = self._scale(found, running)
            mine = adopt(self._cluster.store, "pods", self._resource, owner)
        again = self._write_status(found, pods.active(mine), sum(map(pods.is_leaving, mine)), failure)
        if failure is not None:
            raise failure
        return again

    def _scale(self, found: Obj, running: list[Obj]) -> ApiError | None:
        wanted = found["spec"].get("replicas", 1)
        missing = wanted - len(running)
        for _ in range(min(missing, BURST)):
            try:
                pod = pods.make(self._cluster, self._resource, found, found["spec"]["template"])
            except ApiError as error:
                self._tell(found, "Warning", "FailedCreate", f"Error creating: {error}")
                return error
            self._tell(found, "Normal", "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")
        for pod in sorted(running, key=pods.dispensable)[: max(0, -missing)]:
            pods.remove(self._cluster, pod)
            self._tell(found, "Normal", "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")
        return None

    def _tell(self, found: Obj, kind: str, reason: str, message: str) -> None:
        self._events.record(found, kind, reason, message)

    def _write_status(self, found: Obj, running: list[Obj], leaving: int, failure: ApiError | None) -> float | None:
        now, minimum = self._cluster.now(), found["spec"].get("minReadySeconds", 0)
        waits = [pods.available_in(pod, minimum, now) for pod in running]
        labels = (found["spec"]["template"].get("metadata") or {}).get("labels") or {}
        counts = {
            "replicas": len(running),
            "fullyLabeledReplicas": sum(labels.items() <= (p["metadata"].get("labels") or {}).items() for p in running),
            "readyReplicas": sum(wait is not None for wait in waits),
            "availableReplicas": sum(wait == 0 for wait in waits),
            "observedGeneration": found["metadata"].get("generation", 1),
            "terminatingReplicas": leaving,
        }
        status: Obj = {key: value for key, value in counts.items() if value or key in _ALWAYS}
        if not self._resource.group:
            del status["terminatingReplicas"]
        conditions = (found.get("status") or {}).get("conditions") or []
        if failure is not None:
            failed = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": str(failure)}
            # The first message stays: each attempt names another pod, and rewriting it would never settle.
            if condition(found, "ReplicaFailure") is None:
                conditions = with_condition(conditions, failed, now)
        else:
            conditions = without(conditions, "ReplicaFailure")
        if conditions:
            status["conditions"] = conditions
        write_status(self._cluster, self._resource.key, found, status)
        return min((wait for wait in waits if wait), default=None)


def write_status(cluster: Cluster, key: str, found: Obj, status: Obj) -> None:
    """Write an object's status through the API when it differs; an object that has gone is fine."""
    metadata = found["metadata"]
    stored = cluster.store.find(key, metadata["name"], metadata.get("namespace", ""))
    if stored is None or stored["metadata"]["uid"] != metadata["uid"] or stored.get("status") == status:
        return
    body = {**stored, "status": status, "metadata": {**stored["metadata"]}}
    where = (metadata["name"], body, metadata.get("namespace", ""))
    cluster.update(cluster.resource(key), *where, Options(manager="kube-controller-manager"), "status")
