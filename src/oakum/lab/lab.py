"""The lab: registry, API server, controllers and node in this process, on loopback."""

import asyncio
import contextlib
import logging
import os
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from oakum.errors import LabError
from oakum.lab.clock import Clock
from oakum.lab.faults import Faults, Faulty
from oakum.lab.folder import USER, Folder, State
from oakum.lab.serving import LOOPBACK, HTTPServer, LoopThread, listen

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from oakum.kube.kubeconfig import ClusterConfig
    from oakum.lab.api.cluster import Cluster
    from oakum.lab.api.server import Server
    from oakum.lab.certificates import Certificates
    from oakum.lab.controllers.manager import Manager
    from oakum.lab.node.node import Node
    from oakum.lab.node.runtime import Runtime
    from oakum.lab.store import Obj, Store
Login = Literal["basic", "token"]
_LOG = logging.getLogger(__name__)

_PATIENCE, _QUIET_ROUNDS = 5.0, 3


class Lab:
    """A registry and a Kubernetes API with a node, for as long as the `with` block lasts.

        with Lab() as lab:
            subprocess.run(["kubectl", "get", "nodes"], env=os.environ | lab.environment)

    Without `data` everything is in a temporary folder that goes with the lab, and objects are kept in memory only;
    with it a later lab continues from there. Port 0 takes a free one (the last one again, when there is `data`).
    `runtime` says how pods run: `auto`, `namespaces`, `privileged`, `chroot`, `docker` or `simulated`. `registry_tls`
    serves the registry with the lab's own certificate authority (`authority`), `registry_login` says how its clients
    log in. `address` is where both listen: only told so they do anywhere but on loopback. `faults` and `clock` are for
    tests of clients (see `oakum.lab.faults`, `oakum.lab.clock`). Raises LabError when it cannot start.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        port: int = 0,
        registry_port: int = 0,
        runtime: str = "auto",
        registry_tls: bool = False,
        registry_login: Login = "basic",
        address: str = LOOPBACK,
    ) -> None:
        self._temporary = data is None
        self.folder = Folder(data or Path(tempfile.mkdtemp(prefix="oakum-lab-")))
        self._ports = (port, registry_port)
        self._address = address
        self._runtime = runtime
        self._registry_tls = registry_tls
        self._registry_login: Login = registry_login
        self._stack = contextlib.ExitStack()
        self.clock = Clock()
        self.faults = Faults(self.clock)
        self._cluster: Cluster | None = None
        self._prepare: Callable[[], object] = lambda: None
        self.server = ""
        self.registry = ""

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig file, mode 0600."""
        return self.folder.kubeconfig

    @property
    def docker_config(self) -> Path:
        """A folder for DOCKER_CONFIG with the login of the registry."""
        return self.folder.docker

    @property
    def authority(self) -> Path:
        """The certificate authority that signs for the API server, and for the registry when that has TLS (PEM)."""
        return self.folder.tls / "ca.crt"

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that lead clients here: KUBECONFIG and DOCKER_CONFIG."""
        return {"KUBECONFIG": str(self.kubeconfig), "DOCKER_CONFIG": str(self.docker_config)}

    @property
    def registry_login(self) -> tuple[str, str]:
        """User name and password of the registry."""
        return USER, self.folder.credentials().password

    @property
    def client_config(self) -> "ClusterConfig":
        """How `oakum.kube` connects to this cluster as administrator."""
        from oakum.kube.kubeconfig import load

        return load(path=str(self.kubeconfig))

    @property
    def cluster(self) -> "Cluster":
        """The API server's verbs, for use inside this process. Raises LabError when the lab is not running."""
        if self._cluster is None:
            raise LabError("the lab is not running")
        return self._cluster

    @property
    def state(self) -> State:
        """The process and the addresses, as the data folder tells them to others."""
        return State(os.getpid(), self.server.removeprefix("https://"), self.registry)

    def __enter__(self) -> "Lab":
        self.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self.stop()

    def start(self) -> None:
        """Answer from now on, until `stop`."""
        with contextlib.ExitStack() as stack:
            if self._temporary:
                stack.callback(self.folder.remove)
            self.folder.acquire()
            stack.callback(self.folder.release)
            thread = stack.enter_context(LoopThread())
            self._start_registry(stack, thread)
            self._start_cluster(stack, thread)
            self._announce()
            self._stack = stack.pop_all()

    def prepare(self) -> None:
        """Get ready for pods in the background, so that the first one starts as quickly as those after it."""
        self._prepare()

    def stop(self) -> None:
        """End everything that the lab has started."""
        self._cluster = None
        self._stack.close()

    def _start_registry(self, stack: contextlib.ExitStack, thread: LoopThread) -> None:
        from oakum.lab.certificates import certificates
        from oakum.lab.registry import app

        users = {USER: self.folder.credentials().password}
        application = app(
            self.folder.registry, users, authentication=self._registry_login, sync=not self._temporary
        )
        faulty = Faulty(application, self.faults, "registry")
        files = certificates(self.folder.tls, self._address) if self._registry_tls else None
        self.registry = self._serve(stack, thread, faulty, "registry", self._ports[1], files)

    def _start_cluster(self, stack: contextlib.ExitStack, thread: LoopThread) -> None:
        from oakum.lab.api import app
        from oakum.lab.api.users import ADMIN
        from oakum.lab.certificates import certificates
        from oakum.lab.controllers import standard
        from oakum.lab.node.services import ServiceProxy
        from oakum.lab.store import Store

        credentials = self.folder.credentials()
        store = Store(None if self._temporary else self.folder.store)
        stack.callback(store.close)
        server = app(store, tokens={credentials.token: ADMIN}, key=bytes.fromhex(credentials.key), now=self.clock)
        faulty = Faulty(server, self.faults, "api", credentials.token)
        files = certificates(self.folder.tls, self._address)
        address = self._serve(stack, thread, faulty, "api", self._ports[0], files)
        self.server = f"https://{address}"
        self._cluster = server.cluster
        authority = files.authority.read_text()
        node = self._node(server, authority.encode())
        server.streams = node.streams
        manager = standard(server.cluster, authority, self.folder.node / "volumes", self.clock)
        stack.enter_context(manager)
        self.clock.settle = lambda: _settle(thread, store, manager, node)
        thread.run(node.start())
        self._prepare = lambda: thread.submit(node.prepare())
        stack.callback(lambda: thread.run(node.stop()))
        host, _, port = address.partition(":")
        proxy = ServiceProxy(server.cluster, node, (host, int(port)))
        thread.run(proxy.start())
        stack.callback(lambda: thread.run(proxy.stop()))

    def _node(self, server: "Server", authority: bytes) -> "Node":
        from oakum.lab.node.docker.runtime import Docker
        from oakum.lab.node.mirror import Mirror
        from oakum.lab.node.node import Node
        from oakum.lab.node.processes import MODES, Processes
        from oakum.lab.node.simulated import Simulated
        from oakum.registry.credentials import Credentials

        def token(pod: "Obj", request: dict[str, Any]) -> str:
            name, namespace = pod["spec"].get("serviceAccountName", "default"), pod["metadata"]["namespace"]
            account = server.cluster.store.get("serviceaccounts", name, namespace)
            bound = {"kind": "Pod", "name": pod["metadata"]["name"], "uid": pod["metadata"]["uid"]}
            seconds = request.get("expirationSeconds") or 3600
            return server.users.token_for(account, seconds, list(filter(None, [request.get("audience")])), bound)[0]

        folder = self.folder.node
        trusted = (str(self.authority),) if self._registry_tls else ()
        mirror = Mirror(self.registry, Credentials(*self.registry_login))
        runtimes: list[Runtime] = []
        if self._runtime == "simulated":
            runtimes.append(Simulated())
        if self._runtime in MODES:
            runtimes.append(Processes(folder, self._runtime, trusted, mirror))
        if self._runtime in ("docker", "auto"):
            runtimes.append(Docker(folder, trusted, mirror))
        return Node(server.cluster, folder, runtimes, authority, token, self.clock)

    def _serve(
        self,
        stack: contextlib.ExitStack,
        thread: LoopThread,
        application: "ASGIApp",
        what: str,
        port: int,
        files: "Certificates | None" = None,
    ) -> str:
        listener = self._listen(what, port)
        if files is None:
            server = HTTPServer(application, listener)
        else:
            server = HTTPServer(application, listener, certificate=files.certificate, key=files.key)
        thread.run(server.start())
        stack.callback(lambda: thread.run(server.stop()))
        return server.address

    def _listen(self, what: str, port: int) -> socket.socket:
        if not port and (last := self.folder.last_ports().get(what)):
            # The port of last time keeps a kubeconfig or an image reference that somebody has noted down right.
            with contextlib.suppress(OSError):
                return listen(last, self._address)
        try:
            return listen(port, self._address)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise LabError(f"listening on {self._address}:{port} for the lab's {what}: {reason}") from error

    def _announce(self) -> None:
        credentials = self.folder.credentials()
        self.folder.write_kubeconfig(self.server, self.authority, credentials.token)
        self.folder.write_docker_config(self.registry, credentials.password)
        self.folder.write_state(self.state)
        _LOG.info("API server at %s, registry at %s", self.server, self.registry)


def _settle(thread: LoopThread, store: "Store", manager: "Manager", node: "Node") -> None:
    """Wait until controllers and node have done what they can do without time passing, for a few seconds at most."""
    end, quiet, version = time.monotonic() + _PATIENCE, 0, -1
    while quiet < _QUIET_ROUNDS and time.monotonic() < end:
        thread.run(asyncio.sleep(0.001))
        still = manager.idle and not node.busy and store.version == version
        quiet, version = quiet + 1 if still else 0, store.version
