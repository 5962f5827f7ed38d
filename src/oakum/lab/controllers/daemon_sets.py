"""DaemonSets: a pod on every node that fits."""

from collections.abc import Iterable, Mapping

from oakum.lab.api.cluster import Cluster
from oakum.lab.controllers import pods
from oakum.lab.controllers.manager import Key, Keys, itself, owner_of_kind
from oakum.lab.controllers.owning import adopt
from oakum.lab.controllers.replica_sets import write_status
from oakum.lab.controllers.revisions import Revisions
from oakum.lab.store import Obj, clone

_REVISION = "controller-revision-hash"
_TAINTS = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)


class DaemonSets:
    """Keeps one pod of each DaemonSet on each node, and replaces old ones one by one."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._resource = cluster.resource("daemonsets.apps")
        self._revisions = Revisions(cluster, self._resource)

    @property
    def watches(self) -> Mapping[str, Keys]:
        """DaemonSets, their pods, and nodes."""
        return {self._resource.key: itself, "pods": owner_of_kind("DaemonSet"), "nodes": self._all}

    def _all(self, _: Obj) -> Iterable[Key]:
        return [key for each in self._cluster.store.list(self._resource.key).items for key in itself(each)]

    def reconcile(self, key: Key) -> float | None:
        """Make and replace pods, then write the status."""
        found = self._cluster.store.find(self._resource.key, key[1], key[0])
        if found is None or found["metadata"].get("deletionTimestamp"):
            return None
        revision = self._revisions.of(found)
        nodes = [node["metadata"]["name"] for node in self._nodes(found)]
        by_node: dict[str, Obj] = {}
        for pod in adopt(self._cluster.store, "pods", self._resource, found):
            target = _target(pod)
            if target not in nodes or target in by_node or pods.is_over(pod):
                if not pods.is_leaving(pod):
                    pods.remove(self._cluster, pod)
            else:
                by_node[target] = pod
        self._make(found, [node for node in nodes if node not in by_node], revision)
        self._roll(found, list(by_node.values()), revision)
        self._report(found, nodes, revision)
        return None

    def _nodes(self, found: Obj) -> list[Obj]:
        wanted = found["spec"]["template"]["spec"].get("nodeSelector") or {}
        nodes = self._cluster.store.list("nodes").items
        return [node for node in nodes if wanted.items() <= (node["metadata"].get("labels") or {}).items()]

    def _make(self, found: Obj, nodes: list[str], revision: str) -> None:
        for node in nodes:
            template = clone(found["spec"]["template"])
            field = {"key": "metadata.name", "operator": "In", "values": [node]}
            terms = {"nodeSelectorTerms": [{"matchFields": [field]}]}
            affinity = template["spec"].setdefault("affinity", {}).setdefault("nodeAffinity", {})
            affinity["requiredDuringSchedulingIgnoredDuringExecution"] = terms
            added = [{"effect": effect, "key": key, "operator": "Exists"} for key, effect in _TAINTS]
            template["spec"]["tolerations"] = [*(template["spec"].get("tolerations") or []), *added]
            labels = {_REVISION: revision.rpartition("-")[2], "pod-template-generation": "1"}
            pods.make(self._cluster, self._resource, found, template, labels=labels)

    def _roll(self, found: Obj, mine: list[Obj], revision: str) -> None:
        if found["spec"]["updateStrategy"]["type"] != "RollingUpdate" or any(map(pods.is_leaving, mine)):
            return
        mark = revision.rpartition("-")[2]
        for pod in mine:
            if pod["metadata"]["labels"].get(_REVISION) != mark:
                pods.remove(self._cluster, pod)
                return
            if not pods.is_ready(pod):
                return

    def _report(self, found: Obj, nodes: list[str], revision: str) -> None:
        mark = revision.rpartition("-")[2]
        mine = pods.active(adopt(self._cluster.store, "pods", self._resource, found))
        ready = sum(pods.is_ready(pod) for pod in mine)
        updated = sum(pod["metadata"]["labels"].get(_REVISION) == mark for pod in mine)
        state: Obj = {
            "currentNumberScheduled": len({_target(pod) for pod in mine}),
            "desiredNumberScheduled": len(nodes),
            "numberMisscheduled": 0,
            "numberReady": ready,
            "observedGeneration": found["metadata"].get("generation", 1),
        }
        extra = {
            "numberAvailable": ready,
            "numberUnavailable": len(nodes) - ready,
            "updatedNumberScheduled": updated,
        }
        state |= {key: value for key, value in extra.items() if value}
        write_status(self._cluster, self._resource.key, found, state)
        self._revisions.clean(found, {revision})


def _target(pod: Obj) -> str:
    """The node that a daemon's pod is for, also before it is bound."""
    if node := pod["spec"].get("nodeName"):
        return str(node)
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    for term in required.get("nodeSelectorTerms") or []:
        for field in term.get("matchFields") or []:
            return str(field["values"][0])
    return ""
