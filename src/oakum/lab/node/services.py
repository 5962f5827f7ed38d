"""Services made to answer: their cluster IPs and node ports on the host's loopback, and for pods inside their network.

A cluster IP is a loopback address (see `oakum.lab.network`), so a listening socket is all that it takes on the host.
"""

import asyncio
import contextlib
import errno
import logging
import random
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from oakum.lab.api.cluster import Cluster
from oakum.lab.network import DNS_SERVICE_IP
from oakum.lab.node.datagrams import Relay
from oakum.lab.node.dns import Names, serve_names
from oakum.lab.node.node import Node
from oakum.lab.node.splice import splice
from oakum.lab.store import NotFound, Obj, Watch

UNPRIVILEGED = 8000
"""Ports below 1024 are root's on most hosts: for others the port 80 of a Service answers at 8080 of its address."""

_SLICES = "endpointslices.discovery.k8s.io"
_SERVICE_LABEL = "kubernetes.io/service-name"
_DOMAIN = 53
_PATIENCE = 1.0
_PAUSE = 0.05
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a Service: where connections come in, and by which name its endpoints list the target."""

    namespace: str
    service: str
    name: str
    address: str
    port: int
    inside: bool = True
    datagrams: bool = False

    def __str__(self) -> str:
        return f"{self.namespace}/{self.service} at {self.address}:{self.port}"


def _listener(port: Port) -> socket.socket:
    """A socket at a Service's port; where that is for root only, at the one `UNPRIVILEGED` above it. Raises OSError."""
    try:
        return _bound(port, port.port)
    except PermissionError:
        _LOG.info("Service %s answers on port %d: lower ones are root's here", port, port.port + UNPRIVILEGED)
        return _bound(port, port.port + UNPRIVILEGED)


def _bound(port: Port, number: int) -> socket.socket:
    if not port.datagrams:
        return socket.create_server((port.address, number), backlog=128)
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        bound.bind((port.address, number))
    except OSError:
        bound.close()
        raise
    return bound


class ServiceProxy:
    """Keeps listening for the Services of a cluster; connections go to ready pods of the node.

    `api` is where the API server listens: the Service `default/kubernetes` leads there.
    """

    def __init__(self, cluster: Cluster, node: Node, api: tuple[str, int]) -> None:
        self._cluster = cluster
        self._node = node
        self._api = api
        self._outside: dict[Port, asyncio.Server | Relay] = {}
        self._inside: dict[Port, asyncio.Server | Relay] = {}
        self._watch: Watch | None = None
        self._task: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._names: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen for the Services there are, and follow what changes."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        self._watch = self._cluster.store.watch("services", wake=lambda: _call(loop, changed))
        self._task = loop.create_task(self._follow(changed))
        # Pods can be reached, and reach out, once the node has started its helper.
        self._node.on_ready = changed.set

    async def stop(self) -> None:
        """Stop listening and drop the connections."""
        if self._watch is not None:
            self._watch.close()
        if self._task is not None:
            self._task.cancel()
        for server in [*self._outside.values(), *self._inside.values()]:
            server.close()
        for task in self._tasks:
            task.cancel()

    async def _follow(self, changed: asyncio.Event) -> None:
        while True:
            changed.clear()
            if self._watch is not None:
                self._watch.drain()
            await self._reconcile()
            await changed.wait()

    async def _reconcile(self) -> None:
        services = self._cluster.store.list("services").items
        wanted = {port for service in services for port in ports_of(service)}
        for servers in (self._outside, self._inside):
            for port in [*servers]:
                if port not in wanted:
                    servers.pop(port).close()
        for port in sorted(wanted - self._outside.keys(), key=str):
            await self._listen_outside(port)
        if self._node.ready:
            await self._serve_names()
            for port in sorted(wanted - self._inside.keys(), key=str):
                await self._listen_inside(port)
        for service in services:
            if service["spec"].get("type") == "LoadBalancer":
                self._assign(service)

    async def _serve_names(self) -> None:
        if self._names is not None:
            return
        bound = await self._node.runtime.bind(DNS_SERVICE_IP, _DOMAIN, datagrams=True)
        if bound is not None:
            self._names = asyncio.create_task(serve_names(Names(self._cluster.store), bound))
            self._tasks.add(self._names)

    async def _listen_outside(self, port: Port) -> None:
        if (port.namespace, port.service) == ("default", "kubernetes"):
            # Clients on the host have the server's own address, and several labs have this one in common.
            return
        try:
            listener = _listener(port)
        except OSError as error:
            _LOG.warning("Service %s does not answer on this host: %s", port, error.strerror)
            return
        await self._serve(self._outside, port, listener)

    async def _listen_inside(self, port: Port) -> None:
        if not port.inside:
            return
        try:
            listener = await self._node.runtime.bind(port.address, port.port, datagrams=port.datagrams)
        except OSError as error:
            _LOG.warning("Service %s does not answer to pods: %s", port, error)
            return
        if listener is not None:
            await self._serve(self._inside, port, listener)

    async def _serve(self, servers: dict[Port, asyncio.Server | Relay], port: Port, listener: socket.socket) -> None:
        if port.datagrams:
            servers[port] = Relay(listener, lambda: self._dial_datagrams(port))
            return

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            await self._connect(port, reader, writer)

        # It is known before it serves, so that `stop` finds it wherever it interrupts this.
        server = servers[port] = await asyncio.start_server(connected, sock=listener, start_serving=False)
        await server.start_serving()

    async def _connect(self, port: Port, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            other = await self._dial(port)
        except OSError as error:
            _LOG.debug("Service %s: %s", port, error)
            # A reset, as from a host where nothing listens, and not an empty answer.
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return
        await splice(reader, writer, *other)

    async def _dial(self, port: Port) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to one of the Service's endpoints; one that has only just become ready gets a moment."""
        end = asyncio.get_running_loop().time() + _PATIENCE
        while True:
            targets = list(self._targets(port))
            random.shuffle(targets)
            for address, number in targets:
                with contextlib.suppress(OSError):
                    return await self._open(address, number)
            if asyncio.get_running_loop().time() > end:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "no endpoint accepts connections")
            await asyncio.sleep(_PAUSE)

    async def _dial_datagrams(self, port: Port) -> socket.socket:
        targets = list(self._targets(port))
        random.shuffle(targets)
        for address, number in targets:
            pod = self._node.at(address)
            if pod is not None:
                return await self._node.runtime.dial(pod.uid, number, datagrams=True)
        raise ConnectionRefusedError(errno.ECONNREFUSED, "no pod is ready")

    async def _open(self, address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        pod = self._node.at(address)
        if pod is None:
            return await asyncio.open_connection(address, port)
        connection = await self._node.runtime.dial(pod.uid, port)
        return await asyncio.open_connection(sock=connection)

    def _targets(self, port: Port) -> Iterator[tuple[str, int]]:
        if (port.namespace, port.service) == ("default", "kubernetes"):
            yield self._api
            return
        for found in self._cluster.store.list(_SLICES, port.namespace).items:
            if (found["metadata"].get("labels") or {}).get(_SERVICE_LABEL) == port.service:
                yield from _of_slice(found, port)

    def _assign(self, service: Obj) -> None:
        """Tell a load balancer's address, which is the cluster IP, since that answers on this host."""
        metadata, address = service["metadata"], service["spec"].get("clusterIP")
        ingress = [{"ip": address, "ipMode": "VIP"}]
        if (service.get("status") or {}).get("loadBalancer", {}).get("ingress") == ingress or not address:
            return
        with contextlib.suppress(NotFound):
            self._cluster.store.mutate(
                "services",
                metadata["name"],
                metadata["namespace"],
                lambda obj: obj.update(status={"loadBalancer": {"ingress": ingress}}),
            )


def ports_of(service: Obj) -> Iterator[Port]:
    """Where a Service listens: its cluster IP, and the host's loopback for node ports."""
    spec, metadata = service["spec"], service["metadata"]
    address = spec.get("clusterIP")
    for port in spec.get("ports") or []:
        protocol = port.get("protocol", "TCP")
        if protocol not in ("TCP", "UDP"):
            continue
        datagrams = protocol == "UDP"
        namespace, owner, name = metadata["namespace"], metadata["name"], port.get("name") or ""
        if address and address != "None":
            yield Port(namespace, owner, name, address, port["port"], datagrams=datagrams)
        if port.get("nodePort"):
            yield Port(namespace, owner, name, "127.0.0.1", port["nodePort"], inside=False, datagrams=datagrams)


def _of_slice(found: Obj, wanted: Port) -> Iterator[tuple[str, int]]:
    name = (wanted.name, "UDP" if wanted.datagrams else "TCP")
    ports = {(port.get("name") or "", port.get("protocol", "TCP")): port["port"] for port in found.get("ports") or []}
    number = ports.get(name)
    if number is None:
        return
    for endpoint in found.get("endpoints") or []:
        if (endpoint.get("conditions") or {}).get("ready", True):
            yield endpoint["addresses"][0], number


def _call(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(changed.set)
