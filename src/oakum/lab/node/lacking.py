"""What a pod asks for and this lab's node does not give. The pod runs without it, and an event says so."""

from collections.abc import Iterator
from typing import Any

_OF_POD = {
    "shareProcessNamespace": "the containers of a pod do not see one another's processes (shareProcessNamespace)",
    "hostNetwork": "the pod has a network of its own and not the host's (hostNetwork)",
    "hostPID": "the pod does not see the host's processes (hostPID)",
    "hostIPC": "the pod does not share the host's memory (hostIPC)",
}


def missing(spec: dict[str, Any]) -> Iterator[str]:
    """A sentence for each thing that a pod's `spec` asks for in vain."""
    for name, told in _OF_POD.items():
        if spec.get(name):
            yield f"this lab: {told}"
    for volume in spec.get("volumes") or []:
        empty = volume.get("emptyDir") or {}
        if empty.get("medium") == "Memory":
            yield f'this lab: volume "{volume["name"]}" is a folder on disk and not in memory'
        if empty.get("sizeLimit") not in (None, "0"):
            yield f'this lab: the sizeLimit of volume "{volume["name"]}" is not enforced'
    for container in spec.get("ephemeralContainers") or []:
        if container.get("targetContainerName"):
            told = f"does not see the processes of {container['targetContainerName']}"
            yield f'this lab: container "{container["name"]}" {told}'
