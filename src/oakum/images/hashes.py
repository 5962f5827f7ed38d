"""Hashes of folders, remembered while nothing in them was touched: size, times, inode and mode of every entry.

A change that leaves all of these as they were would have to set the clock back; entries touched in the last moments
before a hash was taken are not trusted, since a second change within the clock's grain would not show (as in git).
"""
from __future__ import annotations

import os
import time

from oakum.images import context, remembered
from oakum.typing import StrPath

_GRAIN_NS = 2_000_000_000


class FolderHashes:
    """Computes `context.content_hash`, or remembers it in `store`."""

    def __init__(self, store: StrPath) -> None:
        self._store = store

    def of(self, root: StrPath) -> str:
        """The hash of the content below `root`."""
        place = os.path.realpath(root)
        state, newest = _state(root)
        known = remembered.read(self._store, place)
        if known.get("state") == state and newest < known.get("taken", 0) - _GRAIN_NS:
            return str(known["content"])
        taken = time.time_ns()
        content = context.content_hash(root)
        remembered.write(self._store, place, {"state": state, "taken": taken, "content": content})
        return content


def text_of(path: StrPath) -> str:
    """A file's text, empty when it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _state(root: StrPath) -> tuple[str, int]:
    """What the file system says of every entry, and the newest of their times."""
    lines, newest = [], 0
    for entry in context.walk(root):
        found = os.lstat(entry.path)
        newest = max(newest, found.st_mtime_ns, found.st_ctime_ns)
        facts = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_mode)
        lines.append(f"{entry.name}\0{facts}")
    return "\n".join(lines), newest
