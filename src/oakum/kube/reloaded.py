"""Files that others write anew while we run, such as a client's certificate before it ends."""
from __future__ import annotations

import os
import threading
from collections.abc import Callable

from oakum.kube.errors import ConfigError
from oakum.kube.kubeconfig import read_bytes

Contents = tuple[bytes, ...]


class Reloaded:
    """The contents of files that belong together, at first `contents`, read again when one changes. Thread-safe.

    They are written one after another: until `check`, which raises ConfigError, takes them, the last good ones count.
    """

    def __init__(self, paths: tuple[str, ...], contents: Contents, check: Callable[..., object]) -> None:
        self._paths = paths
        self._contents = contents
        self._check = check
        self._lock = threading.Lock()
        self._seen = _state(paths)

    def now(self) -> Contents:
        """What they hold."""
        state = _state(self._paths)
        if state != self._seen:
            with self._lock:
                try:
                    contents = tuple(read_bytes(path) for path in self._paths)
                    self._check(*contents)
                except ConfigError:
                    pass
                else:
                    self._contents, self._seen = contents, state
        return self._contents


def _state(paths: tuple[str, ...]) -> list[tuple[int, int, int] | None]:
    """What differs once a file was written or replaced."""
    found: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            there = os.stat(path)
            found.append((there.st_mtime_ns, there.st_size, there.st_ino))
        except OSError:
            found.append(None)
    return found
