"""Output into a directory (ytt: `--output-files`, `--dangerous-emptied-output-directory`)."""
from __future__ import annotations

import errno
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable

from oakum.files import write as write_whole
from oakum.template.workspace.errors import OutputError
from oakum.template.workspace.system import explain
from oakum.typing import Any

_REFUSED = ("/", ".", "./", "")


def empty_directory(path: str) -> None:
    """Delete whatever is at `path`. Raises OutputError, before anything is deleted, for a path that nobody can mean."""
    if path in _REFUSED:
        raise OutputError("Expected output directory path to not be one of '/', '.', './', ''")
    path = path.rstrip("/")
    last = path.rpartition("/")[2]
    if last == ".":
        raise OutputError(f"RemoveAll {path}: invalid argument")
    if last == ".." and os.path.exists(path):
        raise OutputError(f"unlinkat {path}: directory not empty")
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, onerror=_refuse)
        else:
            os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        _refuse(None, path, (None, error, None))


def _refuse(_: object, path: str, reason: tuple[object, Any, object]) -> None:
    raise OutputError(explain("unlinkat", path, reason[1])) from None


def make_directory(path: str) -> None:
    """Make the directory `path` and those above it, for their owner only. Raises OutputError."""
    if os.path.isdir(path):
        return
    above = os.path.dirname(path.rstrip("/"))
    if above and not os.path.exists(path):
        make_directory(above)
    try:
        if os.path.exists(path) and not os.path.isdir(path):
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory")
        os.makedirs(path, 0o700, exist_ok=True)
    except OSError as error:
        raise OutputError(explain("mkdir", path, error)) from None


def write_files(
    root: str, files: Iterable[tuple[str, str]], say: Callable[[str], None], *, emptied: bool = False
) -> None:
    """Write (path, text) pairs below `root`, naming each to `say`; files and folders are for their owner only.

    With `emptied`, what was there is deleted first. Raises OutputError: before anything is changed when a file would
    leave `root`, or when two have one path, one of which would be lost in an emptied directory.
    """
    listed = list(files)
    _check_paths([path for path, _ in listed], once=emptied)
    if emptied:
        empty_directory(root)
    make_directory(root)
    for path, text in listed:
        target = os.path.normpath(f"{root}/{path}")
        say(f"creating: {target}")
        make_directory(os.path.dirname(target) or ".")
        try:
            write_whole(target, text.encode("utf-8", "surrogateescape"), 0o700)
        except OSError as error:
            raise OutputError(explain("open", target, error)) from None


def _check_paths(paths: list[str], *, once: bool) -> None:
    """Raise OutputError for a path that leads out of the directory or, with `once`, for those that are there twice."""
    twice = sorted(path for path, times in Counter(paths).items() if times > 1)
    if once and twice:
        raise OutputError(f"Multiple files have same output destination paths: {', '.join(twice)}")
    for path in paths:
        if os.path.normpath(path.lstrip("/")).split("/")[0] == "..":
            raise OutputError(f"Expected output file '{path}' to be inside the output directory")
