"""Network namespaces: one for each pod, and one in which the lab's Services listen for all of them.

Each pod is joined to the lab's namespace by a veth pair and a route to its address. All addresses lie in 127.0.0.0/8,
so the kernel is told that only 127.0.0.0/16 means the machine itself (`route_localnet`, and a narrower local route).
"""

import contextlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from oakum.lab.node.sandbox import system
from oakum.lab.node.sandbox.netlink import netlink

_OWN = "/proc/self/ns/net"


@dataclass(frozen=True, slots=True)
class PodNetwork:
    """A pod's namespace by its descriptor; `link` is the interface in the lab's namespace, empty when it has none."""

    namespace: int
    address: str
    link: str


class Networks:
    """The namespaces of a lab's pods. Made in the process and namespace that the Services are to listen in."""

    def __init__(self, services: str, services_length: int) -> None:
        self._own = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
        self._pods: dict[str, PodNetwork] = {}
        self._count = 0
        with netlink() as link:
            link.set_up("lo")
        self.joined = True
        try:
            narrow_loopback()
            with netlink() as link:
                link.add_local(services, services_length)
            _write_setting("net/ipv4/ip_forward", "1")
        except OSError:
            # Pods then have a loopback of their own, and the lab reaches them; they do not reach one another.
            self.joined = False

    def add(self, pod: str, address: str) -> PodNetwork:
        """A namespace for a pod, with its loopback up and, where possible, a way to the Services and other pods."""
        name = f"pod{self._count}"
        self._count += 1
        system.unshare(system.CLONE_NEWNET)
        try:
            namespace = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
            with netlink() as link:
                link.set_up("lo")
            with contextlib.suppress(OSError):
                _write_setting("net/ipv4/ip_unprivileged_port_start", "0")
                _write_setting("net/ipv4/ping_group_range", "0 2147483647")
        finally:
            system.setns(self._own, system.CLONE_NEWNET)
        joined = self.joined and self._join(name, namespace, address)
        self._pods[pod] = PodNetwork(namespace, address, name if joined else "")
        return self._pods[pod]

    def remove(self, pod: str) -> None:
        """Forget a pod's namespace; the kernel removes it with its last process and socket."""
        network = self._pods.pop(pod, None)
        if network is None:
            return
        if network.link:
            with contextlib.suppress(OSError), netlink() as link:
                link.remove_link(network.link)
        os.close(network.namespace)

    def namespace(self, pod: str) -> int | None:
        """The descriptor of a pod's namespace."""
        network = self._pods.get(pod)
        return network.namespace if network else None

    def dial(self, pod: str, port: int, datagrams: bool) -> socket.socket:
        """A socket connected to a port of a pod, opened inside its namespace. Raises OSError as connect(2) does."""
        network = self._pods[pod]
        with self.inside(network.namespace):
            return connected(network.address if network.link else "127.0.0.1", port, datagrams)

    def bind(self, address: str, port: int, datagrams: bool) -> socket.socket:
        """A socket in the lab's namespace that all pods reach: listening, or for datagrams."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
        if not datagrams:
            bound.listen(128)
        return bound

    def _join(self, name: str, namespace: int, address: str) -> bool:
        with netlink() as link:
            try:
                link.add_veth(name, "eth0", namespace)
            except OSError:
                return False
            link.set_up(name)
            _write_setting(f"net/ipv4/conf/{name}/route_localnet", "1")
            # A pod takes every address to be on its link: this side answers for the other pods, and at once.
            _write_setting(f"net/ipv4/conf/{name}/proxy_arp", "1")
            _write_setting(f"net/ipv4/neigh/{name}/proxy_delay", "0")
            link.add_route(name, address, 32)
        with self.inside(namespace):
            narrow_loopback()
            with netlink() as link:
                link.set_up("eth0")
                link.add_address("eth0", address)
                link.add_route("eth0", "0.0.0.0", 0, address)
        return True

    @contextlib.contextmanager
    def inside(self, namespace: int) -> Iterator[None]:
        """Be in another network namespace for the length of a `with` block."""
        system.setns(namespace, system.CLONE_NEWNET)
        try:
            yield
        finally:
            system.setns(self._own, system.CLONE_NEWNET)


def narrow_loopback() -> None:
    """In the network namespace of this thread: only 127.0.0.0/16 means the machine itself. Raises OSError."""
    _write_setting("net/ipv4/conf/all/route_localnet", "1")
    with netlink() as link:
        link.add_local("127.0.0.0", 16)
        link.remove_local("127.0.0.0", 8)


def connected(address: str, port: int, datagrams: bool) -> socket.socket:
    """A TCP or UDP socket connected to a loopback address. Raises OSError."""
    connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM)
    try:
        # On a loopback this ends at once, either way; the limit is for a full accept queue.
        connection.settimeout(1)
        connection.connect((address, port))
    except OSError:
        connection.close()
        raise
    return connection


def _write_setting(path: str, value: str) -> None:
    with open(f"/proc/sys/{path}", "w") as file:
        file.write(value)
