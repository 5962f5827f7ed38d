"""A pod on the node: its network, volumes and containers from first to last, and its status in the API."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from oakum.errors import LabError
from oakum.lab.api.calls import DeleteOptions
from oakum.lab.api.clock import parsed, stamp
from oakum.lab.api.cluster import Cluster
from oakum.lab.clock import Clock
from oakum.lab.events import Recorder
from oakum.lab.files import remove_tree
from oakum.lab.network import NODE_IP, NODE_NAME
from oakum.lab.node.containers import Container
from oakum.lab.node.ends import Ends
from oakum.lab.node.environment import Surroundings, service_variables
from oakum.lab.node.errors import ConfigFailed
from oakum.lab.node.etc_files import write_etc_files
from oakum.lab.node.lacking import missing
from oakum.lab.node.launching import Place
from oakum.lab.node.offload import Offload
from oakum.lab.node.pull_secrets import PullSecrets, logins_of
from oakum.lab.node.runtime import Runtime
from oakum.lab.node.statuses import pod_status
from oakum.lab.node.volumes import TokenFor, Volumes
from oakum.lab.store import NotFound, Obj

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Host:
    """What a node gives to each of its pods. The `runtime` is settled when the first of them runs.

    `source_changed` waits until some ConfigMap, Secret or claim has changed. `authority` verifies the API server.
    """

    cluster: Cluster
    runtime: Runtime
    ends: Ends
    clock: Clock
    offload: Offload
    folder: Path
    claims: Path
    authority: bytes
    token: Callable[[Obj, dict[str, Any]], str]
    source_changed: Callable[[], Any]


class Pod:
    """One pod, by its uid. `run` lives as long as the pod does; `update` and `vanish` say what the API has decided."""

    def __init__(self, host: Host, pod: Obj, address: str) -> None:
        self.obj = pod
        self.address = address
        self.uid: str = pod["metadata"]["uid"]
        self.ends = host.ends
        self.clock = host.clock
        self.offload = host.offload
        self.folder = host.folder / "pods" / self.uid
        self.logs = host.folder / "logs" / self.uid
        policy: str = pod["spec"].get("restartPolicy", "Always")
        self._host = host
        self._events = Recorder(host.cluster, "kubelet", NODE_NAME)
        self._networked = False
        self._surroundings = Surroundings(pod, self._addresses(), self._find)
        self.place = Place(self.uid, _hostname(pod), self.folder, {}, {}, {}, self._surroundings)
        before = {each["name"]: each for each in _old_statuses(pod)}
        spec = pod["spec"]
        first = "PodInitializing" if spec.get("initContainers") else "ContainerCreating"
        # What the others wait for has to end well once, also where those are restarted for ever.
        once = "OnFailure" if policy == "Always" else policy
        begun = spec.get("initContainers") or []
        self.init = [self._container(each, first, once, before, "spec.initContainers") for each in begun]
        self.main = [self._container(each, first, policy, before) for each in spec["containers"]]
        self._leaving = asyncio.Event()
        self._updated = asyncio.Event()
        self._failure: tuple[str, str] | None = None
        self._vanished = False
        self._living = False
        self._publishing: asyncio.TimerHandle | asyncio.Handle | None = None
        self._sidecars: list[asyncio.Task[int]] = []
        self.ephemeral: list[Container] = []
        self._ephemeral_runs: list[asyncio.Task[int]] = []
        self._before = before

    @property
    def runtime(self) -> Runtime:
        """See `containers.Surroundings`."""
        return self._host.runtime

    def container(self, name: str) -> Container | None:
        """A container by its name."""
        return next((each for each in [*self.main, *self.init, *self.ephemeral] if each.name == name), None)

    def update(self, pod: Obj) -> None:
        """The pod has changed in the API."""
        self.obj = pod
        self._updated.set()
        if self._living:
            self._add_ephemeral()
        if pod["metadata"].get("deletionTimestamp"):
            self._leaving.set()

    def vanish(self) -> None:
        """The pod has been removed from the API: end it without grace."""
        self._vanished = True
        self._leaving.set()

    async def run(self) -> None:
        """Live until the pod is deleted, then leave nothing behind."""
        living = asyncio.create_task(self._live())
        leaving = asyncio.create_task(self._leaving.wait())
        late = asyncio.create_task(self._deadline())
        try:
            await asyncio.wait([living, leaving, late], return_when=asyncio.FIRST_COMPLETED)
            if late.done() and not living.done():
                await self._fail(living)
                await leaving
            elif living.done():
                living.result()
                await leaving
            await self._end(living, self.obj["metadata"].get("deletionGracePeriodSeconds", 30))
        finally:
            for task in (living, leaving, late):
                task.cancel()
        await self._clean()

    async def refuse(self, reason: str) -> None:
        """Say why the pod cannot run here; it stays pending until it is deleted."""
        self.event("Warning", "FailedCreatePodSandBox", reason)
        await self._leaving.wait()
        await self._clean()

    def secrets(self) -> PullSecrets:
        """See `containers.Surroundings`."""
        named = [*(self.obj["spec"].get("imagePullSecrets") or [])]
        found = [self._find("secrets", each["name"]) for each in named if each.get("name")]
        return PullSecrets(login for secret in found if secret for login in logins_of(secret))

    def changed(self) -> None:
        """See `containers.Surroundings`: what changes at one moment is written once."""
        if self._publishing is None:
            self._publishing = asyncio.get_running_loop().call_soon(self._publish)

    def event(self, kind: str, reason: str, message: str, field: str = "") -> None:
        """See `containers.Surroundings`."""
        self._events.record(self.obj, kind, reason, message, field)

    async def source_changed(self) -> None:
        """See `containers.Surroundings`."""
        await self._host.source_changed()

    async def _live(self) -> None:
        if self.obj.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            return
        try:
            await self._prepare()
            if not await self._initialize():
                return
            for container in self.main:
                if not container.started.is_set() and "waiting" in container.status["state"]:
                    container.status["state"] = {"waiting": {"reason": "ContainerCreating"}}
            refreshing = asyncio.create_task(self._refresh())
            self._living = True
            self._add_ephemeral()
            try:
                await asyncio.gather(*(container.run() for container in self.main))
            finally:
                self._living = False
                refreshing.cancel()
        finally:
            await self._stop_sidecars()

    async def _prepare(self) -> None:
        self.changed()
        for lack in missing(self.obj["spec"]):
            self.event("Warning", "NotInThisLab", lack)
        self.address = await self.runtime.add_pod(self.uid, self.address, self.place.hostname)
        self._surroundings.addresses.update(self._addresses())
        self._networked = True
        await self.offload(self._make_folders)
        while True:
            try:
                folders = await self.offload(self._volumes().make)
                break
            except ConfigFailed as error:
                self.event("Warning", "FailedMount", f"MountVolume.SetUp failed: {error}")
                await self._host.source_changed()
        self.place.volumes.update(folders)
        etc, owner = self.folder / "etc", self.runtime.first_id
        hostname, servers = self.place.hostname, self.runtime.nameservers
        self.place.files.update(write_etc_files(etc, self.obj, self.address, hostname, servers, owner))
        namespace = self.obj["metadata"]["namespace"]
        services = self._host.cluster.store.list("services", namespace).items
        if self.obj["spec"].get("enableServiceLinks", True):
            self.place.services.update(service_variables(services))
        api = self._host.cluster.store.find("services", "kubernetes", "default")
        self.place.services.update(service_variables([api] if api else []))
        self.changed()

    async def _initialize(self) -> bool:
        """Run the init containers one after the other; False when one of them has failed for good."""
        for container in self.init:
            if container.spec.get("restartPolicy") == "Always":
                self._sidecars.append(asyncio.create_task(container.run()))
                await container.started.wait()
            elif await container.run() != 0:
                return False
        return True

    def _add_ephemeral(self) -> None:
        """Start the ephemeral containers that have been added to the pod. Each runs once, without probes."""
        known = {container.name for container in self.ephemeral}
        for spec in self.obj["spec"].get("ephemeralContainers") or []:
            if spec["name"] in known:
                continue
            once = {**spec, "restartPolicy": "Never"}
            field = "spec.ephemeralContainers"
            container = self._container(once, "ContainerCreating", "Never", self._before, field)
            self.ephemeral.append(container)
            old = self._before.get(spec["name"], {}).get("state", {})
            if "terminated" in old:
                container.status["state"] = old
            else:
                self._ephemeral_runs.append(asyncio.create_task(container.run()))
            self.changed()

    async def _stop_ephemeral(self, grace: float) -> None:
        await asyncio.gather(*(container.stop(grace) for container in self.ephemeral))
        if self._ephemeral_runs:
            with self.offload.working():
                await asyncio.wait(self._ephemeral_runs, timeout=0.2)
        for task in self._ephemeral_runs:
            task.cancel()

    async def _refresh(self) -> None:
        """Keep the volumes that show ConfigMaps, Secrets and the pod itself up to date."""
        while True:
            await self._host.source_changed()
            with contextlib.suppress(LabError, OSError):
                await self.offload(self._volumes().refresh)

    async def _deadline(self) -> None:
        """Wait until the pod has been active for longer than it may be."""
        while True:
            self._updated.clear()
            seconds, started = self.obj["spec"].get("activeDeadlineSeconds"), self.obj["status"].get("startTime")
            waiting: list[asyncio.Task[Any]] = [asyncio.create_task(self._updated.wait())]
            if seconds is not None and started:
                left = parsed(started) + timedelta(seconds=seconds) - self.clock()
                if left <= timedelta():
                    waiting[0].cancel()
                    return
                waiting.append(asyncio.create_task(self.clock.sleep(left.total_seconds())))
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()

    async def _fail(self, living: "asyncio.Task[None]") -> None:
        """End a pod that has missed its deadline; it stays in the API as failed."""
        self._failure = ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
        self.event("Normal", *self._failure)
        await self._end(living, self.obj["spec"].get("terminationGracePeriodSeconds", 30))
        self.changed()

    async def _end(self, living: "asyncio.Task[None]", grace: float) -> None:
        grace = 0 if self._vanished else grace
        await asyncio.gather(*(container.stop(grace) for container in self.main), self._stop_ephemeral(grace))
        await self._stop_sidecars(grace)
        for container in self.init:
            await container.stop(0)
        if not living.done():
            # Containers that have ended report it within a moment; what still waits for images or back-offs does not.
            with self.offload.working():
                await asyncio.wait([living], timeout=0.2)
        living.cancel()
        await asyncio.wait([living])

    async def _stop_sidecars(self, grace: float = 30) -> None:
        for container in reversed(self.init):
            if container.spec.get("restartPolicy") == "Always":
                await container.stop(grace)
        if self._sidecars:
            with self.offload.working():
                await asyncio.wait(self._sidecars, timeout=0.2)
        for task in self._sidecars:
            task.cancel()

    async def _clean(self) -> None:
        if self._publishing is not None:
            self._publishing.cancel()
            self._publish()
        if self._networked:
            await self.runtime.remove_pod(self.uid)
        for folder in (self.folder, self.logs):
            try:
                await self.offload(remove_tree, folder)
            except PermissionError as error:
                # In Docker containers write as users whose files an ordinary user may not delete.
                _LOG.warning("files of pod %s stay: %s", self.uid, error)
        if not self._vanished:
            metadata = self.obj["metadata"]
            pods = self._host.cluster.resource("pods")
            with contextlib.suppress(LabError):
                options = DeleteOptions(grace=0, uid=self.uid)
                self._host.cluster.delete(pods, metadata["name"], metadata["namespace"], options)

    def _publish(self) -> None:
        self._publishing = None
        if self._vanished:
            return
        metadata = self.obj["metadata"]
        with contextlib.suppress(NotFound):
            self._host.cluster.store.mutate("pods", metadata["name"], metadata["namespace"], self._with_status)

    def _with_status(self, obj: Obj) -> None:
        if obj["metadata"]["uid"] != self.uid:
            return
        groups = (self.main, self.init, self.ephemeral)
        main, init, ephemeral = ([container.status for container in group] for group in groups)
        address = self.address if self._networked else ""
        old, now = obj.get("status") or {}, stamp(self.clock())
        obj["status"] = pod_status(obj, address, main, init, old, now, self._failure)
        if ephemeral:
            obj["status"]["ephemeralContainerStatuses"] = ephemeral

    def _container(
        self, spec: dict[str, Any], reason: str, policy: str, before: dict[str, Any], field: str = "spec.containers"
    ) -> Container:
        old = before.get(spec["name"])
        # A pod that ran under an earlier lab begins again, and its containers have been restarted.
        restarts = old["restartCount"] + 1 if old and old.get("containerID") else 0
        return Container(spec, self, reason, policy, restarts, field)

    def _volumes(self) -> Volumes:
        surroundings = Surroundings(self.obj, self._addresses(), self._find)
        token: TokenFor = lambda request: self._host.token(self.obj, request)  # noqa: E731 - one expression, typed
        folder, host = self.folder / "volumes", self._host
        return Volumes(folder, host.claims, surroundings, token, host.authority, self.runtime.first_id)

    def _find(self, resource: str, name: str) -> Obj | None:
        return self._host.cluster.store.find(resource, name, self.obj["metadata"]["namespace"])

    def _addresses(self) -> dict[str, str]:
        return {
            "status.podIP": self.address,
            "status.podIPs": self.address,
            "status.hostIP": NODE_IP,
            "status.hostIPs": NODE_IP,
            "spec.nodeName": NODE_NAME,
            "spec.serviceAccountName": self.obj["spec"].get("serviceAccountName", "default"),
        }

    def _make_folders(self) -> None:
        (self.folder / "etc").mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self.folder / "etc", self.folder.parent):
            folder.chmod(0o711)


def _hostname(pod: Obj) -> str:
    return str(pod["spec"].get("hostname") or pod["metadata"]["name"])[:63].rstrip("-.")


def _old_statuses(pod: Obj) -> list[dict[str, Any]]:
    status = pod.get("status") or {}
    kinds = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
    return [each for kind in kinds for each in status.get(kind) or []]
