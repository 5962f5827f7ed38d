"""What a rule says of an object."""
from __future__ import annotations

from oakum.dataclass import dataclass
from oakum.deploy.resource import Resource
from oakum.parts import mapping, mappings, text, texts
from oakum.typing import Any


@dataclass(frozen=True)
class State:
    """`done` and `successful` are the verdict; `unblock` lets dependents go on although it is not done."""

    done: bool = False
    successful: bool = False
    message: str = ""
    unblock: bool = False

    @property
    def word(self) -> str:
        """ok, fail or ongoing."""
        return ("ok" if self.successful else "fail") if self.done else "ongoing"


def ok(message: str = "") -> State:
    """Done and successful."""
    return State(True, True, message)


def fail(message: str) -> State:
    """Done, and will not get better."""
    return State(True, False, message)


def ongoing(message: str) -> State:
    """Not done yet."""
    return State(message=message)


def status(resource: Resource) -> dict[str, Any]:
    """The object's status, empty when it has none."""
    return mapping(resource.body.get("status"))


def is_running(resource: Resource) -> bool:
    """Whether it is a pod whose processes have begun: they may end the moment after."""
    return resource.kind == "Pod" and status(resource).get("phase") == "Running"


def spec(resource: Resource) -> dict[str, Any]:
    """The object's spec, empty when it has none."""
    return mapping(resource.body.get("spec"))


def conditions(resource: Resource) -> list[dict[str, Any]]:
    """The object's conditions, in order."""
    return mappings(status(resource).get("conditions"))


def containers(pod: Resource) -> list[dict[str, Any]]:
    """The states of a pod's containers, those that run first at the front."""
    groups = ("initContainerStatuses", "containerStatuses")
    return [container for group in groups for container in mappings(status(pod).get(group))]


def unobserved(resource: Resource) -> State | None:
    """Ongoing while the controller has not seen the present generation of the spec, else None."""
    generation = resource.metadata.get("generation") or 0
    if generation != (status(resource).get("observedGeneration") or 0):
        return ongoing(f"Waiting for generation {generation} to be observed")
    return None


def deleting(resource: Resource) -> State | None:
    """Ongoing while the cluster deletes the object, else None."""
    if not resource.deleting:
        return None
    finalizers = texts(resource.metadata.get("finalizers"))
    return ongoing(f"Waiting on finalizers: {', '.join(finalizers)}" if finalizers else "Deleting")


def required(resource: Resource, *types: str) -> State:
    """Ok when each of the conditions is True."""
    found = {text(c.get("type")): text(c.get("status")) for c in conditions(resource)}
    for wanted in types:
        if wanted not in found:
            return ongoing(f"Condition {wanted} is not set")
        if found[wanted] != "True":
            return ongoing(f"Condition {wanted} is not True ({found[wanted]})")
    return ok()
