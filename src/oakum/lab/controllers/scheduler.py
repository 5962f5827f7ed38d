"""Binds pods to a node that is ready and fits."""

from collections.abc import Mapping

from oakum.kube.selector import Requirement
from oakum.lab.api.calls import Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.selectors import OPERATORS
from oakum.lab.api.status import ApiError
from oakum.lab.controllers import pods
from oakum.lab.controllers.conditions import condition, is_true, with_condition
from oakum.lab.controllers.manager import Key, Keys
from oakum.lab.events import Recorder
from oakum.lab.store import NotFound, Obj

_COMPONENT = "default-scheduler"
_MANAGER = "kube-scheduler"
_OPERATORS = {**OPERATORS, "Gt": ">", "Lt": "<"}


class Scheduler:
    """Looks at pods without a node: readiness, selectors, required affinity and taints decide; then the load."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._events = Recorder(cluster, _COMPONENT)

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Pods that wait, and nodes."""
        return {"pods": self._waiting, "nodes": self._all_waiting}

    def _waiting(self, pod: Obj) -> list[Key]:
        bound = pod["spec"].get("nodeName") or pod["spec"].get("schedulingGates")
        ours = pod["spec"].get("schedulerName", _COMPONENT) == _COMPONENT
        return [] if bound or not ours else [(pod["metadata"]["namespace"], pod["metadata"]["name"])]

    def _all_waiting(self, _: Obj) -> list[Key]:
        return [key for pod in self._cluster.store.list("pods").items for key in self._waiting(pod)]

    def reconcile(self, key: Key) -> None:
        """Bind the pod, or say why it waits."""
        pod = self._cluster.store.find("pods", key[1], key[0])
        if pod is None or not self._waiting(pod) or pods.is_leaving(pod) or pods.is_over(pod):
            return
        nodes = self._cluster.store.list("nodes").items
        problems = [_problem(pod, node) for node in nodes]
        fitting = [node for node, problem in zip(nodes, problems, strict=True) if not problem]
        if fitting:
            self._bind(pod, min(fitting, key=self._load)["metadata"]["name"])
        else:
            self._refuse(pod, [problem for problem in problems if problem])

    def _load(self, node: Obj) -> int:
        name = node["metadata"]["name"]
        return sum(pod["spec"].get("nodeName") == name for pod in self._cluster.store.list("pods").items)

    def _bind(self, pod: Obj, node: str) -> None:
        metadata = pod["metadata"]

        def change(obj: Obj) -> None:
            obj["spec"]["nodeName"] = node
            done = {"type": "PodScheduled", "status": "True"}
            conditions = obj["status"].get("conditions") or []
            obj["status"]["conditions"] = with_condition(conditions, done, self._cluster.now())

        try:
            self._cluster.store.mutate("pods", metadata["name"], metadata["namespace"], change)
        except NotFound:
            return
        where = f"{metadata['namespace']}/{metadata['name']}"
        message = f"Successfully assigned {where} to {node}"
        self._events.normal(pod, "Scheduled", message)

    def _refuse(self, pod: Obj, problems: list[str]) -> None:
        metadata = pod["metadata"]
        counts = {problem: problems.count(problem) for problem in sorted(set(problems))}
        if problems:
            reasons = ", ".join(f"{count} {problem}" for problem, count in counts.items())
            message = f"0/{len(problems)} nodes are available: {reasons}. {_no_help(len(problems))}"
        else:
            message = "no nodes available to schedule pods"
        waiting = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
        before = condition(pod, "PodScheduled") or {}
        if all(before.get(key) == value for key, value in waiting.items()):
            return
        if "generation" in metadata:
            waiting["observedGeneration"] = metadata["generation"]
        conditions = with_condition(pod["status"].get("conditions") or [], waiting, self._cluster.now())
        where = (metadata["name"], {"status": {"conditions": conditions}}, "merge", metadata["namespace"])
        try:
            self._cluster.patch(self._cluster.resource("pods"), *where, Options(manager=_MANAGER), "status")
        except ApiError as error:
            if error.code != 404:
                raise
            return
        self._events.warning(pod, "FailedScheduling", message)


def _no_help(nodes: int) -> str:
    """What the scheduler adds after it has looked for pods that could make room."""
    return (
        f"no new claims to deallocate, preemption: 0/{nodes} nodes are available: "
        f"{nodes} Preemption is not helpful for scheduling."
    )


def _problem(pod: Obj, node: Obj) -> str:
    """Why a pod cannot run on a node, in the scheduler's words; empty when it can."""
    spec, labels = pod["spec"], node["metadata"].get("labels") or {}
    if node["spec"].get("unschedulable"):
        return "node(s) were unschedulable"
    if not is_true(node, "Ready"):
        return "node(s) were not ready"
    if not (spec.get("nodeSelector") or {}).items() <= labels.items() or not _affine(spec, labels, node):
        return "node(s) didn't match Pod's node affinity/selector"
    for taint in node["spec"].get("taints") or []:
        if taint["effect"] != "PreferNoSchedule" and not any(_bears(t, taint) for t in spec.get("tolerations") or []):
            return "node(s) had untolerated taint(s)"
    return ""


def _affine(spec: Obj, labels: dict[str, str], node: Obj) -> bool:
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required is None:
        return True
    fields = {"metadata.name": node["metadata"]["name"]}
    return any(
        _all(term.get("matchExpressions"), labels) and _all(term.get("matchFields"), fields)
        for term in required.get("nodeSelectorTerms") or []
    )


def _all(expressions: list[Obj] | None, values: dict[str, str]) -> bool:
    return all(
        Requirement(each["key"], _OPERATORS[each["operator"]], tuple(each.get("values") or ())).matches(values)
        for each in expressions or []
    )


def _bears(toleration: Obj, taint: Obj) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if not toleration.get("key"):
        return toleration.get("operator") == "Exists"
    if toleration["key"] != taint["key"]:
        return False
    return toleration.get("operator") == "Exists" or toleration.get("value", "") == taint.get("value", "")
