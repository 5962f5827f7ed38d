"""A container's file system: its root, what the kernel adds, devices and volumes (OCI runtime-spec 1.2, "Linux")."""

import contextlib
import os
import stat
from dataclasses import dataclass
from typing import Any

from oakum.lab.node.sandbox import system

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2", "ptmx": "pts/ptmx"}
_MASKED = ("acpi", "kcore", "keys", "latency_stats", "timer_list", "sched_debug", "scsi")
_READ_ONLY = ("bus", "fs", "irq", "sys", "sysrq-trigger")
_PLAIN = system.MS_NOSUID | system.MS_NOEXEC | system.MS_NODEV
# A remount may not clear what the original mount forbids: statvfs's flags, as mount's.
_KEPT = {os.ST_NOSUID: system.MS_NOSUID, os.ST_NODEV: system.MS_NODEV, os.ST_NOEXEC: system.MS_NOEXEC, 1024: 1024,
         2048: 2048, 4096: 1 << 21}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of the lab shown inside the container at `target`."""

    source: str
    target: str
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """Where a container's files are, relative to the lab's data folder.

    With `lower` the image is shared and what the container writes goes to `upper` (overlayfs, with its `work` folder);
    otherwise `path` is the container's own copy.
    """

    path: str
    lower: str = ""
    upper: str = ""
    work: str = ""
    readonly: bool = False
    mounts: tuple[Mount, ...] = ()

    @classmethod
    def load(cls, data: dict[str, Any]) -> "Root":
        """From its JSON form."""
        mounts = tuple(Mount(**mount) for mount in data.get("mounts", ()))
        return cls(**{**data, "mounts": mounts})

    def enter(self) -> None:
        """Mount everything in this (new) mount namespace and make it the root."""
        # Relative throughout: the folders above the lab's own need not be open to the users of containers.
        root = self.path
        if self.lower:
            options = f"lowerdir={self.lower},upperdir={self.upper},workdir={self.work}"
            mount_overlay(root, options)
        else:
            system.mount(root, root, None, system.MS_BIND | system.MS_REC)
        _mount_proc(root)
        _mount_devices(root)
        with contextlib.suppress(OSError):
            system.mount("sysfs", _inside(root, "/sys"), "sysfs", _PLAIN | system.MS_RDONLY)
        for mount in self.mounts:
            _bind(mount, root)
        if self.readonly:
            _make_read_only(root)
        system.pivot_root(root)


def mount_overlay(target: str, options: str) -> None:
    """Mount an overlay; inside a user namespace its bookkeeping needs the `user.` attributes (Linux 5.11)."""
    try:
        system.mount("overlay", target, "overlay", 0, options + ",userxattr")
    except OSError:
        system.mount("overlay", target, "overlay", 0, options)


def _mount_proc(root: str) -> None:
    proc = _inside(root, "/proc")
    try:
        system.mount("proc", proc, "proc", _PLAIN)
    except OSError:
        # Where parts of the machine's own /proc are hidden a fresh one is refused; the inherited one hides as much.
        system.mount("/proc", proc, None, system.MS_BIND | system.MS_REC)
    for name in _MASKED:
        path = f"{proc}/{name}"
        if os.path.isdir(path):
            system.mount("tmpfs", path, "tmpfs", _PLAIN | system.MS_RDONLY)
        elif os.path.exists(path):
            system.mount("/dev/null", path, None, system.MS_BIND)
    for name in _READ_ONLY:
        path = f"{proc}/{name}"
        if os.path.exists(path):
            system.mount(path, path, None, system.MS_BIND | system.MS_REC)
            _make_read_only(path)


def _mount_devices(root: str) -> None:
    dev = _inside(root, "/dev")
    system.mount("tmpfs", dev, "tmpfs", system.MS_NOSUID, "mode=755,size=65536k")
    for name in _DEVICES:
        with open(f"{dev}/{name}", "w"):
            pass
        system.mount(f"/dev/{name}", f"{dev}/{name}", None, system.MS_BIND)
    for name, target in _LINKS.items():
        os.symlink(target, f"{dev}/{name}")
    os.mkdir(f"{dev}/shm")
    os.mkdir(f"{dev}/pts")
    system.mount("shm", f"{dev}/shm", "tmpfs", _PLAIN, "mode=1777,size=65536k")
    with contextlib.suppress(OSError):
        options = "newinstance,ptmxmode=0666,mode=0620"
        system.mount("devpts", f"{dev}/pts", "devpts", system.MS_NOSUID | system.MS_NOEXEC, options)


def _bind(mount: Mount, root: str) -> None:
    folder = os.path.isdir(mount.source)
    target = _inside(root, mount.target, folder=folder)
    system.mount(mount.source, target, None, system.MS_BIND | system.MS_REC)
    if mount.readonly:
        _make_read_only(target)


def _make_read_only(target: str) -> None:
    present = os.statvfs(target).f_flag
    kept = sum(flag for stated, flag in _KEPT.items() if present & stated)
    flags = system.MS_REMOUNT | system.MS_BIND | system.MS_RDONLY | kept
    system.mount(None, target, None, flags)


def _inside(root: str, path: str, *, folder: bool = True) -> str:
    """The place of `path` below `root`, made if need be. Links are followed as inside the root, never out of it."""
    place = resolve(root, path)
    if not os.path.lexists(place):
        os.makedirs(place if folder else os.path.dirname(place), exist_ok=True)
        if not folder:
            with open(place, "x"):
                pass
    return place


def resolve(root: str, path: str, depth: int = 40) -> str:
    """The real place of `path` with `root` as the root folder: links and `..` never leave it.

    Raises OSError (ELOOP) when links go in a circle.
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    place: list[str] = []
    while parts:
        part = parts.pop(0)
        if part == "..":
            del place[-1:]
            continue
        candidate = os.path.join(root, *place, part)
        try:
            link = stat.S_ISLNK(os.lstat(candidate).st_mode)
        except FileNotFoundError:
            link = False
        if not link:
            place.append(part)
            continue
        depth -= 1
        if depth < 0:
            raise OSError(40, f"too many symbolic links in {path}")
        target = os.readlink(candidate)
        if target.startswith("/"):
            place = []
        parts = [piece for piece in target.split("/") if piece not in ("", ".")] + parts
    return os.path.join(root, *place)
