"""Reading a tarball of images, which may come from anywhere: names, sizes and kinds are checked before use."""
from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from oakum.dataclass import dataclass
from oakum.http.connection import Readable
from oakum.images.bundle.packed import Packed, load
from oakum.images.bundle.tarball import MANIFEST, layer_name
from oakum.images.errors import ConfigError

MANIFEST_LIMIT = 256 * 1024 * 1024
_BLOCK = 512
_NAME = re.compile(r"manifest\.json|sha256-[0-9a-f]{64}\.tar\.gz")
_REGULAR = (b"0", b"\0")


@dataclass(frozen=True, slots=True)
class TarBlob:
    """A layer inside a tarball."""

    path: Path
    digest: str
    size: int
    start: int

    def open(self, offset: int = 0) -> Readable:
        """Its bytes from `offset` on."""
        file = self.path.open("rb")
        file.seek(self.start + offset)
        return _Window(file, self.size - offset)


class Tarball:
    """A tarball opened for reading; its table is read on creation. Raises ConfigError for what kbld never writes."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        try:
            with self._path.open("rb") as file:
                self._table = {name: (start, size) for name, start, size in _entries(file)}
                self.entries: list[Packed] = load(self._manifest(file))
        except OSError as error:
            raise ConfigError(f"open {path}: {(error.strerror or '').lower()}") from error

    def blob(self, digest: str, size: int) -> TarBlob:
        """The layer of `digest`, which must have `size` bytes. Raises ConfigError."""
        start, found = self._table.get(layer_name(digest), (0, -1))
        if found != size:
            what = "is missing" if found < 0 else f"has {found} bytes, not {size}"
            raise ConfigError(f"Layer {digest} {what} in tarball '{self._path}'")
        return TarBlob(self._path, digest, size, start)

    def _manifest(self, file: io.BufferedReader) -> bytes:
        start, size = self._table.get(MANIFEST, (0, -1))
        if not 0 <= size <= MANIFEST_LIMIT:
            raise ConfigError(f"Expected {MANIFEST} (of up to {MANIFEST_LIMIT} bytes) in tarball '{self._path}'")
        file.seek(start)
        return file.read(size)


def _entries(file: io.BufferedReader) -> Iterator[tuple[str, int, int]]:
    """(name, offset of the content, size) of each entry."""
    end = file.seek(0, io.SEEK_END)
    at = 0
    while True:
        file.seek(at)
        block = file.read(_BLOCK)
        if block == b"" or block == b"\0" * _BLOCK:
            return
        if len(block) < _BLOCK:
            raise ConfigError("unexpected EOF")
        name, size = _header(block)
        if at + _BLOCK + size > end:
            raise ConfigError("unexpected EOF")
        yield name, at + _BLOCK, size
        at += _BLOCK + size + (-size % _BLOCK)


def _header(block: bytes) -> tuple[str, int]:
    try:
        stated = int(block[148:156].strip(b"\0 ") or b"0", 8)
        size = int(block[124:136].strip(b"\0 ") or b"0", 8)
    except ValueError as error:
        raise ConfigError("archive/tar: invalid tar header") from error
    if stated != sum(block[:148]) + 8 * 32 + sum(block[156:]) or size < 0:
        raise ConfigError("archive/tar: invalid tar header")
    name = block[:100].rstrip(b"\0").decode("utf-8", "replace")
    if block[156:157] not in _REGULAR or not _NAME.fullmatch(name):
        raise ConfigError(f"Tarball holds '{name}', which is neither {MANIFEST} nor a layer: refused")
    return name, size


class _Window:
    """The next `size` bytes of a file."""

    def __init__(self, file: io.BufferedReader, size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = -1, /) -> bytes:
        block = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        return block

    def close(self) -> None:
        self._file.close()
