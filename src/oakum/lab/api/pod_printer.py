"""The table of pods: ready containers, what the pod is doing, restarts."""

from datetime import datetime
from typing import Any

from oakum.lab.api import clock
from oakum.lab.api.columns import AGE, NAME, NONE, Column, look, text, wide
from oakum.lab.store import Obj


def _statuses(pod: Obj, key: str) -> list[Obj]:
    found: list[Obj] = look(pod, f"status.{key}", [])
    return found


def _ready(pod: Obj, _: datetime) -> str:
    sidecars = _sidecars(pod)
    beside = [each for each in _statuses(pod, "initContainerStatuses") if each["name"] in sidecars]
    ready = sum(bool(each.get("ready")) for each in _statuses(pod, "containerStatuses") + beside)
    return f"{ready}/{len(look(pod, 'spec.containers', [])) + len(sidecars)}"


def _sidecars(pod: Obj) -> set[str]:
    """The init containers that go on running beside the others."""
    return {each["name"] for each in look(pod, "spec.initContainers", []) if each.get("restartPolicy") == "Always"}


def status(pod: Obj, _: datetime) -> str:
    """What a pod is doing: its phase, or the reason of the first container that explains it."""
    reason = look(pod, "status.reason") or look(pod, "status.phase", "Unknown")
    starting = _init_reason(pod)
    reason = starting or _container_reason(pod, reason)
    if pod["metadata"].get("deletionTimestamp"):
        return "Unknown" if look(pod, "status.reason") == "NodeLost" else "Terminating"
    return str(reason)


def _init_reason(pod: Obj) -> str:
    total, sidecars = len(look(pod, "spec.initContainers", [])), _sidecars(pod)
    for index, each in enumerate(_statuses(pod, "initContainerStatuses")):
        state = each.get("state") or {}
        ended, waiting = state.get("terminated"), state.get("waiting") or {}
        if ended is not None and not ended.get("exitCode"):
            continue
        if each["name"] in sidecars and each.get("started"):
            continue
        if ended is not None:
            return f"Init:{ended.get('reason') or _ending(ended)}"
        if waiting.get("reason") and waiting["reason"] != "PodInitializing":
            return f"Init:{waiting['reason']}"
        return f"Init:{index}/{total}"
    return ""


def _ending(ended: Obj) -> str:
    return f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended.get('exitCode', 0)}"


def _container_reason(pod: Obj, reason: str) -> str:
    running = False
    for each in reversed(_statuses(pod, "containerStatuses")):
        state = each.get("state") or {}
        waiting, ended = state.get("waiting") or {}, state.get("terminated")
        if waiting.get("reason"):
            reason = waiting["reason"]
        elif ended is not None:
            reason = ended.get("reason") or _ending(ended)
        elif each.get("ready") and state.get("running") is not None:
            running = True
    if reason == "Completed" and running:
        ready = any(c["type"] == "Ready" and c["status"] == "True" for c in look(pod, "status.conditions", []))
        return "Running" if ready else "NotReady"
    return reason


def _restarts(pod: Obj, now: datetime) -> str:
    found = _statuses(pod, "containerStatuses") + _statuses(pod, "initContainerStatuses")
    total = sum(each.get("restartCount", 0) for each in found)
    ends = [look(each, "lastState.terminated.finishedAt") for each in found]
    last = max((end for end in ends if end), default="")
    return f"{total} ({clock.age(last, now)} ago)" if total and last else str(total)


def _gates(pod: Obj, _: datetime) -> Any:
    gates = look(pod, "spec.readinessGates", [])
    if not gates:
        return NONE
    true = {each["type"] for each in look(pod, "status.conditions", []) if each["status"] == "True"}
    return f"{sum(gate['conditionType'] in true for gate in gates)}/{len(gates)}"


POD = [
    NAME,
    Column("Ready", _ready),
    Column("Status", status),
    Column("Restarts", _restarts),
    AGE,
    wide("IP", text("status.podIP", NONE)),
    wide("Node", text("spec.nodeName", NONE)),
    wide("Nominated Node", text("status.nominatedNodeName", NONE)),
    wide("Readiness Gates", _gates),
]
