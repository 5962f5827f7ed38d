"""A runtime without processes, for tests of what stands above it: containers do what an annotation of the pod says."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from signal import Signals

from oakum.lab.network import DNS_SERVICE_IP
from oakum.lab.node.errors import PullFailed, StartFailed
from oakum.lab.node.images import Image
from oakum.lab.node.pull_secrets import PullSecrets
from oakum.lab.node.runtime import Launch

BEHAVIOUR = "lab.oakum.dev/simulate"
"""Annotation of a pod: `run` (the default), `unready` (runs, and no probe succeeds), `succeed`, `fail`, `hang` (ignores
SIGTERM), or `refuse` (never starts)."""

_UNPULLABLE = "unpullable"
_EXIT_CODES = {"succeed": 0, "fail": 1}


class Simulated:
    """See `runtime.Runtime`. An image whose name contains `unpullable` cannot be pulled."""

    def __init__(self) -> None:
        self.on_end: Callable[[str, int], None] = lambda name, code: None
        self.first_id = 0
        self.nameservers: tuple[str, ...] = (DNS_SERVICE_IP,)
        self._running: dict[str, str] = {}

    async def start(self) -> None:
        """Nothing to get ready."""

    async def stop(self) -> None:
        """Nothing to end."""
        self._running.clear()

    async def pull(self, name: str, policy: str, secrets: PullSecrets) -> Image:
        """An image of no files."""
        if _UNPULLABLE in name:
            raise PullFailed("ErrImagePull", f'failed to pull and unpack image "{name}": not found')
        return Image(name, f"{name}@sha256:{'0' * 64}", {"config": {"Cmd": ["simulated"]}}, Path("/nonexistent"))

    async def add_pod(self, pod: str, address: str, hostname: str) -> str:
        """Pods have no network."""
        return address

    async def remove_pod(self, pod: str) -> None:
        """Pods have no network."""

    async def run(self, launch: Launch, streams: list[int]) -> None:
        """Start, and end at once where the pod's annotation says so."""
        behaviour = launch.annotations.get(BEHAVIOUR, "run")
        if behaviour == "refuse":
            raise StartFailed('exec: "simulated": refused')
        self._running[launch.name] = behaviour
        if behaviour in _EXIT_CODES:
            asyncio.get_running_loop().call_soon(self._end, launch.name, _EXIT_CODES[behaviour])

    def health(self, name: str) -> bool | None:
        """Every probe succeeds, unless the annotation says that none does."""
        return self._running.get(name) != "unready"

    def out_of_memory(self, name: str) -> bool:
        """Nothing is used."""
        return False

    async def signal(self, name: str, number: Signals) -> None:
        """End a container, unless it hangs and may."""
        behaviour = self._running.get(name)
        if behaviour is not None and (number == Signals.SIGKILL or behaviour != "hang"):
            self._end(name, -number)

    async def dial(self, pod: str, port: int, *, datagrams: bool = False) -> socket.socket:
        """Nothing listens in a simulated pod."""
        raise ConnectionRefusedError(111, "the pod is simulated")

    async def bind(self, address: str, port: int, *, datagrams: bool = False) -> socket.socket | None:
        """Pods reach nothing."""
        return None

    def _end(self, name: str, code: int) -> None:
        if self._running.pop(name, None) is not None:
            self.on_end(name, code)
