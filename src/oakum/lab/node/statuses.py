"""A pod's status, made of its containers' states as a kubelet makes it (Kubernetes core/v1: PodStatus)."""

from collections.abc import Sequence
from typing import Any

from oakum.lab.network import NODE_IP
from oakum.lab.store import Obj

Status = dict[str, Any]


def waiting(reason: str, message: str = "") -> Status:
    """The state of a container that does not run yet."""
    state = {"reason": reason} | ({"message": message} if message else {})
    return {"waiting": state}


def initial(container: dict[str, Any], reason: str) -> Status:
    """The status of a container before anything has happened to it."""
    return {
        "name": container["name"],
        "state": waiting(reason),
        "lastState": {},
        "ready": False,
        "restartCount": 0,
        "image": container["image"],
        "imageID": "",
        "started": False,
    }


def phase(pod: Obj, main: Sequence[Status], init: Sequence[Status]) -> str:
    """The pod's phase."""
    policy = pod["spec"].get("restartPolicy", "Always")
    sidecars = _sidecars(pod)
    failed_init = any(
        status["name"] not in sidecars and _exit_code(status) not in (None, 0) and policy == "Never" for status in init
    )
    if failed_init:
        return "Failed"
    if all("terminated" in status["state"] for status in main) and main:
        codes = [_exit_code(status) for status in main]
        if policy == "Never" or (policy == "OnFailure" and not any(codes)):
            return "Failed" if any(codes) else "Succeeded"
    begun = any("running" in status["state"] or status["restartCount"] or status["lastState"] for status in main)
    ended = any("terminated" in status["state"] for status in main)
    return "Running" if begun or ended else "Pending"


def pod_status(
    pod: Obj,
    address: str,
    main: Sequence[Status],
    init: Sequence[Status],
    old: Status,
    now: str,
    failure: tuple[str, str] | None = None,
) -> Status:
    """The whole status of a pod on this node at the time `now`; conditions that have not changed keep their times.

    `failure` is the reason and the message for which the pod has failed as a whole, whatever its containers did.
    """
    stated = "Failed" if failure else phase(pod, main, init)
    status: Status = {
        "phase": stated,
        "conditions": _conditions(pod, stated, main, init, address, old.get("conditions") or [], now),
        "hostIP": NODE_IP,
        "hostIPs": [{"ip": NODE_IP}],
        "startTime": old.get("startTime") or now,
        "qosClass": old.get("qosClass") or "BestEffort",
        "containerStatuses": sorted(main, key=lambda each: str(each["name"])),
    }
    if failure:
        status["reason"], status["message"] = failure
    if address:
        status |= {"podIP": address, "podIPs": [{"ip": address}]}
    if init:
        status["initContainerStatuses"] = list(init)
    if "generation" in pod["metadata"]:
        status["observedGeneration"] = pod["metadata"]["generation"]
    return status


def _conditions(
    pod: Obj, stated: str, main: Sequence[Status], init: Sequence[Status], address: str, old: list[Status], now: str
) -> list[Status]:
    sidecars = _sidecars(pod)
    unready = [status["name"] for status in main if not status["ready"]]
    unready += [status["name"] for status in init if status["name"] in sidecars and not status["ready"]]
    incomplete = [
        status["name"]
        for status in init
        if (not status["started"] if status["name"] in sidecars else _exit_code(status) != 0)
    ]
    over = stated in ("Succeeded", "Failed")
    ready: tuple[bool, str, str] = (not unready, "", "")
    if over:
        ready = (False, "PodCompleted" if stated == "Succeeded" else "PodFailed", "")
    elif unready:
        ready = (False, "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]")
    initialized: tuple[bool, str, str] = (True, "PodCompleted" if stated == "Succeeded" else "", "")
    if incomplete and stated != "Succeeded":
        message = f"containers with incomplete status: [{' '.join(incomplete)}]"
        initialized = (False, "ContainersNotInitialized", message)
    wanted = {
        "PodReadyToStartContainers": (bool(address) and not over, "", ""),
        "Initialized": initialized,
        "Ready": _gated(pod, ready, old),
        "ContainersReady": ready,
        "PodScheduled": (True, "", ""),
    }
    known = {condition["type"]: condition for condition in old}
    found = [_condition(pod, kind, value, known.get(kind), now) for kind, value in wanted.items()]
    return found + [condition for condition in old if condition["type"] not in wanted]


def _gated(pod: Obj, ready: tuple[bool, str, str], old: list[Status]) -> tuple[bool, str, str]:
    """Readiness gates: conditions that somebody else sets."""
    gates = [gate["conditionType"] for gate in pod["spec"].get("readinessGates") or []]
    true = {condition["type"] for condition in old if condition["status"] == "True"}
    missing = [gate for gate in gates if gate not in true]
    if not ready[0] or not missing:
        return ready
    return False, "ReadinessGatesNotReady", f"the status of pod readiness gate {missing[0]!r} is not True"


def _condition(pod: Obj, kind: str, value: tuple[bool, str, str], old: Status | None, now: str) -> Status:
    state, reason, message = value
    status = "True" if state else "False"
    same = old is not None and old["status"] == status
    condition: Status = {"type": kind, "status": status, "lastProbeTime": None}
    condition["lastTransitionTime"] = old["lastTransitionTime"] if old is not None and same else now
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message
    if "generation" in pod["metadata"]:
        condition["observedGeneration"] = pod["metadata"]["generation"]
    return condition


def _sidecars(pod: Obj) -> set[str]:
    init = pod["spec"].get("initContainers") or []
    return {container["name"] for container in init if container.get("restartPolicy") == "Always"}


def _exit_code(status: Status) -> int | None:
    ended = status["state"].get("terminated")
    return ended["exitCode"] if ended else None
