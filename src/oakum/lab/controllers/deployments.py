"""Deployments: a ReplicaSet for each revision of the template, replaced one by the other."""

from collections.abc import Mapping
from datetime import timedelta

from oakum.lab.api import clock
from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.controllers import pods, rollout
from oakum.lab.controllers.conditions import condition, with_condition, without
from oakum.lab.controllers.manager import Key, Keys, itself, owner_of_kind
from oakum.lab.controllers.owning import adopt, owned, reference
from oakum.lab.controllers.replica_sets import write_status
from oakum.lab.events import Recorder
from oakum.lab.store import NotFound, Obj, clone

REVISION = "deployment.kubernetes.io/revision"
_OPTIONS = Options(manager="kube-controller-manager")
_COMPONENT = "deployment-controller"
_SETS = "replicasets.apps"


class Deployments:
    """Rolls Deployments out: rolling update or recreate, pause, revisions, history, progress deadline."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._events = Recorder(cluster, _COMPONENT)
        self._resource = cluster.resource("deployments.apps")

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Its own kind, ReplicaSets, and pods (by way of their ReplicaSet)."""
        return {self._resource.key: itself, _SETS: owner_of_kind("Deployment"), "pods": self._of_pod}

    def _of_pod(self, pod: Obj) -> list[Key]:
        namespace = pod["metadata"].get("namespace", "")
        found: list[Key] = []
        for _, name in owner_of_kind("ReplicaSet")(pod):
            owner = self._cluster.store.find(_SETS, name, namespace)
            found += owner_of_kind("Deployment")(owner) if owner else []
        return found

    def reconcile(self, key: Key) -> float | None:
        """Take the next step of a roll-out, then write the status."""
        found = self._cluster.store.find(self._resource.key, key[1], key[0])
        if found is None:
            return None
        sets = adopt(self._cluster.store, _SETS, self._resource, found)
        new = rollout.matching(found, sets)
        if not found["metadata"].get("deletionTimestamp"):
            if found["spec"].get("paused"):
                self._scale(found, new)
            elif self._is_clear(found, new):
                new = self._new_set(found, sets, new)
                self._scale(found, new)
            self._clean(found, new)
        return self._report(found, new)

    def _sets(self, found: Obj, new: Obj | None) -> tuple[Obj | None, list[Obj]]:
        """The stored sets: the new one, and the old ones, oldest first."""
        sets = owned(self._cluster.store, _SETS, found)
        name = new["metadata"]["name"] if new else None
        current = next((each for each in sets if each["metadata"]["name"] == name), None)
        old = [each for each in sets if each["metadata"]["name"] != name]
        return current, sorted(old, key=lambda each: (each["metadata"]["creationTimestamp"], rollout.revision(each)))

    def _is_clear(self, found: Obj, new: Obj | None) -> bool:
        """Whether the new set may have pods: with the strategy Recreate, once all old pods are gone."""
        if found["spec"]["strategy"]["type"] != "Recreate":
            return True
        _, old = self._sets(found, new)
        for each in old:
            if each["spec"]["replicas"]:
                self._resize(found, each, 0)
        store = self._cluster.store
        return all(pods.is_over(pod) for each in old for pod in owned(store, "pods", each))

    def _new_set(self, found: Obj, sets: list[Obj], new: Obj | None) -> Obj | None:
        old = [each for each in sets if new is None or each["metadata"]["uid"] != new["metadata"]["uid"]]
        highest = max((rollout.revision(each) for each in old), default=0) + 1
        if new is None:
            new = self._create(found, old, highest)
        number = max(highest, rollout.revision(new))
        self._annotate(found, new, number)
        return self._cluster.store.find(_SETS, new["metadata"]["name"], new["metadata"]["namespace"])

    def _create(self, found: Obj, old: list[Obj], revision: int) -> Obj:
        body = rollout.new_set(found, reference(self._resource, found), revision)
        body["spec"]["replicas"] = rollout.first_size(found, old)
        name = body["metadata"]["name"]
        created = self._cluster.create(self._cluster.resource(_SETS), body, found["metadata"]["namespace"], _OPTIONS)
        self._progress(found, "NewReplicaSetCreated", f'Created new replica set "{name}"')
        if created["spec"]["replicas"]:
            self._tell(found, f"Scaled up replica set {name} from 0 to {created['spec']['replicas']}")
        return created

    def _annotate(self, found: Obj, new: Obj, revision: int) -> None:
        """Give the new set and the Deployment the revision; the set also the Deployment's annotations."""
        metadata = new["metadata"]
        extra = rollout.annotations(found, revision)

        def mark(obj: Obj) -> None:
            obj["metadata"]["annotations"] = {**(obj["metadata"].get("annotations") or {}), **extra}

        self._cluster.store.mutate(_SETS, metadata["name"], metadata["namespace"], mark)
        if (found["metadata"].get("annotations") or {}).get(REVISION) != str(revision):
            patch = {"metadata": {"annotations": {REVISION: str(revision)}}}
            where = (found["metadata"]["name"], patch, "merge", found["metadata"]["namespace"])
            self._cluster.patch(self._resource, *where, _OPTIONS, "status")

    def _scale(self, found: Obj, new: Obj | None) -> None:
        """Resize the sets as the strategy allows with the pods that are there now."""
        current, old = self._sets(found, new)
        if found["spec"]["strategy"]["type"] == "Recreate" and not found["spec"].get("paused"):
            if current is not None:
                self._resize(found, current, found["spec"]["replicas"])
            return
        for each, size in rollout.sizes(found, current, old):
            self._resize(found, each, size)

    def _resize(self, found: Obj, each: Obj, size: int) -> None:
        metadata, before = each["metadata"], each["spec"]["replicas"]
        extra = rollout.size_annotations(found)

        def change(obj: Obj) -> None:
            obj["metadata"]["annotations"] = {**(obj["metadata"].get("annotations") or {}), **extra}
            if obj["spec"]["replicas"] != size:
                obj["spec"]["replicas"] = size
                obj["metadata"]["generation"] = obj["metadata"].get("generation", 1) + 1

        try:
            self._cluster.store.mutate(_SETS, metadata["name"], metadata["namespace"], change)
        except NotFound:
            return
        if before != size:
            direction = "up" if size > before else "down"
            self._tell(found, f"Scaled {direction} replica set {metadata['name']} from {before} to {size}")

    def _tell(self, found: Obj, message: str) -> None:
        self._events.normal(found, "ScalingReplicaSet", message)

    def _clean(self, found: Obj, new: Obj | None) -> None:
        """Delete old, empty sets beyond the history limit, once the roll-out is complete."""
        current, old = self._sets(found, new)
        if current is None or not rollout.is_complete(found, rollout.counted(current, old)):
            return
        idle = [each for each in old if not each["spec"]["replicas"] and not (each["status"] or {}).get("replicas")]
        for each in idle[: max(0, len(idle) - found["spec"].get("revisionHistoryLimit", 10))]:
            metadata = each["metadata"]
            self._cluster.delete(
                self._cluster.resource(_SETS), metadata["name"], metadata["namespace"], DeleteOptions()
            )

    def _progress(self, found: Obj, reason: str, message: str, status: str = "True") -> None:
        stored = self._stored(found)
        if stored is None:
            return
        progressing = {"type": "Progressing", "status": status, "reason": reason, "message": message}
        state = clone(stored.get("status") or {})
        state["conditions"] = with_condition(state.get("conditions") or [], progressing, self._cluster.now(), True)
        write_status(self._cluster, self._resource.key, stored, state)

    def _stored(self, found: Obj) -> Obj | None:
        metadata = found["metadata"]
        return self._cluster.store.find(self._resource.key, metadata["name"], metadata["namespace"])

    def _report(self, found: Obj, new: Obj | None) -> float | None:
        stored = self._stored(found)
        if stored is None:
            return None
        current, old = self._sets(found, new)
        counts = rollout.counted(current, old)
        conditions = rollout.conditions(stored, counts, current, [*([current] if current else []), *old])
        state: Obj = {key: value for key, value in counts.items() if value or key == "terminatingReplicas"}
        state["observedGeneration"] = found["metadata"].get("generation", 1)
        if collisions := (stored.get("status") or {}).get("collisionCount"):
            state["collisionCount"] = collisions
        before = (stored.get("status") or {}).get("conditions") or []
        merged = before
        for each in conditions:
            merged = with_condition(merged, each, self._cluster.now(), True)
        if not any(each["type"] == "ReplicaFailure" for each in conditions):
            merged = without(merged, "ReplicaFailure")
        again = self._deadline(stored, merged, counts)
        if again is not None and again <= 0 and current is not None:
            name = current["metadata"]["name"]
            late = {
                "type": "Progressing",
                "status": "False",
                "reason": "ProgressDeadlineExceeded",
                "message": f'ReplicaSet "{name}" has timed out progressing.',
            }
            merged, again = with_condition(merged, late, self._cluster.now(), True), None
        if merged:
            state["conditions"] = merged
        write_status(self._cluster, self._resource.key, stored, state)
        return again

    def _deadline(self, stored: Obj, conditions: list[Obj], counts: Obj) -> float | None:
        """Seconds until a roll-out that makes no progress is late; None when nothing is awaited."""
        if rollout.is_complete(stored, counts) or stored["spec"].get("paused"):
            return None
        progressing = condition({"status": {"conditions": conditions}}, "Progressing")
        if progressing is None or progressing.get("reason") == "ProgressDeadlineExceeded":
            return None
        if progressing.get("reason") == "NewReplicaSetAvailable":
            return None
        since = clock.parsed(progressing["lastUpdateTime"])
        limit = timedelta(seconds=stored["spec"].get("progressDeadlineSeconds", 600))
        return (since + limit - self._cluster.now()).total_seconds()
