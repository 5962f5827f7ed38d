"""The tarball: `manifest.json`, then each layer once, in the bytes that kbld writes (kbld: "6.2 package")."""
from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable

from oakum.dataclass import dataclass
from oakum.duration import format_duration
from oakum.http.connection import BLOCK
from oakum.images.bundle.packed import Packed, dump
from oakum.images.errors import ConfigError
from oakum.images.log import Log, Moved
from oakum.images.stop import StoppableLog, stopping
from oakum.registry.blobs import BlobSource, BytesBlob
from oakum.registry.connections import closing
from oakum.registry.errors import ConnectError, ContentError
from oakum.workers import Workers

MANIFEST = "manifest.json"
_TRIES = 5


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    source: BlobSource
    offset: int


def layer_name(digest: str) -> str:
    """The file of a layer."""
    return f"{digest.replace(':', '-')}.tar.gz"


def write(
    path: str, entries: Iterable[Packed], blob: Callable[[str], BlobSource], log: Log, title: str, workers: int
) -> None:
    """Write the tarball of `entries` to `path`, layers several at a time; `blob` opens the layer of a digest.

    The file appears under its name only when it is complete. Raises ConfigError, RegistryError.
    """
    entries = list(entries)
    digests = {layer.digest for entry in entries for image in entry.images() for layer in image.stored_layers()}
    sources = [(MANIFEST, BytesBlob(dump(entries))), *((layer_name(name), blob(name)) for name in sorted(digests))]
    target = os.path.realpath(path)
    partial = f"{target}.partial"
    try:
        if os.path.isdir(target) or path.endswith("/"):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if os.path.exists(target) and not os.path.isfile(target):
            raise OSError(errno.EINVAL, "not a regular file")
        handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
    except OSError as error:
        words = (error.strerror or "").lower()
        raise ConfigError(f"Creating file '{path}': open {path}: {words}") from error
    try:
        files = _lay_out(handle, sources)
        log.write(title, "writing layers...")
        _fill_all(handle, files, log, title, workers)
        os.replace(partial, target)
    except BaseException as error:
        os.unlink(partial)
        if isinstance(error, OSError):
            words = (error.strerror or "").lower()
            raise ConfigError(f"Writing file '{path}': write {path}: {words}") from error
        raise
    finally:
        os.close(handle)


def _lay_out(handle: int, sources: Iterable[tuple[str, BlobSource]]) -> list[_File]:
    files, at = [], 0
    for name, source in sources:
        os.pwrite(handle, header(name, source.size), at)
        files.append(_File(name, source, at + 512))
        at += 512 + source.size + (-source.size % 512)
    os.ftruncate(handle, at + 1024)
    return files


def header(name: str, size: int) -> bytes:
    """A ustar header as Go's archive/tar writes it: the device numbers are filled, too."""
    fields = [
        (name.encode(), 100), (b"0000644", 8), (b"0000000", 8), (b"0000000", 8), (b"%011o" % size, 12),
        (b"00000000000", 12), (b"        ", 8), (b"0", 1), (b"", 100), (b"ustar\x0000", 8), (b"", 32), (b"", 32),
        (b"0000000", 8), (b"0000000", 8), (b"", 155), (b"", 12),
    ]  # fmt: skip
    block = b"".join(text.ljust(width, b"\0") for text, width in fields)
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def _fill_all(handle: int, files: list[_File], log: Log, title: str, workers: int) -> None:
    stoppable, pool = StoppableLog(log), Workers(workers)
    largest_first = sorted(files, key=lambda file: -file.source.size)
    with stopping(stoppable, pool) as jobs:
        jobs += [pool.submit(_fill, handle, file, stoppable, title) for file in largest_first]
        for job in jobs:
            job.result()


def _fill(handle: int, file: _File, log: StoppableLog, title: str) -> None:
    started = time.monotonic()
    for attempt in range(1, _TRIES + 1):
        try:
            with log.moving(file.name) as moved:
                _copy(handle, file, moved)
            break
        except (ConnectError, ContentError):
            if attempt == _TRIES:
                raise
            time.sleep(1)
    log.write(title, f"done: file '{file.name}' ({format_duration(time.monotonic() - started)})")


def _copy(handle: int, file: _File, moved: Moved) -> None:
    at = file.offset
    with closing(file.source.open) as stream:
        while block := stream.read(BLOCK):
            moved(len(block))
            at += os.pwrite(handle, block, at)
