"""Waiting that will not end well: pods that cannot start, with the reason and their last words.

Not in the reference; used where the caller asks to fail early. The kinds below that the reference does not wait for
are judged only then, too.
"""
from __future__ import annotations

from collections.abc import Sequence

from oakum.deploy.resource import Resource
from oakum.deploy.wait.builtin import Rule, View, number
from oakum.deploy.wait.state import State, conditions, ok, ongoing, required, spec, status, unobserved
from oakum.errors import KubeError
from oakum.kube.client import Client

HOPELESS = frozenset({"ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CrashLoopBackOff",
                      "CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
LOG_LINES = 5
# What a kubelet answers, with status 200, in place of the log of a run that it has cleaned away.
GONE = "unable to retrieve container logs for "


def why_stuck(resources: Sequence[Resource]) -> tuple[str, Resource, str] | None:
    """The first object that cannot go on: the reason, the object, and the container that it is about (may be empty)."""
    for r in resources:
        if r.kind == "Pod":
            found = _pod(r)
            if found is not None:
                return found[0], r, found[1]
        for c in conditions(r):
            failed = c.get("type") == "ReplicaFailure" and c.get("status") == "True"
            if failed and "exceeded quota" in str(c.get("message")):
                return str(c["message"]), r, ""
    return None


def _pod(r: Resource) -> tuple[str, str] | None:
    for group in ("initContainerStatuses", "containerStatuses"):
        for container in status(r).get(group) or []:
            state = container.get("state") or {}
            waiting = state.get("waiting") or {}
            if waiting.get("reason") in HOPELESS:
                message = f": {waiting['message']}" if waiting.get("message") else ""
                return f"{waiting['reason']}{message}", str(container.get("name", ""))
            # Newer kubelets say CrashLoopBackOff for a moment only; in between they tell how the last run ended.
            status_code = (state.get("terminated") or {}).get("exitCode")
            if status_code and container.get("restartCount"):
                return f"failed again after a restart (exit status {status_code})", str(container.get("name", ""))
    for c in conditions(r):
        if c.get("type") == "PodScheduled" and c.get("reason") == "Unschedulable":
            return f"Unschedulable: {c.get('message', '')}", ""
    return None


def last_words(client: Client, pod: Resource, container: str) -> list[str]:
    """The last lines that a container wrote before it ended; none where they cannot be had."""
    if pod.kind != "Pod" or not container:
        return []
    for previous in (True, False):
        try:
            stream = client.log(pod.name, pod.namespace, container, follow=False, lines=LOG_LINES, previous=previous)
            lines = [line.decode("utf-8", "replace") for line in stream.lines()]
        except KubeError:
            continue
        if lines and not lines[0].startswith(GONE):
            return lines
    return []


def replica_set(view: View) -> State:
    """apps/v1 ReplicaSet."""
    r = view.resource
    behind = unobserved(r)
    if behind:
        return behind
    missing = number(r, "spec", "replicas") - number(r, "status", "readyReplicas")
    return ongoing(f"Waiting for {missing} replicas to be ready") if missing > 0 else ok()


def claim(view: View) -> State:
    """v1 PersistentVolumeClaim: bound, or left to the first pod that uses it."""
    phase = status(view.resource).get("phase")
    if phase == "Bound" or spec(view.resource).get("storageClassName") in (None, ""):
        return ok()
    return ongoing(f"Waiting for the claim to be bound (phase {phase or 'unknown'})")


def ingress(view: View) -> State:
    """networking.k8s.io/v1 Ingress with a class: its controller has given it an address."""
    if not spec(view.resource).get("ingressClassName"):
        return ok()
    addresses = (status(view.resource).get("loadBalancer") or {}).get("ingress")
    return ok() if addresses else ongoing("Waiting for an address")


def conditional(view: View) -> State:
    """Objects that say by a condition `Ready` or `Available` whether they are."""
    names = {c.get("type") for c in conditions(view.resource)}
    wanted = next((n for n in ("Ready", "Available") if n in names), None)
    return required(view.resource, wanted) if wanted else ok()


MORE_RULES: dict[tuple[str, str], Rule] = {
    ("apps/v1", "ReplicaSet"): Rule(replica_set, (("v1", "Pod"),)),
    ("v1", "PersistentVolumeClaim"): Rule(claim),
    ("networking.k8s.io/v1", "Ingress"): Rule(ingress),
}
