"""The node: follows the pods that are bound to it, and tells the API that it is there."""

import asyncio
import contextlib
import itertools
import logging
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from oakum.errors import LabError
from oakum.lab.api.clock import stamp
from oakum.lab.api.cluster import Cluster
from oakum.lab.clock import Clock
from oakum.lab.network import NODE_IP, NODE_NAME, POD_RANGE
from oakum.lab.node.capacity import capacity
from oakum.lab.node.ends import Ends
from oakum.lab.node.offload import Offload
from oakum.lab.node.pods import Host, Pod
from oakum.lab.node.runtime import Runtime
from oakum.lab.node.streams import NodeStreams
from oakum.lab.store import Event, NotFound, Obj, Watch

_SOURCES = ("configmaps", "secrets", "persistentvolumeclaims", "serviceaccounts")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_LOG = logging.getLogger(__name__)


class Node:
    """Runs the pods of one cluster that are bound to `network.NODE_NAME`. All its methods belong on one event loop.

    `folder` is where it keeps images, volumes and logs; `authority` is the PEM text that pods verify the API server
    with; `token` makes service account tokens for a pod. `on_ready` is called when pods can be reached (`ready`).
    Of the `runtimes` the first serves that this machine allows.
    """

    def __init__(
        self,
        cluster: Cluster,
        folder: Path,
        runtimes: Sequence[Runtime],
        authority: bytes = b"",
        token: Callable[[Obj, dict[str, Any]], str] = lambda pod, request: "",
        clock: Clock | None = None,
    ) -> None:
        self._runtimes = runtimes
        self.pods: dict[str, Pod] = {}
        self.ready = False
        self.on_ready: Callable[[], None] = lambda: None
        self._cluster = cluster
        self._ends = Ends()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._addresses = itertools.count(2)
        self._source_changed = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        self._watch: Watch | None = None
        self._clock = clock or Clock()
        self._offload = Offload()
        self._host = Host(
            cluster,
            runtimes[0],
            self._ends,
            self._clock,
            self._offload,
            folder,
            folder / "volumes",
            authority,
            token,
            self._wait_for_source,
        )
        for runtime in runtimes:
            runtime.on_end = self._ends.tell
        self.streams = NodeStreams(self.pod)

    @property
    def runtime(self) -> Runtime:
        """What runs the pods."""
        return self._host.runtime

    async def start(self) -> None:
        """Register the node and take up the pods that are bound to it already."""
        loop = asyncio.get_running_loop()
        store = self._cluster.store
        with store.locked():
            listing = store.list("pods")
            self._watch = store.watch(since=listing.version, wake=lambda: _call(loop, self._drain))
        self._register()
        for pod in listing.items:
            self._see(pod)

    async def stop(self) -> None:
        """End every pod's processes; the pods stay in the API."""
        if self._watch is not None:
            self._watch.close()
        tasks = [*self._tasks.values()]
        if self._starting is not None:
            tasks.append(self._starting)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for runtime in self._runtimes:
            await runtime.stop()

    @property
    def busy(self) -> bool:
        """Whether work for some pod goes on that no time has to pass for."""
        return self._offload.busy > 0

    def pod(self, obj: Obj) -> Pod | None:
        """The running pod that an object of the API stands for."""
        return self.pods.get(obj["metadata"]["uid"])

    def at(self, address: str) -> Pod | None:
        """The pod that has an address."""
        return next((pod for pod in self.pods.values() if pod.address == address), None)

    def _drain(self) -> None:
        if self._watch is None:
            return
        for event in self._watch.drain():
            self._note(event)

    def _note(self, event: Event) -> None:
        if event.resource == "pods":
            if event.type == "DELETED":
                pod = self.pods.get(event.obj["metadata"]["uid"])
                if pod is not None:
                    pod.vanish()
            else:
                self._see(event.obj)
        elif event.resource in _SOURCES:
            changed, self._source_changed = self._source_changed, asyncio.Event()
            changed.set()

    def _see(self, obj: Obj) -> None:
        if obj["spec"].get("nodeName") != NODE_NAME:
            return
        uid = obj["metadata"]["uid"]
        if uid in self.pods:
            self.pods[uid].update(obj)
            return
        pod = self.pods[uid] = Pod(self._host, obj, str(POD_RANGE[next(self._addresses) % POD_RANGE.num_addresses]))
        pod.update(obj)
        task = self._tasks[uid] = asyncio.get_running_loop().create_task(self._run(pod))
        task.add_done_callback(lambda done: self._forget(uid, done))

    async def prepare(self) -> None:
        """Get the runtime ready. The first pod does it otherwise: a lab used for its API alone starts no process."""
        if self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._start_runtime())
        await asyncio.shield(self._starting)

    async def _run(self, pod: Pod) -> None:
        try:
            await self.prepare()
        except LabError as error:
            await pod.refuse(str(error))
        else:
            await pod.run()

    async def _start_runtime(self) -> None:
        refusals = []
        for runtime in self._runtimes:
            try:
                await runtime.start()
            except LabError as error:
                refusals.append(str(error))
                continue
            self._host.runtime = runtime
            self.ready = True
            self.on_ready()
            return
        _LOG.warning("no pod can run: %s", "; ".join(refusals))
        raise LabError("; ".join(refusals))

    def _forget(self, uid: str, task: "asyncio.Task[None]") -> None:
        pod = self.pods.pop(uid)
        self._tasks.pop(uid, None)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, LabError | OSError):
            pod.event("Warning", "FailedCreatePodSandBox", str(error))
        if error is not None:
            _LOG.error("pod %s: %s", uid, error, exc_info=error)

    async def _wait_for_source(self) -> None:
        await self._source_changed.wait()

    def _register(self) -> None:
        store = self._cluster.store
        status = _status(stamp(self._clock()))
        try:
            store.mutate("nodes", NODE_NAME, "", lambda obj: obj.update(status=status))
        except NotFound:
            nodes = self._cluster.resource("nodes")
            metadata = {"name": NODE_NAME, "labels": _labels()}
            body = {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {}, "status": status}
            self._cluster.create(nodes, body)
            with contextlib.suppress(NotFound):
                store.mutate("nodes", NODE_NAME, "", lambda obj: obj.update(status=status))


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):
        # The loop may have ended before the store's last change.
        loop.call_soon_threadsafe(function)


def _labels() -> dict[str, str]:
    machine = _ARCHITECTURES.get(platform.machine(), platform.machine())
    return {"kubernetes.io/arch": machine, "kubernetes.io/hostname": NODE_NAME, "kubernetes.io/os": "linux"}


def _status(now: str) -> dict[str, Any]:
    machine = _ARCHITECTURES.get(platform.machine(), platform.machine())
    return {
        "capacity": dict(capacity()),
        "allocatable": dict(capacity()),
        "addresses": [{"type": "InternalIP", "address": NODE_IP}, {"type": "Hostname", "address": NODE_NAME}],
        "conditions": [_condition(*values, now) for values in _CONDITIONS],
        "nodeInfo": {
            "architecture": machine,
            "bootID": "",
            "containerRuntimeVersion": "oakum://1",
            "kernelVersion": platform.release(),
            "kubeProxyVersion": "",
            "kubeletVersion": "v1.36.0",
            "machineID": "",
            "operatingSystem": "linux",
            "osImage": "oakum lab",
            "systemUUID": "",
        },
    }


_CONDITIONS = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def _condition(kind: str, status: str, reason: str, message: str, now: str) -> dict[str, str]:
    times = {"lastHeartbeatTime": now, "lastTransitionTime": now}
    return {"type": kind, "status": status, **times, "reason": reason, "message": message}
