"""The runtime of containers in a Docker engine on this machine."""

import asyncio
import contextlib
import functools
import json
import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any

from oakum.http.errors import FAILURES
from oakum.http.response import Response
from oakum.lab.network import DNS_SERVICE_IP
from oakum.lab.node.docker import pause
from oakum.lab.node.docker.archive import archive_of
from oakum.lab.node.docker.creation import command_of, container_of
from oakum.lab.node.docker.engine import Engine, EngineError, socket_path
from oakum.lab.node.docker.guard import LABEL, Guard, images_of, new_name, sweep_left
from oakum.lab.node.docker.network import Network, Sandbox, dial
from oakum.lab.node.docker.streams import Relay
from oakum.lab.node.errors import PullFailed, StartFailed
from oakum.lab.node.images import Image, Images
from oakum.lab.node.mirror import Mirror
from oakum.lab.node.pull_secrets import PullSecrets
from oakum.lab.node.runtime import Launch

_ENDS = ["die", "exec_die"]
_KILLED, _LOST = 137, 255
_LAST_OUTPUT = 2.0
_PAUSE_TAG = "pause"
_POD_LABEL = "io.kubernetes.pod.uid"
_START_FAILURE = "unable to start container process: "
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Running:
    """A container, or a command in one, by the engine's id of it."""

    identity: str
    limited: bool
    relay: "asyncio.Task[None]"
    command: bool = False


class Docker:
    """See `runtime.Runtime`. Images are kept below `folder`, and given to the engine from there.

    `trusted` and `mirror` are those of `processes.Processes`.
    """

    def __init__(self, folder: Path, trusted: tuple[str, ...] = (), mirror: Mirror | None = None) -> None:
        self.on_end: Callable[[str, int], None] = lambda name, code: None
        self.first_id = 0
        self.nameservers: tuple[str, ...] = ()
        self._images = Images(folder / "docker-images", 0, trusted, mirror, keep_layers=True)
        self._folder = folder
        self._lab = new_name()
        self._threads = ThreadPoolExecutor(8, "oakum-lab-docker")
        self._pulling = ThreadPoolExecutor(4, "oakum-lab-pull")
        self._loading = threading.Lock()
        self._sandboxes: dict[str, Sandbox] = {}
        self._running: dict[str, Running] = {}
        self._names: dict[str, str] = {}
        self._out_of_memory: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._guard: Guard | None = None
        self._events: Response | None = None

    async def start(self) -> None:
        """Find the engine, remove what killed labs have left there, and make the pods' network. Raises EngineError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._engine = Engine(socket_path())
        architecture = (await self._call("GET", "/version"))["Arch"]
        self._guard = Guard(self._engine, self._lab)
        image = f"{images_of(self._lab)}:{_PAUSE_TAG}"
        self._network = Network(self._engine, f"oakum-lab-{self._lab}", image, {LABEL: self._lab})
        try:
            await self._in_thread(self._prepare, architecture)
        except EngineError:
            await self.stop()
            raise
        threading.Thread(target=self._follow, args=(asyncio.get_running_loop(),), daemon=True).start()
        _LOG.info("pods run in the Docker engine at %s", self._engine.path)
        if self._network.refusal:
            _LOG.warning("pods do not reach Services or their names: %s", self._network.refusal)

    def _prepare(self, architecture: str) -> None:
        sweep_left(self._engine)
        layer = self._folder / "docker-pause.tar"
        pause.write_layer(layer, architecture)
        self._load(_PAUSE_TAG, architecture, [layer])
        self._network.make()
        self.nameservers = (DNS_SERVICE_IP,) if self._network.joined else ()
        wanted = {"event": _ENDS, "label": [f"{LABEL}={self._lab}"]}
        self._events = self._engine.open("GET", "/events", b"", "", filters=wanted)

    async def stop(self) -> None:
        """End and remove every container."""
        self._names.clear()
        if self._events is not None:
            with contextlib.suppress(OSError):
                self._events.shutdown()
        self._pulling.shutdown(wait=False, cancel_futures=True)
        for task in [*self._tasks, *(each.relay for each in self._running.values())]:
            task.cancel()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        if self._guard is not None:
            await asyncio.to_thread(self._guard.stop)
            self._engine.close()

    async def pull(self, name: str, policy: str, secrets: PullSecrets) -> Image:
        """An image, unpacked here and known to the engine. Raises PullFailed."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pulling, self._pull, name, policy, secrets)

    def _pull(self, name: str, policy: str, secrets: PullSecrets) -> Image:
        image = self._images.get(name, policy, secrets)
        layers = [image.layers / str(number) for number in range(len(os.listdir(image.layers)))]
        try:
            self._load(_tag(image), image.config.get("architecture") or "", layers)
        except EngineError as error:
            raise PullFailed("ErrImagePull", f'failed to give image "{name}" to the engine: {error}') from error
        return image

    def _load(self, tag: str, architecture: str, layers: list[Path]) -> None:
        name = f"{images_of(self._lab)}:{tag}"
        with self._loading:
            try:
                self._engine.call("GET", f"/images/{name}/json")
            except EngineError as error:
                if error.status != 404:
                    raise
                with archive_of(name, architecture, layers) as archive:
                    self._engine.load(archive)

    async def add_pod(self, pod: str, address: str, hostname: str) -> str:
        """Start the container that holds the pod's network; the address is the engine's to choose."""
        name = f"{hostname}-{pod}"
        sandbox: Sandbox = await self._in_thread(self._network.add, name, hostname, self._labels(pod))
        self._sandboxes[pod] = sandbox
        return sandbox.address

    async def remove_pod(self, pod: str) -> None:
        """Remove the container that holds the pod's network."""
        sandbox = self._sandboxes.pop(pod, None)
        if sandbox is not None:
            await self._remove(sandbox.identity)

    async def run(self, launch: Launch, streams: list[int]) -> None:
        """Start a container, or a command in one. Raises StartFailed."""
        try:
            await (self._execute(launch, streams) if launch.join else self._start(launch, streams))
        except EngineError as error:
            raise StartFailed(_shortened(str(error))) from error

    async def _start(self, launch: Launch, streams: list[int]) -> None:
        assert launch.image is not None
        image = f"{images_of(self._lab)}:{_tag(launch.image)}"
        sandbox = self._sandboxes[launch.pod].identity
        wanted = container_of(launch, image, sandbox, self._labels(launch.pod), streams)
        title = f"oakum-lab-{launch.hostname}-{launch.name[:12]}"
        identity = (await self._call("POST", "/containers/create", wanted, name=title))["Id"]
        attach = {"stream": 1, "stdin": int(wanted["OpenStdin"]), "stdout": 1, "stderr": 1}
        path = f"/containers/{identity}"
        try:
            connection, early = await self._in_thread(self._engine.hijack, f"{path}/attach", **attach)
            self._relay(launch, identity, connection, early, streams, f"{path}/resize")
            await self._call("POST", f"{path}/start")
        except EngineError:
            self._forget(identity)
            await self._remove(identity)
            raise

    async def _execute(self, launch: Launch, streams: list[int]) -> None:
        inside = self._running.get(launch.join)
        if inside is None:
            raise EngineError("the container has ended")
        wanted = command_of(launch, streams)
        identity = (await self._call("POST", f"/containers/{inside.identity}/exec", wanted))["Id"]
        path = f"/exec/{identity}"
        # The engine may tell of its end before it has answered this.
        self._names[identity] = launch.name
        connection, early = await self._in_thread(self._engine.hijack, f"{path}/start", {"Tty": launch.terminal})
        relay = self._relay(launch, identity, connection, early, streams, f"{path}/resize")
        relay.add_done_callback(lambda _: self._task(self._look(identity)))

    def _relay(
        self, launch: Launch, identity: str, connection: socket.socket, early: bytes, streams: list[int], resize: str
    ) -> "asyncio.Task[None]":
        def resized(rows: int, columns: int) -> None:
            self._task(self._quietly("POST", resize, h=rows, w=columns))

        relay = Relay(connection, early, streams, terminal=launch.terminal, resized=resized)
        task = asyncio.create_task(relay.run())
        self._names[identity] = launch.name
        self._running[launch.name] = Running(identity, launch.limits.memory > 0, task, bool(launch.join))
        return task

    async def _look(self, identity: str) -> None:
        """A command whose output has ended: it may have ended before it began, which the engine tells nobody."""
        with contextlib.suppress(EngineError):
            found = await self._call("GET", f"/exec/{identity}/json")
            if not found["Running"]:
                self._ended(identity, found["ExitCode"] or 0)

    def health(self, name: str) -> bool | None:
        """Probes ask the containers."""
        return None

    def out_of_memory(self, name: str) -> bool:
        """As the engine says."""
        return name in self._out_of_memory

    async def signal(self, name: str, number: Signals) -> None:
        """Send a signal to a container. The engine signals no command in one: it loses its input, and root ends it."""
        running = self._running.get(name)
        if running is None:
            return
        if running.command:
            running.relay.cancel()
            with contextlib.suppress(EngineError, OSError):
                found = await self._call("GET", f"/exec/{running.identity}/json")
                # The number is the engine's: that it is also ours shows in the control groups.
                if found["ContainerID"] in Path(f"/proc/{found['Pid']}/cgroup").read_text():
                    os.kill(found["Pid"], number)
        else:
            await self._quietly("POST", f"/containers/{running.identity}/kill", signal=number.name)

    async def dial(self, pod: str, port: int, *, datagrams: bool = False) -> socket.socket:
        """A connected socket to a port of a pod. Raises OSError."""
        sandbox = self._sandboxes.get(pod)
        if sandbox is None:
            raise ConnectionRefusedError(111, "the pod has no network yet")
        return await dial(sandbox.address, port, datagrams)

    async def bind(self, address: str, port: int, *, datagrams: bool = False) -> socket.socket | None:
        """A socket that pods reach at a Service's address."""
        bound: socket.socket | None = await self._in_thread(self._network.bind, address, port, datagrams)
        return bound

    def _follow(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hear of ends from the engine, on a thread of its own."""
        assert self._events is not None
        text = b""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            with contextlib.suppress(*FAILURES):
                while piece := self._events.read1():
                    *lines, text = (text + piece).split(b"\n")
                    for line in filter(None, lines):
                        loop.call_soon_threadsafe(self._hear, json.loads(line))
            loop.call_soon_threadsafe(self._lose)

    def _hear(self, event: dict[str, Any]) -> None:
        attributes = event["Actor"]["Attributes"]
        identity = attributes["execID"] if event["Action"] == "exec_die" else event["Actor"]["ID"]
        if identity in self._names:
            self._ended(identity, int(attributes["exitCode"]))

    def _lose(self) -> None:
        """The engine has gone, or the lab is about to."""
        for identity in [*self._names]:
            self._ended(identity, _LOST)

    def _ended(self, identity: str, code: int) -> None:
        name = self._names.pop(identity, "")
        running = self._running.pop(name, None)
        if running is None or running.command:
            if name:
                self.on_end(name, code)
            return
        self._task(self._bury(name, running, code))

    async def _bury(self, name: str, running: Running, code: int) -> None:
        self._out_of_memory.discard(name)
        if running.limited and code == _KILLED:
            with contextlib.suppress(EngineError):
                found = await self._call("GET", f"/containers/{running.identity}/json")
                if found["State"]["OOMKilled"]:
                    self._out_of_memory.add(name)
        self.on_end(name, code)
        await asyncio.wait([running.relay], timeout=_LAST_OUTPUT)
        await self._remove(running.identity)

    def _forget(self, identity: str) -> None:
        running = self._running.pop(self._names.pop(identity, ""), None)
        if running is not None:
            running.relay.cancel()

    async def _remove(self, container: str) -> None:
        await self._quietly("DELETE", f"/containers/{container}", force=1, v=1)

    async def _quietly(self, method: str, path: str, **query: Any) -> None:
        """Ask for something about what may be gone."""
        with contextlib.suppress(EngineError):
            await self._call(method, path, **query)

    async def _call(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        return await self._in_thread(self._engine.call, method, path, body, **query)

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, functools.partial(function, *arguments, **named))

    def _task(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _labels(self, pod: str) -> dict[str, str]:
        return {LABEL: self._lab, _POD_LABEL: pod}


def _tag(image: Image) -> str:
    """The engine's tag of an image: the digest of its configuration."""
    return image.root.parent.name.rpartition("-")[2]


def _shortened(message: str) -> str:
    """What the engine's own runtime says, without the names of those that passed it on."""
    found = message.rpartition(_START_FAILURE)[2]
    return found.removesuffix(": unknown")
