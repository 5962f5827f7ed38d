"""What is kept on disk between runs: where, how it is written, for which version of the program, and for how long."""
from __future__ import annotations

import os
import sys
import time
from _blake2 import blake2b  # hashlib, which has it too, takes longer to read than all that is hashed here
from collections.abc import Iterator, Mapping

AGE_S = 30 * 24 * 3600
"""How long an entry stays that nobody asks for."""
MOST_BYTES = 256 * 1024 * 1024
"""What a folder may hold; of more, those go that nobody has asked for the longest."""
_TIDIED_S = 24 * 3600
_APART = frozenset(("lab", "__pycache__"))
"""Folders whose code makes nothing that is kept."""


def folder(environ: Mapping[str, str], name: str) -> str:
    """The folder of the kind of entries called `name`: below `$XDG_CACHE_HOME/oakum`, else `~/.cache/oakum`."""
    # Never a folder that others may write to: what lies there is taken for what was found out.
    base = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".cache")
    return os.path.join(base, "oakum", name)


def write(path: str, data: bytes) -> None:
    """Write an entry in one step, so that no other process reads half of it; its owner alone may read it.

    Raises OSError. Once a day its folder is tidied.
    """
    part = f"{path}.{os.getpid()}"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(part, path)
    except OSError:
        os.unlink(part)
        raise
    _tidy_daily(os.path.dirname(path))


def used(path: str) -> None:
    """Note that an entry was asked for. Raises OSError."""
    os.utime(path)


def version(*rooms: str) -> bytes:
    """Tells versions of the code in `rooms` (all without any) and of Python apart, also while it is being written."""
    root = os.path.dirname(__file__)
    seen = [sys.version]
    for room in rooms or ("",):
        seen += _sources(os.path.join(root, room))
    return blake2b("\n".join(seen).encode("utf-8", "surrogateescape"), digest_size=16).digest()


def _sources(place: str) -> Iterator[str]:
    with os.scandir(place) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name.endswith(".py"):
            status = entry.stat()
            yield f"{entry.name} {status.st_size} {status.st_mtime_ns}"
        elif entry.name not in _APART and entry.is_dir():
            yield entry.name
            yield from _sources(entry.path)


def tidy(place: str) -> None:
    """Remove the entries of a folder that are too old, and the oldest of too many. Raises OSError."""
    with os.scandir(place) as entries:
        files = [(entry.stat(), entry.path) for entry in entries if entry.is_file(follow_symlinks=False)]
    oldest, left = time.time() - AGE_S, MOST_BYTES
    for status, path in sorted(files, key=lambda file: -file[0].st_mtime):
        left -= status.st_size
        if left < 0 or status.st_mtime < oldest:
            os.unlink(path)


def _tidy_daily(place: str) -> None:
    marker = f"{place}.tidied"
    try:
        try:
            if time.time() - os.stat(marker).st_mtime < _TIDIED_S:
                return
        except FileNotFoundError:
            os.close(os.open(marker, os.O_WRONLY | os.O_CREAT, 0o600))
        tidy(place)
        os.utime(marker)
    except OSError:
        return  # another process tidies too
