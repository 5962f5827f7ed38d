"""What runs containers, behind one protocol: processes of the keeper, containers of Docker, or none (`simulated`)."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Any, Protocol

from oakum.lab.node.cgroups import Limits
from oakum.lab.node.images import Image
from oakum.lab.node.pull_secrets import PullSecrets
from oakum.lab.node.sandbox.roots import Mount


@dataclass(frozen=True, slots=True)
class Launch:
    """A process to start in a pod. `folder` is where a container's own files go; `annotations` are the pod's.

    `join` names the container that an executed command enters; then there is no image and there are no mounts.
    """

    name: str
    pod: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    directory: str
    user: int
    group: int
    groups: tuple[int, ...] = ()
    hostname: str = ""
    capabilities: int = 0
    gain_privileges: bool = True
    terminal: bool = False
    folder: Path = Path()
    image: Image | None = None
    readonly: bool = False
    mounts: tuple[Mount, ...] = ()
    join: str = ""
    limits: Limits = field(default_factory=Limits)
    annotations: dict[str, str] = field(default_factory=dict)


class Runtime(Protocol):
    """Starts and stops the processes of pods. All methods run on the lab's event loop.

    `on_end` is called with a process's name and exit code, negative for the signal that ended it. `first_id` is the
    user id outside of a container's user 0, or 0 when containers have the lab's own. `nameservers` are those of pods;
    none where they have others of the runtime's making.
    """

    on_end: Callable[[str, int], None]
    first_id: int
    nameservers: tuple[str, ...]

    async def start(self) -> None:
        """Get ready. Raises LabError when this machine refuses."""

    async def stop(self) -> None:
        """End every process."""

    async def pull(self, name: str, policy: str, secrets: PullSecrets) -> Image:
        """An image, ready to run. Raises PullFailed."""
        ...

    async def add_pod(self, pod: str, address: str, hostname: str) -> str:
        """Prepare a pod's network; the address that the pod then has, `address` unless the runtime chooses its own."""
        ...

    async def remove_pod(self, pod: str) -> None:
        """Undo `add_pod`."""

    async def run(self, launch: Launch, streams: list[int]) -> None:
        """Start a process; its input, output and errors are descriptors. Raises StartFailed."""

    def health(self, name: str) -> bool | None:
        """What the probes of a container would find; None where they are to be asked."""

    def out_of_memory(self, name: str) -> bool:
        """Whether a container that has ended went beyond its limit of memory."""
        ...

    async def signal(self, name: str, number: Signals) -> None:
        """Send a signal to a process; one that has ended is no error."""

    async def dial(self, pod: str, port: int, *, datagrams: bool = False) -> socket.socket:
        """A connection, or a connected socket for datagrams, to a port inside a pod. Raises OSError."""
        ...

    async def bind(self, address: str, port: int, *, datagrams: bool = False) -> socket.socket | None:
        """A socket that pods reach at a Service's address; None when pods reach nothing."""
        ...


def config_of(launch: Launch, root: dict[str, Any] | None) -> dict[str, Any]:
    """The launch as the keeper reads it (`sandbox.process.Process` in JSON)."""
    return {
        "arguments": list(launch.arguments),
        "environment": launch.environment,
        "folder": launch.directory,
        "user": launch.user,
        "group": launch.group,
        "groups": list(launch.groups),
        "hostname": launch.hostname,
        "capabilities": launch.capabilities,
        "gain_privileges": launch.gain_privileges,
        "terminal": launch.terminal,
        "root": root,
    }
