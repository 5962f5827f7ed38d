"""The network of a lab's pods in the engine: a bridge of its own, and for root a way from pods to the lab's Services.

Services have loopback addresses (`oakum.lab.network`). Their sockets for pods are in the network namespace of a
container on the bridge, and a pod's loopback is narrowed so that packets to them leave the pod, to that container.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oakum.lab.network import SERVICE_RANGE
from oakum.lab.node.docker import pause
from oakum.lab.node.docker.creation import sandbox_of
from oakum.lab.node.docker.engine import Engine, EngineError
from oakum.lab.node.sandbox import system
from oakum.lab.node.sandbox.netlink import netlink
from oakum.lab.node.sandbox.pods import narrow_loopback

_INTERFACE = "eth0"
_RANGE = (str(SERVICE_RANGE.network_address), SERVICE_RANGE.prefixlen)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A container that holds a network namespace: its id, its process as the host numbers it, its address."""

    identity: str
    process: int
    address: str


class Network:
    """A bridge with the name and labels of a lab's. Methods block; `refusal` says why pods do not reach Services."""

    def __init__(self, engine: Engine, name: str, image: str, labels: dict[str, str]) -> None:
        self.refusal = ""
        self._engine = engine
        self._name = name
        self._image = image
        self._labels = labels
        self._services: Sandbox | None = None

    @property
    def joined(self) -> bool:
        """Whether pods reach Services."""
        return self._services is not None and not self.refusal

    def make(self) -> None:
        """Make it. Raises EngineError, also where its addresses are not on this machine."""
        wanted = {"Name": self._name, "Driver": "bridge", "Labels": self._labels}
        made = self._engine.call("POST", "/networks/create", wanted)
        found: dict[str, Any] = self._engine.call("GET", f"/networks/{made['Id']}")
        gateway = str(found["IPAM"]["Config"][0]["Gateway"]).partition("/")[0]
        try:
            with socket.socket() as tried:
                tried.bind((gateway, 0))
        except OSError as error:
            reason = "its networks are not on this machine, as those of a virtual machine or a rootless engine"
            raise EngineError(f"the Docker engine at {self._engine.path}: {reason}") from error
        self._services = self.add("services", "services", self._labels)
        try:
            with _inside(self._services):
                narrow_loopback()
                with netlink() as link:
                    link.add_local(*_RANGE)
        except OSError as error:
            self.refusal = f"entering the network of a container: {error.strerror or error}"

    def add(self, name: str, hostname: str, labels: dict[str, str]) -> Sandbox:
        """Start a container that holds a network namespace. Raises EngineError."""
        wanted = sandbox_of(self._image, pause.PROGRAM, hostname, self._name, labels)
        made = self._engine.call("POST", "/containers/create", wanted, name=f"{self._name}-{name}")
        path = f"/containers/{made['Id']}"
        self._engine.call("POST", f"{path}/start")
        found = self._engine.call("GET", f"{path}/json")
        address = found["NetworkSettings"]["Networks"][self._name]["IPAddress"]
        sandbox = Sandbox(made["Id"], found["State"]["Pid"], address)
        if self.joined:
            _join(sandbox)
        return sandbox

    def bind(self, address: str, port: int, datagrams: bool) -> socket.socket | None:
        """A socket that pods reach at a Service's address; None when they reach nothing. Raises OSError."""
        if self._services is None or not self.joined:
            return None
        with _inside(self._services):
            bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setblocking(False)
        bound.bind((address, port))
        if not datagrams:
            bound.listen(128)
        return bound


def _join(pod: Sandbox) -> None:
    """Lead a pod to the Services: the container whose addresses they are answers for them on the bridge."""
    try:
        with _inside(pod):
            narrow_loopback()
            with netlink() as link:
                link.add_route(_INTERFACE, *_RANGE)
    except OSError as error:
        raise EngineError(f"giving the pod a way to the Services: {error}") from error


@contextlib.contextmanager
def _inside(sandbox: Sandbox) -> Iterator[None]:
    """Have this thread in a sandbox's network namespace for the length of a `with` block. Raises OSError."""
    with open(f"/proc/{sandbox.process}/ns/net") as there, open("/proc/thread-self/ns/net") as here:
        system.setns(there.fileno(), system.CLONE_NEWNET)
        try:
            yield
        finally:
            system.setns(here.fileno(), system.CLONE_NEWNET)


async def dial(address: str, port: int, datagrams: bool) -> socket.socket:
    """A socket connected to a pod's port. Raises OSError."""
    connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        await asyncio.wait_for(asyncio.get_running_loop().sock_connect(connection, (address, port)), 1)
    except BaseException:
        connection.close()
        raise
    return connection
