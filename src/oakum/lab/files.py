"""Files that only their owner may read, and folders that are hard to delete."""

import os
import shutil
import sys
import uuid
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 in one step: a reader finds the old content or the new."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    partial.replace(path)


def make_passable(folder: Path, below: Path) -> None:
    """Make a folder, and whatever the umask let other users pass through it and through those above, up to `below`."""
    folder.mkdir(parents=True, exist_ok=True)
    for place in (folder, *folder.parents):
        if place == below:
            return
        place.chmod(0o711)


def remove_tree(folder: Path) -> None:
    """Delete a folder and all in it, also what its owner has forbidden itself; one that is not there is no error."""
    if sys.version_info >= (3, 12):
        shutil.rmtree(folder, onexc=_open_and_retry)
    else:
        shutil.rmtree(folder, onerror=_open_and_retry)


def _open_and_retry(function: object, path: str, reason: object) -> None:
    """Images may hold folders that even their owner may not enter, and overlayfs leaves some."""
    if not os.path.lexists(path):
        return
    for folder in (os.path.dirname(path), path):
        if os.path.isdir(folder) and not os.path.islink(folder):
            os.chmod(folder, 0o700)
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)
