"""One container of a pod through all its runs: pull, start, probe, end, back off, again."""

import asyncio
import contextlib
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from signal import Signals
from typing import Any, Protocol

from oakum.lab.api.clock import stamp
from oakum.lab.clock import Clock
from oakum.lab.files import remove_tree
from oakum.lab.node import probes
from oakum.lab.node.ends import Ends
from oakum.lab.node.errors import ConfigFailed, PullFailed, StartFailed
from oakum.lab.node.images import Image
from oakum.lab.node.launching import Place, launch_of, termination_log
from oakum.lab.node.offload import Offload
from oakum.lab.node.pipes import pipes, read_to_end
from oakum.lab.node.pull_secrets import PullSecrets
from oakum.lab.node.runtime import Launch, Runtime
from oakum.lab.node.standard_streams import StandardStreams
from oakum.lab.node.statuses import Status, initial, waiting

_FIRST_BACK_OFF, _LONGEST_BACK_OFF = 10.0, 300.0
_FORGIVEN_AFTER = 600.0
_LONGEST_MESSAGE = 4096
_RETRY = 1.0
_INTERACTIVE = 0.3


class Surroundings(Protocol):
    """What a container needs of its pod and its node."""

    ends: Ends
    clock: Clock
    offload: Offload
    logs: Path
    place: Place

    @property
    def runtime(self) -> Runtime:
        """What runs it."""
        ...

    def secrets(self) -> PullSecrets:
        """The logins for its images."""
        ...

    def changed(self) -> None:
        """Its status has changed."""

    def event(self, kind: str, reason: str, message: str, field: str = "") -> None:
        """Tell the user, about the pod or a field of it."""

    async def source_changed(self) -> None:
        """Wait until an object that the pod may depend on has changed."""


@dataclass(slots=True)
class _Back:
    """A pause that doubles with each use."""

    pause: float = 0.0

    def next(self) -> float:
        pause, self.pause = self.pause, min(max(self.pause * 2, _FIRST_BACK_OFF), _LONGEST_BACK_OFF)
        return pause


class Container:
    """A container of a pod. `run` takes it through its life; `stop` ends that; `status` is its containerStatus."""

    def __init__(
        self,
        spec: dict[str, Any],
        pod: Surroundings,
        reason: str,
        policy: str,
        restarts: int = 0,
        field: str = "spec.containers",
    ) -> None:
        self.spec = spec
        self._field = field
        self.name: str = spec["name"]
        self.status: Status = {**initial(spec, reason), "restartCount": restarts}
        self.streams: StandardStreams | None = None
        self.process = ""
        self.launch: Launch | None = None
        self.started = asyncio.Event()
        self._pod = pod
        self._stopping = False
        self._end: asyncio.Future[int] | None = None
        self._commands: dict[asyncio.Future[int], str] = {}
        self._pull_back = _Back()
        self._crash_back = _Back()
        self._policy = spec.get("restartPolicy") or policy

    @property
    def log_path(self) -> Path:
        """The log of its present, or last, run."""
        return self.log_of(self.status["restartCount"])

    def log_of(self, run: int) -> Path:
        """The log of a run by its number."""
        return self._pod.logs / self.name / f"{run}.log"

    async def run(self) -> int:
        """Run it as often as its restart policy wants; the exit code of the last run."""
        while True:
            begun = self._pod.clock()
            code = await self._once()
            if self._stopping or not self._restarts(code):
                return code
            if (self._pod.clock() - begun).total_seconds() > _FORGIVEN_AFTER:
                self._crash_back = _Back()
            await self._back_off()
            self._set(restartCount=self.status["restartCount"] + 1)

    async def stop(self, grace: float) -> None:
        """End it: the preStop hook, SIGTERM, and after `grace` seconds SIGKILL."""
        self._stopping = True
        end = self._end
        if end is None or end.done():
            return
        self.event("Normal", "Killing", f"Stopping container {self.name}")
        await _first(self._leave(end), self._pod.clock.sleep(grace))
        if not end.done():
            await self._pod.runtime.signal(self.process, Signals.SIGKILL)
            await asyncio.shield(end)

    async def _leave(self, end: "asyncio.Future[int]") -> None:
        await self._hook("preStop")
        await self._pod.runtime.signal(self.process, _stop_signal(self))
        await asyncio.shield(end)

    async def kill(self) -> None:
        """End it at once; its restart policy decides what follows."""
        if self._end is not None and not self._end.done():
            await self._pod.runtime.signal(self.process, Signals.SIGKILL)

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """See `probes.Target`."""
        connection = await self._pod.runtime.dial(self._pod.place.pod, port)
        return await asyncio.open_connection(sock=connection)

    async def execute(self, command: list[str]) -> tuple[int, str]:
        """Run a command inside; its exit code and output. Raises StartFailed."""
        with pipes(1) as (ours, theirs):
            end = await self.enter(command, [theirs[0]], terminal=False)
        try:
            output = await read_to_end(ours[0])
            return await asyncio.shield(end), output.decode(errors="replace")
        except asyncio.CancelledError:
            # Nobody waits for it any more, as at the time-out of a probe.
            await self.signal_command(end, Signals.SIGKILL)
            raise

    async def enter(self, command: list[str], streams: list[int], *, terminal: bool) -> "asyncio.Future[int]":
        """Start a command inside, on the given streams; its future exit code. Raises StartFailed."""
        if self.launch is None or self._end is None or self._end.done():
            raise StartFailed(f"container {self.name} is not running")
        name = os.urandom(32).hex()
        launch = _joined(self.launch, name, tuple(command), terminal)
        end = self._pod.ends.expect(name)
        self._commands[end] = name
        end.add_done_callback(self._commands.pop)
        if len(streams) == 1:
            with open(os.devnull, "rb") as nothing:
                await self._pod.runtime.run(launch, [nothing.fileno(), streams[0], streams[0]])
        else:
            await self._pod.runtime.run(launch, streams)
        return end

    async def signal_command(self, end: "asyncio.Future[int]", number: Signals) -> None:
        """Send a signal to a command that `enter` has started, by its future exit code."""
        if end in self._commands:
            await self._pod.runtime.signal(self._commands[end], number)

    def event(self, kind: str, reason: str, message: str) -> None:
        """Tell the user about this container."""
        self._pod.event(kind, reason, message, f"{self._field}{{{self.name}}}")

    async def wait(self) -> None:
        """Wait for the end of its present run."""
        if self._end is not None:
            await asyncio.wait([self._end])

    def port(self, stated: int | str) -> int:
        """See `probes.Target`."""
        if isinstance(stated, int) or stated.isdecimal():
            return int(stated)
        for port in self.spec.get("ports") or []:
            if port.get("name") == stated:
                return int(port["containerPort"])
        raise ValueError(f"couldn't find port: {stated}")

    async def _once(self) -> int:
        image = await self._image()
        launch = await self._configuration(image)
        self.process = launch.name
        self._end = self._pod.ends.expect(launch.name)
        began = stamp(self._pod.clock())
        try:
            streams = await self._start(launch)
        except StartFailed as error:
            self._pod.ends.tell(launch.name, 128)
            self.event("Warning", "Failed", f"Error: {error}")
            return self._ended(128, began, "StartError", f"unable to start container process: {error}")
        self.event("Normal", "Created", "Container created")
        self.event("Normal", "Started", "Container started")
        if self.spec.get("stdinOnce"):
            # As late as a kubelet reports it: who attaches then finds in the log what was printed at the start.
            with self._pod.offload.working():
                await asyncio.wait([self._end], timeout=_INTERACTIVE)
        if not await self._hook("postStart"):
            self.event("Normal", "Killing", "FailedPostStartHook")
            self._killing = asyncio.create_task(self._terminate())
        identity = {"containerID": f"oakum://{launch.name}", "imageID": image.identity}
        self._set(state={"running": {"startedAt": began}}, **identity)
        if self._stopping:
            # The wish to stop came while it was being started, and found nobody to send the signal to.
            await self._pod.runtime.signal(self.process, _stop_signal(self))
        watching = asyncio.create_task(self._attend())
        try:
            code = await asyncio.shield(self._end)
            await streams.drained()
        finally:
            watching.cancel()
            streams.close()
        return self._told(code, began, await self._pod.offload(self._last_words, code))

    def _told(self, code: int, began: str, message: str) -> int:
        """Keep how a process ended: with a status, or by a signal (negative)."""
        status = code if code >= 0 else 128 - code
        if code and self._pod.runtime.out_of_memory(self.process):
            return self._ended(status, began, "OOMKilled", message)
        return self._ended(status, began, "Error" if code else "Completed", message)

    async def _image(self) -> Image:
        name = self.spec["image"]
        policy = self.spec.get("imagePullPolicy") or "IfNotPresent"
        while True:
            self.event("Normal", "Pulling", f'Pulling image "{name}"')
            try:
                image = await self._pod.runtime.pull(name, policy, self._pod.secrets())
            except PullFailed as error:
                await self._pull_failed(error)
            else:
                self.event("Normal", "Pulled", f'Successfully pulled image "{name}"')
                self._pull_back = _Back()
                return image

    async def _pull_failed(self, error: PullFailed) -> None:
        name = self.spec["image"]
        self._set(state=waiting(error.reason, str(error)))
        self.event("Warning", "Failed", f'Failed to pull image "{name}": {error}')
        self.event("Warning", "Failed", f"Error: {error.reason}")
        self._pull_back.next()
        await self._pod.clock.sleep(_RETRY)
        if error.reason == "ErrImagePull":
            message = f'Back-off pulling image "{name}": ErrImagePull: {error}'
            self._set(state=waiting("ImagePullBackOff", message))
            self.event("Normal", "BackOff", f'Back-off pulling image "{name}"')
        # A Secret that appears is a reason to try at once; so is the back-off's end.
        await _first(self._pod.source_changed(), self._pod.clock.sleep(self._pull_back.pause))

    async def _configuration(self, image: Image) -> Launch:
        while True:
            name = os.urandom(32).hex()
            try:
                words = termination_log(self.spec, self._pod.place)
                self._make_words(words)
                return launch_of(self.spec, image, self._pod.place, name, self.status["restartCount"])
            except ConfigFailed as error:
                self._set(state=waiting("CreateContainerConfigError", str(error)))
                self.event("Warning", "Failed", f"Error: {error}")
                await _first(self._pod.source_changed(), self._pod.clock.sleep(_FIRST_BACK_OFF))

    async def _start(self, launch: Launch) -> StandardStreams:
        self.launch = launch
        streams = self.streams = StandardStreams(self.spec, self.log_path)
        try:
            await self._pod.runtime.run(launch, streams.theirs)
        except StartFailed:
            streams.close()
            raise
        finally:
            streams.let_go()
        await streams.collect()
        return streams

    async def _attend(self) -> None:
        """Follow the probes while it runs."""
        healthy = self._pod.runtime.health(self.process)
        if healthy is not None:
            self._startup(True)
            self._set(ready=healthy)
            return
        async with asyncio.TaskGroup() as group:
            if "startupProbe" in self.spec:
                starting = group.create_task(self._probe("startupProbe", self._startup))
                await self.started.wait()
                starting.cancel()
            else:
                self._startup(True)
            if "readinessProbe" in self.spec:
                group.create_task(self._probe("readinessProbe", lambda good: self._set(ready=good)))
            else:
                self._set(ready=True)
            if "livenessProbe" in self.spec:
                group.create_task(self._probe("livenessProbe", self._alive))

    async def _probe(self, kind: str, change: Callable[[bool], None]) -> None:
        probe = probes.Probe.of(self.spec[kind])
        label = kind.removesuffix("Probe").capitalize()

        def failed(message: str) -> None:
            self.event("Warning", "Unhealthy", f"{label} probe failed: {message}")

        await probes.watch(probe, self, self._pod.clock, change, failed, eager=kind != "livenessProbe")

    def _startup(self, good: bool) -> None:
        if good:
            self._set(started=True)
            self.started.set()
        else:
            self._fail("startup")

    def _alive(self, good: bool) -> None:
        if not good:
            self._fail("liveness")

    def _fail(self, probe: str) -> None:
        message = f"Container {self.name} failed {probe} probe, will be restarted"
        self.event("Normal", "Killing", message)
        self._killing = asyncio.create_task(self._terminate())

    async def _terminate(self) -> None:
        end = self._end
        if end is None:
            return
        await self._pod.runtime.signal(self.process, _stop_signal(self))
        grace = self._pod.place.surroundings.pod["spec"].get("terminationGracePeriodSeconds", 30)
        await _first(asyncio.shield(end), self._pod.clock.sleep(grace))
        await self.kill()

    async def _hook(self, name: str) -> bool:
        """Whether a hook went well, or there is none."""
        hook = (self.spec.get("lifecycle") or {}).get(name)
        if not hook:
            return True
        if "sleep" in hook:
            await self._pod.clock.sleep(hook["sleep"]["seconds"])
            return True
        period = probes.Probe(hook, 0, 1, math.inf, 1, 1)
        message = await probes.check(period, self)
        if message:
            self.event("Warning", f"Failed{name[0].upper()}{name[1:]}Hook", message)
        return not message

    def _ended(self, code: int, began: str, reason: str, message: str) -> int:
        ended = {"exitCode": code, "reason": reason, "startedAt": began, "finishedAt": stamp(self._pod.clock())}
        ended["containerID"] = f"oakum://{self.process}"
        if message:
            ended["message"] = message
        self.started.clear()
        if self.launch is not None:
            self._removing = asyncio.create_task(self._pod.offload(remove_tree, self.launch.folder))
        self._set(state={"terminated": ended}, ready=False, started=False)
        return code

    def _restarts(self, code: int) -> bool:
        return self._policy == "Always" or (self._policy == "OnFailure" and code != 0)

    async def _back_off(self) -> None:
        ended = self.status["state"]
        pause = self._crash_back.next()
        if pause:
            pod = self._pod.place.surroundings.pod["metadata"]
            what = f"restarting failed container={self.name} pod={pod['name']}_{pod['namespace']}({pod['uid']})"
            self._set(state=waiting("CrashLoopBackOff", f"back-off {_duration(pause)} {what}"), lastState=ended)
            self.event("Warning", "BackOff", f"Back-off {what}")
            await self._pod.clock.sleep(pause)
        else:
            self._set(lastState=ended)

    def _make_words(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        path.chmod(0o666)

    def _last_words(self, code: int) -> str:
        path = termination_log(self.spec, self._pod.place)
        with contextlib.suppress(OSError):
            text = path.read_bytes()[:_LONGEST_MESSAGE].decode(errors="replace")
            if text or code == 0 or self.spec.get("terminationMessagePolicy") != "FallbackToLogsOnError":
                return text
            lines = self.log_path.read_bytes()[-_LONGEST_MESSAGE:].splitlines()
            return b"\n".join(line.split(b" ", 3)[-1] for line in lines[-80:]).decode(errors="replace")
        return ""

    def _set(self, **changes: Any) -> None:
        before = self.status
        self.status = {**before, **changes}
        if self.status != before:
            self._pod.changed()


async def _first(*awaitables: Any) -> None:
    """Wait for one of several."""
    tasks = [asyncio.ensure_future(each) for each in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _joined(launch: Launch, name: str, command: tuple[str, ...], terminal: bool) -> Launch:
    return replace(launch, name=name, arguments=command, terminal=terminal, join=launch.name)


def _stop_signal(container: Container) -> Signals:
    image = container.launch.image if container.launch else None
    stated = str((image.settings if image else {}).get("StopSignal") or "SIGTERM")
    name = stated if stated.startswith("SIG") else f"SIG{stated}"
    try:
        return Signals(int(stated)) if stated.isdecimal() else Signals[name]
    except (KeyError, ValueError):
        return Signals.SIGTERM


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
