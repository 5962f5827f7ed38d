"""Hashes of folders, remembered while nothing in them was touched: size, times, inode and mode of every entry.

A change that leaves all of these as they were would have to set the clock back; entries touched in the last moments
before a hash was taken are not trusted, since a second change within the clock's grain would not show (as in git).
"""
from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from oakum.images import remembered
from oakum.images.builders import context

_GRAIN_NS = 2_000_000_000


class FolderHashes:
    """Computes `context.content_hash`, or remembers it in `store`."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def of(self, root: Path) -> str:
        """The hash of the content below `root`."""
        place = self._store / hashlib.sha256(os.fsencode(root.resolve())).hexdigest()
        state, newest = _state(root)
        known = remembered.read(place)
        if known.get("state") == state and newest < known.get("taken", 0) - _GRAIN_NS:
            return str(known["content"])
        taken = time.time_ns()
        content = context.content_hash(root)
        remembered.write(place, {"state": state, "taken": taken, "content": content})
        return content


def _state(root: Path) -> tuple[str, int]:
    """What the file system says of every entry, as one digest, and the newest of their times."""
    total, newest = hashlib.sha256(), 0
    for entry in context.walk(root):
        found = entry.path.lstat()
        newest = max(newest, found.st_mtime_ns, found.st_ctime_ns)
        facts = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_mode)
        total.update(f"{entry.name}\0{facts}".encode("utf-8", "surrogateescape"))
    return total.hexdigest(), newest
