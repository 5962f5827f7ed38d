"""The files of a build context: walked in one order, `.dockerignore` obeyed, hashed."""
from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

from oakum.dataclass import dataclass
from oakum.typing import TYPE_CHECKING, StrPath

if TYPE_CHECKING:
    import re

IGNORE_FILE = ".dockerignore"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, folder or link of a context: `name` relative to it, with forward slashes."""

    name: str
    path: str
    mode: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder (a link to one is a link)."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return stat.S_ISLNK(self.mode)

    @property
    def executable(self) -> bool:
        """Whether its owner may run it."""
        return bool(self.mode & stat.S_IXUSR)


def walk(root: StrPath, ignored: Iterable[str] | None = None) -> Iterator[Entry]:
    """The entries below `root`, sorted by name, `.git` and ignored ones left out.

    `ignored` are patterns of a `.dockerignore`; None reads the one in `root`. Devices and sockets are left out.
    """
    patterns = _read_ignored(root) if ignored is None else list(ignored)
    rules = [(_compiled(text.lstrip("!")), not text.startswith("!")) for text in patterns]
    yield from _walk(root, "", rules)


def _walk(root: StrPath, folder: str, rules: list[tuple[re.Pattern[str], bool]]) -> Iterator[Entry]:
    with os.scandir(os.path.join(root, folder)) as listing:
        found = sorted(listing, key=lambda entry: os.fsencode(entry.name))
    for item in found:
        name = f"{folder}/{item.name}" if folder else item.name
        mode = item.stat(follow_symlinks=False).st_mode
        entry = Entry(name, item.path, mode)
        if name == ".git" or not (stat.S_ISREG(mode) or entry.is_folder or entry.is_link):
            continue
        kept = not _ignored(name, rules)
        if kept:
            yield entry
        if entry.is_folder and (kept or any(not excludes for _, excludes in rules)):
            yield from _walk(root, name, rules)


def content_hash(root: StrPath, ignored: Iterable[str] | None = None) -> str:
    """A digest of names, kinds, permissions and bytes of what `walk` gives."""
    import hashlib

    total = hashlib.sha256()
    for entry in walk(root, ignored):
        total.update(f"{entry.mode:o} {entry.name}\0".encode("utf-8", "surrogateescape"))
        if entry.is_link:
            total.update(os.fsencode(os.readlink(entry.path)))
        elif not entry.is_folder:
            total.update(_hash(entry.path))
    return total.hexdigest()


def _hash(path: str) -> bytes:
    import hashlib

    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _read_ignored(root: StrPath) -> list[str]:
    try:
        with open(os.path.join(root, IGNORE_FILE), encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _ignored(name: str, rules: list[tuple[re.Pattern[str], bool]]) -> bool:
    ignored = False
    for pattern, excludes in rules:
        if pattern.fullmatch(name):
            ignored = excludes
    return ignored


def _compiled(pattern: str) -> re.Pattern[str]:
    import re

    return re.compile(_expression(pattern))


def _expression(pattern: str) -> str:
    """A `.dockerignore` pattern as a regular expression that also matches everything below what it names."""
    import re

    text, out, at = pattern.strip().strip("/").removeprefix("./"), "", 0
    while at < len(text):
        if text.startswith("**", at):
            deep = text.startswith("**/", at)
            out += "(?:.*/)?" if deep else ".*"
            at += 3 if deep else 2
            continue
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            at += 1
            out += re.escape(text[at])
        elif char == "[" and "]" in text[at + 1 :]:
            end = text.index("]", at + 1)
            out += "[" + text[at + 1 : end].replace("\\", "\\\\") + "]"
            at = end
        else:
            out += {"*": "[^/]*", "?": "[^/]"}.get(char) or re.escape(char)
        at += 1
    return f"{out}(?:/.*)?" if out not in ("", r"\.") else ".*" if text == "." else "(?!)"
