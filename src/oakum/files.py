"""Files that a user asked for: written whole, or left as they were."""
from __future__ import annotations

import os
import stat
from errno import EACCES, ENOENT, ENOTDIR


def write(path: str, data: bytes, mode: int) -> None:
    """Write a file, made with `mode` where there is none. On a full disk the old one stays, and no new one is begun.

    Raises OSError, which names the file.
    """
    new = not os.path.lexists(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, mode)
    try:
        with open(handle, "wb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                file.write(data)
                return
            _reserve(handle, len(data), status.st_size)
            file.write(data)
            file.truncate()
    except OSError as error:
        if new:
            os.unlink(path)
        raise OSError(error.errno, error.strerror, path) from None


def check_writable(path: str) -> None:
    """Raises the OSError that `write` would, as far as that shows while there is nothing to write yet."""
    if os.path.lexists(path):
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    elif not os.access(folder := os.path.dirname(path) or ".", os.W_OK | os.X_OK):
        lacks = EACCES if os.path.isdir(folder) else ENOTDIR if os.path.exists(folder) else ENOENT
        raise OSError(lacks, os.strerror(lacks), path)


def _reserve(handle: int, size: int, before: int) -> None:
    """Have room for `size` bytes in a file of `before`; without, it is left as it was. Raises OSError."""
    if not size or not hasattr(os, "posix_fallocate"):  # macOS
        return
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError:
        os.ftruncate(handle, before)
        raise
