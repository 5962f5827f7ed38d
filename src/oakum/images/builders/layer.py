"""Layers with the same bytes for the same files: sorted, dated 1970, owned by root, compressed in fixed blocks.

OCI image-spec 1.1, "Image Layer Filesystem Changeset"; tar as POSIX ustar with pax headers for what does not fit.
"""
from __future__ import annotations

import hashlib
import io
import os
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator

from oakum.dataclass import dataclass
from oakum.registry import media
from oakum.registry.descriptor import Descriptor
from oakum.registry.layout import Layout, Written
from oakum.workers import Job, Workers

BLOCK = 1024 * 1024
_SAMPLE = 64 * 1024
_LEVEL = 6
_AHEAD = 8
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


@dataclass(frozen=True, slots=True)
class Member:
    """A file (`path` or `content`), a folder (`folder`) or a link (`link`) at `name` (no leading slash) of a layer."""

    name: str
    path: str | None = None
    content: bytes = b""
    link: str = ""
    folder: bool = False
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """A stored layer and the digest of its uncompressed bytes."""

    descriptor: Descriptor
    diff_id: str


def write(
    layout: Layout, members: Iterable[Member], watch: Callable[[int], None] = lambda size: None
) -> Layer:
    """Store the layer of `members`; missing parent folders are added, of equal names the last one stays.

    `watch` hears of the bytes that are packed.
    """
    plain = hashlib.sha256()
    with layout.writing(media.OCI_LAYER) as blob:
        packer = _Packer(blob)
        for block in _tar(_complete(members)):
            watch(len(block))
            plain.update(block)
            packer.write(block)
        packer.finish()
    assert blob.descriptor is not None
    return Layer(blob.descriptor, "sha256:" + plain.hexdigest())


def _complete(members: Iterable[Member]) -> list[Member]:
    found = {member.name.strip("/"): member for member in members}
    for name in list(found):
        parts = name.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            found.setdefault(parent, Member(parent, folder=True))
    return [found[name] for name in sorted(found) if name]


def _tar(members: Iterable[Member]) -> Iterator[bytes]:
    for member in members:
        info = _info(member)
        yield info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
        if info.isreg():
            with open(member.path, "rb") if member.path else io.BytesIO(member.content) as stream:
                while block := stream.read(BLOCK):
                    yield block
            yield b"\0" * (-info.size % 512)
    yield b"\0" * 1024


def _info(member: Member) -> tarfile.TarInfo:
    info = tarfile.TarInfo(member.name.strip("/"))
    info.mode = 0o755 if member.folder or member.executable else 0o644
    if member.folder:
        info.type = tarfile.DIRTYPE
        info.name += "/"
    elif member.link:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, member.link, 0o777
    else:
        info.size = os.stat(member.path).st_size if member.path else len(member.content)
    return info


class _Packer:
    """One gzip member made of blocks that are compressed side by side, so that both cores work on it.

    Every block of `BLOCK` bytes is deflated on its own, and stored where a sample of it does not shrink: the outcome
    depends on the bytes alone, not on the number of threads.
    """

    def __init__(self, blob: Written) -> None:
        self._blob = blob
        self._pool = Workers(2)
        self._waiting: list[Job[bytes]] = []
        self._buffer = bytearray()
        self._crc = 0
        self._size = 0
        blob.write(_HEADER)

    def write(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= BLOCK:
            self._submit(bytes(self._buffer[:BLOCK]))
            del self._buffer[:BLOCK]

    def finish(self) -> None:
        if self._buffer:
            self._submit(bytes(self._buffer))
        while self._waiting:
            self._blob.write(self._waiting.pop(0).result())
        self._pool.close()
        self._blob.write(b"\x03\x00" + struct.pack("<II", self._crc, self._size & 0xFFFFFFFF))

    def _submit(self, block: bytes) -> None:
        self._crc = zlib.crc32(block, self._crc)
        self._size += len(block)
        self._waiting.append(self._pool.submit(_deflate, block))
        if len(self._waiting) > _AHEAD:
            self._blob.write(self._waiting.pop(0).result())


def _deflate(block: bytes) -> bytes:
    """A whole number of deflate blocks that ends on a byte, not marked as the last."""
    sample = block[:_SAMPLE]
    level = _LEVEL if len(zlib.compress(sample, 1)) < len(sample) * 0.97 else 0
    engine = zlib.compressobj(level, zlib.DEFLATED, -15)
    return engine.compress(block) + engine.flush(zlib.Z_FULL_FLUSH)
