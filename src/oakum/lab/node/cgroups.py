"""Limits on a container's memory and processors, by Linux control groups of version 1 or 2, where they may be made."""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oakum.lab.api import quantity

_ROOT = Path("/sys/fs/cgroup")
PERIOD = 100_000
_SMALLEST_QUOTA = 1_000
_NAME = "oakum-lab-"
PATIENCE_S = 5.0
"""What processes that were killed may take to be gone."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a container may use: bytes of memory and processors (0: without end)."""

    memory: int = 0
    processors: float = 0.0

    @classmethod
    def of(cls, container: dict[str, Any]) -> "Limits":
        """From `resources.limits` of its specification."""
        stated = (container.get("resources") or {}).get("limits") or {}
        memory, processors = (quantity.parse(stated.get(name, 0)) for name in ("memory", "cpu"))
        return cls(int(memory), float(processors))

    @property
    def quota(self) -> int:
        """Microseconds of processor time in each period of 100 ms."""
        return max(_SMALLEST_QUOTA, round(self.processors * PERIOD))


class Group:
    """The control groups of one container, one in each hierarchy."""

    def __init__(self, folders: list[Path]) -> None:
        self._folders = folders

    def open(self) -> list[int]:
        """Descriptors that a process writes `0` to in order to enter. The caller closes them."""
        return [os.open(folder / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC) for folder in self._folders]

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed a process in it for its use of memory."""
        for folder in self._folders:
            for name in ("memory.events", "memory.oom_control"):
                with contextlib.suppress(OSError):
                    words = (folder / name).read_text().split()
                    if "oom_kill" in words and words[words.index("oom_kill") + 1] != "0":
                        return True
        return False

    def remove(self) -> None:
        """Remove the groups; processes that are just ending get a moment."""
        _remove(self._folders, PATIENCE_S)


class Cgroups:
    """The control groups of one lab, below this process's own (version 1) or the top (version 2).

    `refusal` says why there are none; limits are not enforced then.
    """

    def __init__(self, root: Path = _ROOT) -> None:
        self.refusal = ""
        self._second = (root / "cgroup.controllers").exists()
        self._folders: dict[str, Path] = {}
        try:
            places = [root] if self._second else [_own(root, "memory"), _own(root, "cpu")]
            for key, place in zip(("memory", "cpu"), places, strict=False):
                _remove_left(place)
                self._folders[key] = place / f"{_NAME}{os.getpid()}-{id(self):x}"
                self._folders[key].mkdir()
            if self._second:
                # Where nobody has handed them out yet, as in a container of one's own.
                with contextlib.suppress(OSError):
                    (root / "cgroup.subtree_control").write_text("+memory +cpu")
                (self._folders["memory"] / "cgroup.subtree_control").write_text("+memory +cpu")
        except OSError as error:
            self.refusal = f"{error.strerror or error}: {error.filename}"
            self.close()

    def make(self, name: str, limits: Limits) -> Group | None:
        """The group of a new container; None where nothing is limited or no groups can be made. Raises OSError."""
        if self.refusal or limits == Limits():
            return None
        settings: list[tuple[str, str, str]] = []
        if self._second:
            settings += [("memory", "memory.max", str(limits.memory))] * bool(limits.memory)
            settings += [("memory", "memory.swap.max", "0")] * bool(limits.memory)
            settings += [("memory", "cpu.max", f"{limits.quota} {PERIOD}")] * bool(limits.processors)
        else:
            settings += [("memory", "memory.limit_in_bytes", str(limits.memory))] * bool(limits.memory)
            settings += [("cpu", "cpu.cfs_period_us", str(PERIOD))] * bool(limits.processors)
            settings += [("cpu", "cpu.cfs_quota_us", str(limits.quota))] * bool(limits.processors)
        folders = list({self._folders[key] / name for key, _, _ in settings})
        group = Group(folders)
        try:
            for folder in folders:
                folder.mkdir()
            for key, file, text in settings:
                if "swap" not in file or (self._folders[key] / name / file).exists():
                    (self._folders[key] / name / file).write_text(text)
        except OSError:
            group.remove()
            raise
        return group

    def close(self) -> None:
        """Remove everything that was made."""
        for folder in self._folders.values():
            _remove([*folder.glob("*/"), folder], PATIENCE_S)
        self._folders.clear()


def _own(root: Path, controller: str) -> Path:
    """This process's group in a hierarchy of version 1; the top where that is not seen (in a container)."""
    top = root / controller
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(",") and (top / path.lstrip("/")).is_dir():
            return top / path.lstrip("/")
    return top


def _remove_left(place: Path) -> None:
    """Remove what labs have left that were killed."""
    for folder in place.glob(f"{_NAME}*"):
        number = folder.name.removeprefix(_NAME).partition("-")[0]
        if number.isdecimal() and not Path(f"/proc/{number}").exists():
            _remove([*folder.glob("*/"), folder])


def _remove(folders: list[Path], patience: float = 0) -> None:
    """Remove groups, in this order; what processes are still in is left when it is so after `patience` seconds."""
    until = time.monotonic() + patience
    for folder in folders:
        while True:
            try:
                folder.rmdir()
            except FileNotFoundError:
                break
            except OSError:
                if time.monotonic() >= until:
                    break
                time.sleep(0.01)
            else:
                break
