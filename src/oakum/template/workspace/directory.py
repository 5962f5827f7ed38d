"""Output into a directory (ytt: `--output-files`, `--dangerous-emptied-output-directory`)."""
from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable

from oakum.template.workspace.errors import OutputError
from oakum.template.workspace.system import explain

_REFUSED = ("/", ".", "./", "")


def empty_directory(path: str) -> None:
    """Delete the directory `path` with all that is in it. Raises OutputError for one that nobody can mean."""
    if path in _REFUSED:
        raise OutputError("Expected output directory path to not be one of '/', '.', './', ''")
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"Deleting output directory '{path}': {explain('remove', path, error)}") from None


def write_files(root: str, files: Iterable[tuple[str, str]], say: Callable[[str], None]) -> None:
    """Write (path, text) pairs below `root`, naming each to `say`; files and folders are for their owner only.

    Raises OutputError, before anything is written, when two have one path or one would leave `root`.
    """
    listed = list(files)
    _check_paths([path for path, _ in listed])
    for path, text in listed:
        target = os.path.join(root, path)
        say(f"creating: {target}")
        try:
            _make_folder(os.path.dirname(target))
            _write(target, text)
        except OSError as error:
            raise OutputError(f"Writing file '{target}': {explain('open', target, error)}") from None


def _make_folder(path: str) -> None:
    if path and not os.path.isdir(path):
        _make_folder(os.path.dirname(path))
        os.mkdir(path, 0o700)


def _write(target: str, text: str) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o700)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))


def _check_paths(paths: list[str]) -> None:
    twice = sorted(path for path, times in Counter(paths).items() if times > 1)
    if twice:
        raise OutputError(f"Multiple files have same output destination paths: {', '.join(twice)}")
    for path in paths:
        if os.path.normpath(path).split("/")[0] == ".." or os.path.isabs(path):
            raise OutputError(f"Expected output file '{path}' to be inside the output directory")
