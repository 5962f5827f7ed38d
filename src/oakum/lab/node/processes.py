"""The runtime of real processes, isolated by the keeper in one of its modes."""

import asyncio
import logging
import os
import shutil
import socket
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from signal import Signals
from typing import Any

from oakum.lab.files import make_passable
from oakum.lab.network import DNS_SERVICE_IP
from oakum.lab.node.bare import furnish
from oakum.lab.node.cgroups import Cgroups, Group, Limits
from oakum.lab.node.errors import StartFailed
from oakum.lab.node.images import Image, Images
from oakum.lab.node.mirror import Mirror
from oakum.lab.node.pipes import close_all
from oakum.lab.node.pull_secrets import PullSecrets
from oakum.lab.node.runtime import Launch, config_of
from oakum.lab.node.sandbox.client import Keeper, SandboxError, first_id

_REAL = ("namespaces", "privileged", "chroot")
MODES = {"auto": _REAL} | {mode: (mode,) for mode in _REAL}
"""For each way to choose: the keeper's modes that are tried, in this order."""

_SWITCHES = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1",
    "/proc/sys/kernel/unprivileged_userns_clone": "0",
    "/proc/sys/user/max_user_namespaces": "0",
}

_LOG = logging.getLogger(__name__)

_WAYS_OUT = 1 << 18 | 1 << 27
"""Capabilities (SYS_CHROOT, MKNOD) that lead out of a container whose root is the machine's."""


class Processes:
    """See `runtime.Runtime`. Everything is kept below `folder`; `choice` is one of `MODES`.

    `trusted` are PEM files of authorities that registries' certificates may be signed by, beside the system's; `mirror`
    has images of other registries.
    """

    def __init__(
        self, folder: Path, choice: str = "auto", trusted: tuple[str, ...] = (), mirror: Mirror | None = None
    ) -> None:
        self.on_end: Callable[[str, int], None] = lambda name, code: None
        self.first_id = 0
        self.nameservers: tuple[str, ...] = (DNS_SERVICE_IP,)
        self._choice = choice
        self._trusted = trusted
        self._mirror = mirror
        # Threads of its own: the lab's registry, which pulls wait for, reads its files on the loop's.
        self._pulling = ThreadPoolExecutor(4, "oakum-lab-pull")
        self._folder = folder
        self._overlays = self._mounts = self._own_users = False
        self._images: Images | None = None
        self._started: Keeper | None = None
        self._roots: dict[str, dict[str, Any]] = {}
        self._cgroups: Cgroups | None = None
        self._groups: dict[str, Group] = {}
        self._out_of_memory: set[str] = set()

    async def start(self) -> None:
        """Start the keeper in the first mode that this machine allows. Raises SandboxError with each refusal."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # The users of containers pass through it, but see no more of it than what is mounted for them.
        self._folder.chmod(0o711)
        refusals = []
        for mode in MODES[self._choice]:
            try:
                await self._start(mode)
                return
            except SandboxError as error:
                refusals.append(str(error))
        raise SandboxError(f"this machine refuses to isolate pods: {'; '.join(refusals)}{_hint()}")

    async def _start(self, mode: str) -> None:
        if mode != "namespaces" and os.geteuid() != 0:
            raise SandboxError(f"{mode}: only for root")
        self.first_id = first_id() if mode == "namespaces" else 0
        self._overlays = mode != "chroot"
        self._mounts = mode != "chroot"
        self._own_users = mode == "namespaces"
        make_passable(self._folder / "images", self._folder)
        self._images = Images(self._folder / "images", self.first_id, self._trusted, self._mirror)
        self._started = Keeper(self._folder, mode, self.first_id)
        self._started.on_end = self._ended
        await self._started.start()

    @property
    def _keeper(self) -> Keeper:
        if self._started is None:
            raise SandboxError("the node's helper process has not been started")
        return self._started

    async def stop(self) -> None:
        """End every process."""
        self._pulling.shutdown(wait=False, cancel_futures=True)
        if self._started is not None:
            await self._started.stop()
        for name in [*self._groups]:
            self._groups.pop(name).remove()
        if self._cgroups is not None:
            self._cgroups.close()

    async def pull(self, name: str, policy: str, secrets: PullSecrets) -> Image:
        """An image, unpacked. Raises PullFailed."""
        assert self._images is not None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pulling, self._images.get, name, policy, secrets)

    async def add_pod(self, pod: str, address: str, hostname: str) -> str:
        """Make the pod's network namespace."""
        await self._keeper.add_pod(pod, address)
        return address

    async def remove_pod(self, pod: str) -> None:
        """Forget the pod's network namespace."""
        await self._keeper.remove_pod(pod)

    async def run(self, launch: Launch, streams: list[int]) -> None:
        """Start a process; without overlayfs a container gets a copy of its image. Raises StartFailed."""
        try:
            await self._run(launch, streams)
        except SandboxError as error:
            if not self._overlays or "mounting overlay" not in str(error):
                raise StartFailed(str(error)) from error
            self._overlays = False
            await self._retry(launch, streams)

    async def _retry(self, launch: Launch, streams: list[int]) -> None:
        try:
            await self._run(launch, streams)
        except SandboxError as error:
            raise StartFailed(str(error)) from error

    async def _run(self, launch: Launch, streams: list[int]) -> None:
        if launch.join:
            root = self._roots.get(launch.join)
        else:
            root = self._roots[launch.name] = await asyncio.to_thread(self._root, launch)
        if not self._own_users:
            launch = replace(launch, capabilities=launch.capabilities & ~_WAYS_OUT)
        self._give(launch, streams)
        group = self._groups.get(launch.join) if launch.join else self._group(launch)
        entrances = group.open() if group else []
        try:
            config = config_of(launch, root)
            await self._keeper.run(launch.name, launch.pod, config, streams, launch.join, entrances)
        finally:
            close_all(entrances)

    def _give(self, launch: Launch, streams: list[int]) -> None:
        """Let the process's user open its streams by name too, as programs do that log to /dev/stdout."""
        if os.geteuid() != 0:
            return
        for descriptor in streams:
            if os.isatty(descriptor) or stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                os.fchown(descriptor, self.first_id + launch.user, self.first_id + launch.group)

    def _group(self, launch: Launch) -> Group | None:
        """The control groups for a container, made at its first try."""
        if launch.limits == Limits():
            return None
        if self._cgroups is None:
            self._cgroups = Cgroups()
            if self._cgroups.refusal:
                _LOG.warning("limits of containers are not enforced: %s", self._cgroups.refusal)
        if launch.name not in self._groups:
            try:
                made = self._cgroups.make(launch.name, launch.limits)
            except OSError as error:
                raise SandboxError(f"limiting the container: {error}") from error
            if made is None:
                return None
            self._groups[launch.name] = made
        return self._groups.get(launch.name)

    def out_of_memory(self, name: str) -> bool:
        """As the kernel has counted."""
        return name in self._out_of_memory

    def health(self, name: str) -> bool | None:
        """Probes ask the processes."""
        return None

    async def signal(self, name: str, number: Signals) -> None:
        """Send a signal to a process."""
        await self._keeper.signal(name, number)

    async def dial(self, pod: str, port: int, *, datagrams: bool = False) -> socket.socket:
        """A connected socket to a port inside a pod. Raises OSError."""
        try:
            return await self._keeper.dial(pod, port, datagrams=datagrams)
        except SandboxError as error:
            raise OSError(error.errno, str(error)) from error

    async def bind(self, address: str, port: int, *, datagrams: bool = False) -> socket.socket | None:
        """A socket that pods reach at a Service's address."""
        try:
            return await self._keeper.bind(address, port, datagrams=datagrams)
        except SandboxError as error:
            raise OSError(error.errno, str(error)) from error

    def _ended(self, name: str, code: int) -> None:
        self._roots.pop(name, None)
        self._out_of_memory.discard(name)
        group = self._groups.pop(name, None)
        if group is not None:
            if group.out_of_memory():
                self._out_of_memory.add(name)
            asyncio.get_running_loop().run_in_executor(None, group.remove)
        self.on_end(name, code)

    def _root(self, launch: Launch) -> dict[str, Any]:
        assert launch.image is not None
        shutil.rmtree(launch.folder, ignore_errors=True)
        root = {
            "path": self._relative(launch.folder / "root"),
            "readonly": launch.readonly,
            "mounts": [
                {"source": self._relative(Path(mount.source)), "target": mount.target, "readonly": mount.readonly}
                for mount in launch.mounts
            ],
        }
        if not self._overlays:
            make_passable(launch.folder, self._folder)
            shutil.copytree(launch.image.root, launch.folder / "root", symlinks=True, copy_function=self._copy)
            self._own(launch.folder / "root")
            if not self._mounts:
                furnish(launch.folder / "root", launch.mounts)
            return root
        for name in ("root", "upper", "work"):
            make_passable(launch.folder / name, self._folder)
            self._own(launch.folder / name)
        # What is above hides the image's own root folder, its mode included.
        shutil.copymode(launch.image.root, launch.folder / "upper")
        overlay = {"lower": launch.image.root, "upper": launch.folder / "upper", "work": launch.folder / "work"}
        return root | {name: self._relative(path) for name, path in overlay.items()}

    def _copy(self, source: str, target: str) -> None:
        shutil.copy2(source, target, follow_symlinks=False)
        if self.first_id:
            found = os.lstat(source)
            os.chown(target, found.st_uid, found.st_gid, follow_symlinks=False)

    def _relative(self, path: Path) -> str:
        return os.path.relpath(path, self._folder)

    def _own(self, path: Path) -> None:
        if self.first_id:
            os.chown(path, self.first_id, self.first_id)


def _hint() -> str:
    """What to do about a machine that keeps user namespaces from ordinary users."""
    for path, value in _SWITCHES.items():
        try:
            text = Path(path).read_text().strip()
        except OSError:
            continue
        if text == value:
            name = path.removeprefix("/proc/sys/").replace("/", ".")
            return f" ({name} is {value}: see 'sysctl {name}', or run the lab as root)"
    return ""
