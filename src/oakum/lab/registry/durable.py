"""Files that are either wholly there after a crash or not at all: write, fsync, rename, fsync the folder."""

import os
import uuid
from pathlib import Path


class Disk:
    """Writes below one scratch folder of the same file system, and renames into place.

    `sync=False` skips fsync: still atomic against a killed process, not against a lost machine. For throw-away labs.
    """

    def __init__(self, scratch: Path, *, sync: bool = True) -> None:
        self._scratch = scratch
        self._sync = sync
        scratch.mkdir(parents=True, exist_ok=True)

    def write(self, path: Path, content: bytes) -> None:
        """Make `path` hold `content`; a reader sees the old file or the new one, never a part."""
        partial = self._scratch / uuid.uuid4().hex
        with partial.open("wb") as file:
            file.write(content)
            self.flush(file.fileno())
        self.rename(partial, path)

    def rename(self, partial: Path, path: Path) -> None:
        """Move a complete, flushed file to its place."""
        self._make_folder(path.parent)
        partial.replace(path)
        self._flush_folder(path.parent)

    def flush(self, descriptor: int) -> None:
        """Wait until what was written to `descriptor` is on the disk."""
        if self._sync:
            os.fsync(descriptor)

    def remove(self, path: Path) -> bool:
        """Remove a file; whether it was there."""
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        self._flush_folder(path.parent)
        return True

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        self._flush_folder(folder.parent)

    def _flush_folder(self, folder: Path) -> None:
        if not self._sync:
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
