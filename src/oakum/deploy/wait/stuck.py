"""Waiting that will not end well: pods that cannot start, with the reason and their last words.

Not in the reference; used where the caller asks to fail early. The kinds below that the reference does not wait for
are judged only then, too.
"""
from __future__ import annotations

from collections.abc import Sequence

from oakum.dataclass import dataclass
from oakum.deploy.resource import Resource, parse_time
from oakum.deploy.wait import shapes
from oakum.deploy.wait.builtin import Rule, View, number
from oakum.deploy.wait.state import (
    State,
    conditions,
    containers,
    is_running,
    ok,
    ongoing,
    required,
    spec,
    status,
    unobserved,
)
from oakum.errors import KubeError
from oakum.kube.client import Client
from oakum.kube.kinds import ResourceType
from oakum.parts import mapping, text
from oakum.typing import Any

HOPELESS = frozenset({"ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CrashLoopBackOff",
                      "CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
WORKLOADS = frozenset({"Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"})
TOLD_BY_EVENTS = frozenset({"DaemonSet", "Job", "StatefulSet"})
EVENTS = ResourceType("", "v1", "events", "Event", True)
QUOTA = "exceeded quota"
LOG_LINES = 5
# What a kubelet answers, with status 200, in place of the log of a run that it has cleaned away.
GONE = "unable to retrieve container logs for "


@dataclass(frozen=True)
class Stuck:
    """The object that cannot go on, why, and the container that it is about (may be empty)."""

    reason: str
    culprit: Resource
    container: str = ""


def why_stuck(resources: Sequence[Resource]) -> Stuck | None:
    """The first object that cannot go on."""
    for r in resources:
        if r.kind == "Pod":
            found = _pod(r)
            if found is not None:
                return found
        for c in conditions(r):
            failed = c.get("type") == "ReplicaFailure" and c.get("status") == "True"
            if failed and QUOTA in text(c.get("message")):
                return Stuck(text(c["message"]), r)
    return None


def refused(client: Client, owner: Resource, since: float) -> Stuck | None:
    """The same for those whose pods a quota does not let in, and who tell only by an event; not one from before."""
    if owner.kind not in TOLD_BY_EVENTS:
        return None
    selector = f"involvedObject.uid={owner.uid},reason=FailedCreate"
    try:
        events = client.list(EVENTS, owner.namespace, fields=selector).items
    except KubeError:
        return None
    for event in events:
        message, at = text(event.get("message")), _seconds(event.get("lastTimestamp") or event.get("eventTime"))
        if QUOTA in message and at > since - 1:
            return Stuck(message, owner)
    return None


def _seconds(at: Any) -> float:
    """A time of the server's since the epoch; that of the epoch where it is none."""
    try:
        return parse_time(text(at)).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def who_failed(resources: Sequence[Resource]) -> Stuck | None:
    """The newest pod that failed, by its container that did."""
    pods = sorted((r for r in resources if r.kind == "Pod"), key=lambda r: str(r.metadata.get("creationTimestamp")))
    for pod in reversed(pods):
        for container in containers(pod):
            code = mapping(mapping(container.get("state")).get("terminated")).get("exitCode")
            if code:
                return Stuck(f"exit status {code}", pod, text(container.get("name")))
    return None


def may_yet_fail(resource: Resource) -> bool:
    """Whether an object that is ready has processes that may end the moment after they have begun."""
    return resource.kind in WORKLOADS or is_running(resource)


def _pod(r: Resource) -> Stuck | None:
    for container in containers(r):
        state, name = mapping(container.get("state")), text(container.get("name"))
        waiting = mapping(state.get("waiting"))
        if text(waiting.get("reason")) in HOPELESS:
            message = f": {waiting['message']}" if waiting.get("message") else ""
            return Stuck(f"{waiting['reason']}{message}", r, name)
        # Newer kubelets say CrashLoopBackOff for a moment only; in between they tell how the last run ended.
        code = mapping(state.get("terminated")).get("exitCode")
        if code and container.get("restartCount"):
            return Stuck(f"failed again after a restart (exit status {code})", r, name)
    for c in conditions(r):
        if c.get("type") == "PodScheduled" and c.get("reason") == "Unschedulable":
            return Stuck(f"Unschedulable: {c.get('message', '')}", r)
    return None


def last_words(client: Client, stuck: Stuck) -> list[str]:
    """The last lines that a container wrote before it ended, behind its name; none where they cannot be had."""
    pod, container = stuck.culprit, stuck.container
    if pod.kind != "Pod" or not container:
        return []
    for previous in (True, False):
        try:
            stream = client.log(pod.name, pod.namespace, container, follow=False, lines=LOG_LINES, previous=previous)
            lines = [line.decode("utf-8", "replace") for line in stream.lines()]
        except KubeError:
            continue
        if lines and not lines[0].startswith(GONE):
            return [f"{container} | {line}" for line in lines]
    return []


def replica_set(view: View) -> State:
    """apps/v1 ReplicaSet."""
    r = view.resource
    behind = unobserved(r)
    if behind:
        return behind
    missing = number(spec(r), "replicas") - number(status(r), "readyReplicas")
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
    """Objects that say by a condition `Ready` or `Available` whether they are; what else they say has any shape."""
    names = {text(c.get("type")) for c in conditions(view.resource)}
    wanted = next((n for n in ("Ready", "Available") if n in names), None)
    return required(view.resource, wanted) if wanted else ok()


MORE_RULES: dict[tuple[str, str], Rule] = {
    ("apps/v1", "ReplicaSet"): Rule(replica_set, shapes.REPLICA_SET, (("v1", "Pod"),)),
    ("v1", "PersistentVolumeClaim"): Rule(claim, shapes.CLAIM),
    ("networking.k8s.io/v1", "Ingress"): Rule(ingress, shapes.INGRESS),
}
