"""What `-f` names: files, directories, standard input, URLs (ytt: -f forms)."""
from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from oakum.late import pattern
from oakum.template.files import InputFile, input_file
from oakum.template.workspace.errors import InputError
from oakum.template.workspace.symlinks import Symlinks
from oakum.template.workspace.system import explain

_STDIN = "stdin.yml"
_NO_LINKS = Symlinks()
_DIGEST = pattern(r"[0-9a-fA-F]{64}")
_CHECKSUM = "#sha256:"
"""Behind a URL, before the digest that its content must have."""


def _read_stdin() -> bytes:
    return sys.stdin.buffer.read()


class Inputs:
    """Finds input files. Standard input can be read once, over everything that one `Inputs` is asked for."""

    def __init__(self, symlinks: Symlinks = _NO_LINKS, stdin: Callable[[], bytes] = _read_stdin) -> None:
        self.symlinks = symlinks
        self.stdin = stdin
        self._stdin_taken = False

    def collect(self, named: Iterable[str]) -> list[InputFile]:
        """The files of every `-f` value, each group sorted by path, numbered in order.

        Raises InputError when one is not there, is no regular file, or is a link that may not be followed.
        """
        files = [file for name in named for file in self.find(name)]
        for order, file in enumerate(files):
            file.order = order
        return files

    def find(self, named: str) -> list[InputFile]:
        """The files that one `-f` value (`PATH` or `NAME=PATH`) names, sorted bytewise by path."""
        name, equals, path = named.rpartition("=")
        if "=" in name:
            raise InputError(f"Expected file '{named}' to only have single '=' sign to for relative path assignment")
        files, renamed = self._at(path)
        if equals and name and renamed:
            files[0].path = name
            files[0].classify()
        return files

    def _at(self, path: str) -> tuple[list[InputFile], bool]:
        """The files at `path`, and whether it is a single one, which may be renamed."""
        if path == "-":
            return [input_file(_STDIN, self._take_stdin())], True
        if path.startswith(("http://", "https://")):
            url, asked, checksum = path.partition(_CHECKSUM)
            if asked and not _DIGEST.fullmatch(checksum):
                place = _without_login(path)
                raise InputError(f"Expected URL '{place}' to end in a SHA-256 digest of 64 hexadecimal digits")
            return [input_file(url.rpartition("/")[2], partial(_fetch, url, checksum))], True
        try:
            mode = os.lstat(path).st_mode
        except OSError as error:
            raise InputError(f"Checking file '{path}': {explain('lstat', path, error)}") from None
        if not stat.S_ISDIR(mode):
            return [self._file(path, os.path.basename(path), mode)], True
        try:
            return self._directory(path), False
        except InputError as error:
            raise InputError(f"Listing files '{path}': {error}") from None

    def _directory(self, root: str) -> list[InputFile]:
        files = [self._file(path, os.path.relpath(path, root), os.lstat(path).st_mode) for path in _walk(root)]
        return sorted(files, key=lambda file: os.fsencode(file.path))

    def _file(self, path: str, relative: str, mode: int) -> InputFile:
        if stat.S_ISLNK(mode):
            self.symlinks.check(path)
        elif not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise InputError(f"Expected file '{path}' to be a regular file, but was not")
        return input_file(relative, partial(_read, path))

    def _take_stdin(self) -> Callable[[], bytes]:
        """What reads standard input, which belongs to the first that names it."""
        taken, self._stdin_taken = self._stdin_taken, True
        return _refuse_stdin if taken else self.stdin


def _refuse_stdin() -> bytes:
    raise InputError("Standard input has already been read, has the '-' argument been used in more than one flag?")


def _walk(folder: str) -> Iterator[str]:
    """Every path below `folder` that is no directory, folder by folder; links to directories are not followed."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        raise InputError(explain("open", folder, error)) from None
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)
        else:
            yield entry.path


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise InputError(explain("open" if error.errno != 21 else "read", path, error)) from None


def _without_login(url: str) -> str:
    from oakum.registry.fetch import shown

    return shown(url)


def _fetch(url: str, checksum: str) -> bytes:
    """What stands at `url`; `checksum` is the SHA-256 in hexadecimal digits that it must have, empty for any."""
    import hashlib

    from oakum.registry.fetch import FetchError, fetch, shown

    try:
        data = fetch(url)
    except FetchError as error:
        raise InputError(str(error)) from None
    found = hashlib.sha256(data).hexdigest()
    if checksum and found != checksum.lower():
        raise InputError(f"Requesting URL '{shown(url)}': Expected content with SHA-256 {checksum}, but was {found}")
    return data
