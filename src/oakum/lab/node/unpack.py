"""A layer's tar archive applied to a root file system (OCI image-spec 1.1, "Image Layer Filesystem Changeset").

Nothing is written outside the root: a path is followed link by link inside it, as if it were the root folder, and an
entry replaces a link in its own place instead of writing through it.
"""

import os
import shutil
import tarfile
from pathlib import Path
from typing import IO

from oakum.lab.node.errors import BadImage
from oakum.lab.node.sandbox.roots import resolve

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_BLOCK = 1 << 20


class Unpacker:
    """Applies layers to `root`, lowest first. `first_id` is added to user and group ids when this process is root."""

    def __init__(self, root: Path, first_id: int = 0) -> None:
        self._root = str(root)
        self._first_id = first_id
        self._folders: list[tuple[str, int]] = []
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o755)
        self._own(self._root, 0, 0)

    def apply(self, layer: IO[bytes]) -> None:
        """Apply one uncompressed layer, read as a stream. Raises BadImage for what is no tar archive."""
        written: set[str] = set()
        try:
            with tarfile.open(fileobj=layer, mode="r|") as archive:
                for member in archive:
                    self._entry(archive, member, written)
        except (tarfile.TarError, EOFError) as error:
            raise BadImage(f"a layer is not a tar archive: {error}") from error
        # Only now, since a folder without the right to write would refuse its own content.
        for folder, mode in self._folders:
            os.chmod(folder, mode)
        self._folders.clear()

    def _entry(self, archive: tarfile.TarFile, member: tarfile.TarInfo, written: set[str]) -> None:
        folder, name = os.path.split(os.path.normpath("/" + member.name))
        if not name:
            return
        parent = self._folder(folder)
        if name == _OPAQUE:
            self._clear(parent, written)
        elif name.startswith(_WHITEOUT):
            _remove(os.path.join(parent, _safe(name.removeprefix(_WHITEOUT))))
        else:
            place = os.path.join(parent, name)
            self._create(archive, member, place)
            written.add(place)

    def _create(self, archive: tarfile.TarFile, member: tarfile.TarInfo, place: str) -> None:
        if member.isdir():
            if not os.path.isdir(place) or os.path.islink(place):
                _remove(place)
                os.mkdir(place, 0o755)
            self._own(place, member.uid, member.gid)
            self._folders.append((place, member.mode & 0o7777))
            return
        _remove(place)
        if member.issym():
            os.symlink(member.linkname, place)
            self._own(place, member.uid, member.gid)
        elif member.islnk():
            self._link(member, place)
        elif member.isreg():
            self._write(archive, member, place)
        elif member.isfifo():
            os.mkfifo(place)
        # Device files cannot be made without rights that a lab does not have; /dev is mounted afresh anyway.

    def _write(self, archive: tarfile.TarFile, member: tarfile.TarInfo, place: str) -> None:
        source = archive.extractfile(member)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            if source is not None:
                shutil.copyfileobj(source, file, _BLOCK)
        self._own(place, member.uid, member.gid)
        os.chmod(place, member.mode & 0o7777)
        os.utime(place, (member.mtime, member.mtime))

    def _link(self, member: tarfile.TarInfo, place: str) -> None:
        folder, name = os.path.split(os.path.normpath("/" + member.linkname))
        target = os.path.join(resolve(self._root, folder), name)
        try:
            os.link(target, place, follow_symlinks=False)
        except OSError as error:
            raise BadImage(f"a layer links {member.name} to {member.linkname}: {error.strerror}") from error

    def _folder(self, path: str) -> str:
        """The real folder of a path in the root; what is missing on the way is made."""
        real = resolve(self._root, path)
        if os.path.isdir(real):
            return real
        relative = os.path.relpath(real, self._root)
        place = self._root
        for part in [] if relative == "." else relative.split("/"):
            place = os.path.join(place, part)
            if not os.path.isdir(place):
                _remove(place)
                os.mkdir(place)
                os.chmod(place, 0o755)
                self._own(place, 0, 0)
        return real

    def _clear(self, folder: str, written: set[str]) -> None:
        """Hide what lower layers have put into a folder, not what this layer has put there."""
        for name in os.listdir(folder):
            place = os.path.join(folder, name)
            if place in written:
                continue
            if os.path.isdir(place) and not os.path.islink(place) and any(at.startswith(place + "/") for at in written):
                self._clear(place, written)
            else:
                _remove(place)

    def _own(self, place: str, user: int, group: int) -> None:
        if self._first_id:
            ids = (self._first_id + min(number, 65534) for number in (user, group))
            os.chown(place, *ids, follow_symlinks=False)


def _safe(name: str) -> str:
    if name in ("", ".", ".."):
        raise BadImage(f"a layer removes {name!r}")
    return name


def _remove(place: str) -> None:
    if os.path.isdir(place) and not os.path.islink(place):
        shutil.rmtree(place)
    elif os.path.lexists(place):
        os.unlink(place)
