"""What a container's own root needs where nothing can be mounted into it (a plain chroot): copies, and device files."""

import contextlib
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from oakum.lab.node.errors import StartFailed
from oakum.lab.node.sandbox.roots import Mount, resolve

_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}


def furnish(root: Path, mounts: Sequence[Mount]) -> None:
    """Copy what would be mounted into `root`, and make the usual devices.

    A folder that containers share, or that outlives them, cannot be had so: raises StartFailed for a claim.
    """
    for mount in mounts:
        source = Path(mount.source)
        if source.name.startswith("pvc-"):
            raise StartFailed("this machine lets nothing be mounted, so claims cannot be used (runtime chroot)")
        _copy(source, Path(resolve(str(root), mount.target)))
    folder = Path(resolve(str(root), "/dev"))
    folder.mkdir(exist_ok=True)
    for name, (major, minor) in _DEVICES.items():
        # A machine that forbids this too leaves the container without devices, which many programs do not miss.
        with contextlib.suppress(OSError):
            os.mknod(folder / name, stat.S_IFCHR | 0o666, os.makedev(major, minor))
            (folder / name).chmod(0o666)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        shutil.copymode(source, target)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copy2(source, target)
