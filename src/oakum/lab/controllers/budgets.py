"""Numbers that follow from others: the status of PodDisruptionBudgets and of ResourceQuotas."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from oakum.lab.api import selectors
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.plugins.quotas import usage
from oakum.lab.api.quantity import like
from oakum.lab.controllers import pods
from oakum.lab.controllers.conditions import with_condition
from oakum.lab.controllers.manager import Key, Keys, itself
from oakum.lab.controllers.owning import controller_of, selected
from oakum.lab.controllers.replica_sets import write_status
from oakum.lab.store import Obj

_BUDGETS, _QUOTAS = "poddisruptionbudgets.policy", "resourcequotas"
_KINDS = {"ReplicaSet": "replicasets.apps", "StatefulSet": "statefulsets.apps"}


class Budgets:
    """How many pods of each PodDisruptionBudget are healthy, and how many may be evicted."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Budgets and the pods that they select."""
        return {_BUDGETS: itself, "pods": self._of_pod}

    def _of_pod(self, pod: Obj) -> Iterator[Key]:
        for budget in self._cluster.store.list(_BUDGETS, pod["metadata"]["namespace"]).items:
            wanted = selectors.of_object(budget["spec"].get("selector"))
            if wanted is not None and selectors.selects(wanted, pod["metadata"].get("labels")):
                yield from itself(budget)

    def reconcile(self, key: Key) -> None:
        """Count and write."""
        budget = self._cluster.store.find(_BUDGETS, key[1], key[0])
        if budget is None:
            return
        spec = budget["spec"]
        mine = pods.active(selected(self._cluster.store, "pods", key[0], spec.get("selector")))
        expected = (
            self._expected(mine) if "maxUnavailable" in spec or isinstance(spec.get("minAvailable"), str) else len(mine)
        )
        if "maxUnavailable" in spec:
            desired = max(0, expected - _share(spec["maxUnavailable"], expected))
        else:
            desired = _share(spec.get("minAvailable", 0), expected)
        healthy = sum(map(pods.is_ready, mine))
        allowed = max(0, healthy - desired) if expected else 0
        verdict = {"type": "DisruptionAllowed", "status": str(allowed > 0), "message": ""}
        verdict["reason"] = "SufficientPods" if allowed else "InsufficientPods"
        verdict["observedGeneration"] = budget["metadata"].get("generation", 1)
        state: Obj = {
            "conditions": with_condition(
                (budget.get("status") or {}).get("conditions") or [], verdict, self._cluster.now()
            ),
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "disruptionsAllowed": allowed,
            "expectedPods": expected,
            "observedGeneration": budget["metadata"].get("generation", 1),
        }
        write_status(self._cluster, _BUDGETS, budget, state)

    def _expected(self, mine: list[Obj]) -> int:
        """The number of pods that the pods' owners ask for."""
        owners: dict[str, int] = {}
        for pod in mine:
            owner = controller_of(pod)
            key = _KINDS.get((owner or {}).get("kind", ""))
            found = (
                self._cluster.store.find(key, owner["name"], pod["metadata"]["namespace"]) if owner and key else None
            )
            if found is not None:
                owners[found["metadata"]["uid"]] = found["spec"].get("replicas", 1)
        return sum(owners.values()) or len(mine)


def _share(value: Any, total: int) -> int:
    return math.ceil(int(value.rstrip("%")) * total / 100) if isinstance(value, str) else int(value)


class Quotas:
    """What is used of each ResourceQuota."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Quotas, and everything in a namespace that has some."""
        return {_QUOTAS: itself, "*": self._of_namespace}

    def _of_namespace(self, obj: Obj) -> Iterator[Key]:
        namespace = obj["metadata"].get("namespace")
        for quota in self._cluster.store.list(_QUOTAS, namespace).items if namespace else ():
            yield from itself(quota)

    def reconcile(self, key: Key) -> None:
        """Count and write."""
        quota = self._cluster.store.find(_QUOTAS, key[1], key[0])
        if quota is not None:
            hard = quota["spec"].get("hard") or {}
            used = {name: like(value, hard[name]) for name, value in usage(self._cluster.store, quota).items()}
            write_status(self._cluster, _QUOTAS, quota, {"hard": hard, "used": used})
