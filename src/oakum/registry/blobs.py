"""Reading blobs: existence, and streams that are checked against digest and size and resumed when they break."""
from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

from oakum.dataclass import dataclass
from oakum.http.connection import BLOCK, Readable
from oakum.http.errors import FAILURES
from oakum.http.response import Response
from oakum.registry.descriptor import Descriptor, digest_of
from oakum.registry.errors import ContentError, StatusError
from oakum.registry.reference import Repository
from oakum.registry.transport import Request, Transport
from oakum.typing import Protocol

_RESUMES = 5


class BlobSource(Protocol):
    """A blob that can be opened again and again, at any byte."""

    @property
    def digest(self) -> str:
        """`sha256:hex`."""

    @property
    def size(self) -> int:
        """Bytes."""

    def open(self, offset: int = 0) -> Readable:
        """Its bytes from `offset` on."""


@dataclass(frozen=True, slots=True)
class BytesBlob:
    """A blob in memory."""

    raw: bytes

    @property
    def digest(self) -> str:
        """Computed."""
        return digest_of(self.raw)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.raw)

    def open(self, offset: int = 0) -> Readable:
        """Its bytes from `offset` on."""
        return io.BytesIO(self.raw[offset:])


@dataclass(frozen=True, slots=True)
class FileBlob:
    """A blob in a file."""

    path: Path
    digest: str
    size: int

    def open(self, offset: int = 0) -> Readable:
        """Its bytes from `offset` on; the file is closed with the stream."""
        file = self.path.open("rb")
        file.seek(offset)
        return file


@dataclass(frozen=True, slots=True)
class RemoteBlob:
    """A blob of a repository, read when it is asked for."""

    transport: Transport
    repository: Repository
    descriptor: Descriptor

    @property
    def digest(self) -> str:
        """As its manifest says."""
        return self.descriptor.digest

    @property
    def size(self) -> int:
        """As its manifest says."""
        return self.descriptor.size

    def open(self, offset: int = 0) -> Readable:
        """Its bytes from `offset` on, checked when read from the start."""
        return BlobReader(self.transport, self.repository, self.descriptor, offset)


@dataclass(frozen=True, slots=True)
class Watched:
    """A blob that tells `watch` how many bytes of it were read, block by block."""

    source: BlobSource
    watch: Callable[[int], None]

    @property
    def digest(self) -> str:
        """As the source says."""
        return self.source.digest

    @property
    def size(self) -> int:
        """As the source says."""
        return self.source.size

    def open(self, offset: int = 0) -> Readable:
        """The source's bytes, counted."""
        return _Counting(self.source.open(offset), self.watch)


class _Counting:
    def __init__(self, stream: Readable, watch: Callable[[int], None]) -> None:
        self._stream, self._watch = stream, watch

    def read(self, size: int = -1, /) -> bytes:
        block = self._stream.read(size)
        self._watch(len(block))
        return block

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


def exists(transport: Transport, repository: Repository, digest: str) -> bool:
    """Whether the repository has the blob, by HEAD."""
    try:
        transport.send(Request("HEAD", repository, f"{repository.path}/blobs/{digest}")).drain()
    except StatusError as error:
        if error.status == 404:
            return False
        raise
    return True


def read(transport: Transport, repository: Repository, descriptor: Descriptor, limit: int) -> bytes:
    """A small blob whole, such as an image's configuration. ContentError beyond `limit` bytes or on other content."""
    if descriptor.size > limit:
        raise ContentError(f"Blob {descriptor.digest} of {repository} has {descriptor.size} bytes, more than {limit}")
    return BlobReader(transport, repository, descriptor).read()


class BlobReader:
    """A stream of a blob that opens again where a connection broke. Raises ContentError at the end of wrong content."""

    def __init__(
        self, transport: Transport, repository: Repository, descriptor: Descriptor, offset: int = 0
    ) -> None:
        self._transport, self._repository, self._descriptor = transport, repository, descriptor
        self._hash = hashlib.sha256() if offset == 0 else None
        self._at = offset
        self._resumes = 0
        self._response: Response | None = None

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, all that is left for -1."""
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        if self._at >= self._descriptor.size:
            return b""
        block = self._block(min(size, self._descriptor.size - self._at))
        self._at += len(block)
        if self._hash is not None:
            self._hash.update(block)
        if self._at >= self._descriptor.size:
            self._finish()
        return block

    def close(self) -> None:
        """Give the connection up when the rest is not wanted."""
        if self._response is not None:
            self._response.close()

    def _block(self, size: int) -> bytes:
        while True:
            if self._response is None:
                self._response = self._open()
            try:
                block = self._response.read(size)
            except FAILURES:
                block = b""
            if block:
                return block
            self._response.close()
            self._response = None
            self._resumes += 1
            if self._resumes > _RESUMES:
                raise ContentError(
                    f"Blob {self._descriptor.digest} of {self._repository} ended after {self._at} of "
                    f"{self._descriptor.size} bytes, {_RESUMES} times"
                )

    def _open(self) -> Response:
        path = f"{self._repository.path}/blobs/{self._descriptor.digest}"
        headers = {"Range": f"bytes={self._at}-"} if self._at else {}
        request = Request("GET", self._repository, path, headers, expect=(200, 206), timeout=60)
        response = self._transport.send(request)
        if self._at and response.status == 200:
            _skip(response, self._at)
        return response

    def _finish(self) -> None:
        if self._response is not None:
            self._response.drain()
            self._response = None
        if self._hash is not None and (found := "sha256:" + self._hash.hexdigest()) != self._descriptor.digest:
            raise ContentError(
                f"Blob {self._descriptor.digest} of {self._repository}: content has the digest {found} instead"
            )


def _skip(response: Response, count: int) -> None:
    """Read past what is known already, from a registry that does not do ranges."""
    while count > 0:
        block = response.read(min(count, BLOCK))
        if not block:
            return
        count -= len(block)
