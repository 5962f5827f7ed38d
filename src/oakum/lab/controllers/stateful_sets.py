"""StatefulSets: numbered pods with their own claims, made and replaced in order."""

from collections.abc import Mapping

from oakum.lab.api.calls import Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.status import ApiError
from oakum.lab.controllers import pods
from oakum.lab.controllers.manager import Key, Keys, itself, owner_of_kind
from oakum.lab.controllers.owning import adopt, reference
from oakum.lab.controllers.replica_sets import write_status
from oakum.lab.controllers.revisions import Revisions
from oakum.lab.events import Recorder
from oakum.lab.store import Obj, clone

_COMPONENT = "statefulset-controller"
_OPTIONS = Options(manager="kube-controller-manager")
_REVISION = "controller-revision-hash"


class StatefulSets:
    """Keeps the pods `name-0` … `name-N` of each StatefulSet (OrderedReady and Parallel, partitions, OnDelete)."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._events = Recorder(cluster, _COMPONENT)
        self._resource = cluster.resource("statefulsets.apps")
        self._pods = cluster.resource("pods")
        self._revisions = Revisions(cluster, self._resource)

    @property
    def watches(self) -> Mapping[str, Keys]:
        """StatefulSets and their pods."""
        return {self._resource.key: itself, "pods": owner_of_kind("StatefulSet")}

    def reconcile(self, key: Key) -> float | None:
        """Take the next step, then write the status."""
        found = self._cluster.store.find(self._resource.key, key[1], key[0])
        if found is None or found["metadata"].get("deletionTimestamp"):
            return None
        update = self._revisions.of(found)
        current = (found.get("status") or {}).get("currentRevision") or update
        mine = {_ordinal(pod): pod for pod in adopt(self._cluster.store, "pods", self._resource, found)}
        self._step(found, mine, current, update)
        again = {_ordinal(pod): pod for pod in adopt(self._cluster.store, "pods", self._resource, found)}
        self._retain(found, again)
        self._report(found, list(again.values()), current, update)
        minimum = found["spec"].get("minReadySeconds", 0)
        waits = [pods.available_in(pod, minimum, self._cluster.now()) for pod in again.values()]
        return min((wait for wait in waits if wait), default=None)

    def _step(self, found: Obj, mine: dict[int, Obj], current: str, update: str) -> None:
        spec = found["spec"]
        first = (spec.get("ordinals") or {}).get("start", 0)
        wanted = range(first, first + spec["replicas"])
        ordered = spec.get("podManagementPolicy") != "Parallel"
        partition = ((spec.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition", 0)
        for ordinal in wanted:
            pod = mine.get(ordinal)
            if pod is not None and pods.is_over(pod) and not pods.is_leaving(pod):
                pods.remove(self._cluster, pod)
                return
            if pod is None:
                self._make(found, ordinal, update if ordinal >= partition else current)
            if ordered and (pod is None or not self._is_available(found, pod)):
                return
        surplus = sorted((ordinal for ordinal in mine if ordinal not in wanted), reverse=True)
        if surplus:
            self._shrink([mine[ordinal] for ordinal in surplus], ordered)
            return
        self._roll(found, [mine[ordinal] for ordinal in wanted if ordinal in mine], update, partition)

    def _is_available(self, found: Obj, pod: Obj) -> bool:
        wait = pods.available_in(pod, found["spec"].get("minReadySeconds", 0), self._cluster.now())
        return wait == 0 and not pods.is_leaving(pod)

    def _shrink(self, surplus: list[Obj], ordered: bool) -> None:
        for pod in surplus:
            if not pods.is_leaving(pod):
                pods.remove(self._cluster, pod)
            if ordered:
                return

    def _roll(self, found: Obj, mine: list[Obj], update: str, partition: int) -> None:
        """Replace the highest pod of an old revision, one at a time."""
        if (found["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
            return
        for pod in reversed(mine):
            if _ordinal(pod) < partition:
                return
            if pods.is_leaving(pod):
                return
            if (pod["metadata"].get("labels") or {}).get(_REVISION) != update:
                pods.remove(self._cluster, pod)
                return
            if not self._is_available(found, pod):
                return

    def _make(self, found: Obj, ordinal: int, revision: str) -> None:
        template = clone(self._revisions.template(found, revision))
        name = f"{found['metadata']['name']}-{ordinal}"
        self._claims(found, template, name)
        template["spec"]["hostname"] = name
        if found["spec"].get("serviceName"):
            template["spec"]["subdomain"] = found["spec"]["serviceName"]
        labels = {
            _REVISION: revision,
            "statefulset.kubernetes.io/pod-name": name,
            "apps.kubernetes.io/pod-index": str(ordinal),
        }
        try:
            pods.make(self._cluster, self._resource, found, template, name=name, labels=labels)
        except ApiError as error:
            if error.reason == "AlreadyExists":
                return
            message = f"create Pod {name} in StatefulSet {found['metadata']['name']} failed error: {error}"
            self._events.warning(found, "FailedCreate", message)
            raise
        message = f"create Pod {name} in StatefulSet {found['metadata']['name']} successful"
        self._events.normal(found, "SuccessfulCreate", message)

    def _claims(self, found: Obj, template: Obj, pod: str) -> None:
        """Create the pod's own claims and mount them in place of the templates."""
        namespace = found["metadata"]["namespace"]
        for claim in found["spec"].get("volumeClaimTemplates") or []:
            name = f"{claim['metadata']['name']}-{pod}"
            volume = {"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": name}}
            others = [each for each in template["spec"].get("volumes") or [] if each["name"] != volume["name"]]
            template["spec"]["volumes"] = [*others, volume]
            if self._cluster.store.find("persistentvolumeclaims", name, namespace) is None:
                labels = (found["spec"]["selector"] or {}).get("matchLabels") or {}
                metadata = {**claim["metadata"], "name": name, "labels": labels}
                body = {"metadata": metadata, "spec": clone(claim["spec"])}
                self._cluster.create(self._cluster.resource("persistentvolumeclaims"), body, namespace, _OPTIONS)

    def _retain(self, found: Obj, mine: dict[int, Obj]) -> None:
        """Have the claims of pods owned by whatever they are to end with: the set, a pod too many, or nothing."""
        policy = found["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
        first = (found["spec"].get("ordinals") or {}).get("start", 0)
        kept = range(first, first + found["spec"]["replicas"])
        for ordinal, pod in mine.items():
            owners = []
            if policy.get("whenScaled") == "Delete" and ordinal not in kept:
                owners.append(reference(self._pods, pod))
            elif policy.get("whenDeleted") == "Delete":
                owners.append(reference(self._resource, found))
            for claim in found["spec"].get("volumeClaimTemplates") or []:
                self._give(f"{claim['metadata']['name']}-{pod['metadata']['name']}", found, owners, pod)

    def _give(self, name: str, found: Obj, owners: list[Obj], pod: Obj) -> None:
        """Put `owners` in the place of the set and the pod among those of a claim."""
        namespace, ours = found["metadata"]["namespace"], {found["metadata"]["uid"], pod["metadata"]["uid"]}
        claim = self._cluster.store.find("persistentvolumeclaims", name, namespace)
        if claim is None:
            return
        before = claim["metadata"].get("ownerReferences") or []
        wanted = [each for each in before if each["uid"] not in ours] + owners
        if wanted != before:
            change = {"ownerReferences": wanted}
            self._cluster.store.mutate(
                "persistentvolumeclaims", name, namespace, lambda obj: obj["metadata"].update(change)
            )

    def _report(self, found: Obj, mine: list[Obj], current: str, update: str) -> None:
        spec = found["spec"]
        alive = [pod for pod in mine if not pods.is_over(pod)]
        ready = [pod for pod in alive if pods.is_ready(pod)]
        fresh = [pod for pod in alive if (pod["metadata"].get("labels") or {}).get(_REVISION) == update]
        available = [pod for pod in ready if self._is_available(found, pod)]
        if len(fresh) == spec["replicas"] == len(alive) and len(ready) == spec["replicas"]:
            current = update
        old = [pod for pod in alive if (pod["metadata"].get("labels") or {}).get(_REVISION) == current]
        counts = {"readyReplicas": len(ready), "currentReplicas": len(old), "updatedReplicas": len(fresh)}
        state: Obj = {"replicas": len(alive), "availableReplicas": len(available), "collisionCount": 0}
        state |= {key: value for key, value in counts.items() if value}
        state["observedGeneration"] = found["metadata"].get("generation", 1)
        state |= {"currentRevision": current, "updateRevision": update}
        write_status(self._cluster, self._resource.key, found, state)
        self._revisions.clean(found, {current, update})


def _ordinal(pod: Obj) -> int:
    text = pod["metadata"]["name"].rpartition("-")[2]
    return int(text) if text.isdigit() else -1
