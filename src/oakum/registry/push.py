"""Writing blobs (OCI distribution-spec 1.1, "Pushing blobs"): mounted, in one request, or in chunks that resume."""
from __future__ import annotations

from oakum.http.connection import Readable
from oakum.late import pattern
from oakum.registry.blobs import BlobSource, exists
from oakum.registry.errors import ConnectError, ContentError, StatusError
from oakum.registry.reference import Repository
from oakum.registry.transport import PUSH, Request, Transport
from oakum.url import quote, split

CHUNK = 32 * 1024 * 1024
_TRIES = 5
_OCTETS = "application/octet-stream"
_TIMEOUT_S = 300.0
_RECEIVED = pattern(r"(?:bytes=)?0-(\d+)")


def upload(
    transport: Transport,
    repository: Repository,
    source: BlobSource,
    *,
    mount_from: Repository | None = None,
    chunk: int = CHUNK,
) -> bool:
    """Make sure that `repository` has the blob; False when it had it already.

    A blob of `mount_from` (a repository of the same registry) is mounted where the registry allows. It is sent in one
    request; when that breaks, or is too large for the registry, in pieces of `chunk` bytes, each resumable.
    """
    if exists(transport, repository, source.digest):
        return False
    location = _start(transport, repository, source.digest, mount_from)
    if not location:
        return True
    try:
        _put_whole(transport, repository, source, location)
    except (ConnectError, StatusError) as error:
        if isinstance(error, StatusError) and error.status not in (404, 408, 413, 416) and error.status < 500:
            raise
        _put_chunks(transport, repository, source, chunk)
    return True


def _start(transport: Transport, repository: Repository, digest: str, mount_from: Repository | None) -> str:
    """The URL to send to; empty when the blob was mounted and nothing needs to be sent."""
    path = f"{repository.path}/blobs/uploads/"
    also: tuple[str, ...] = ()
    if mount_from is not None and mount_from.registry == repository.registry and mount_from != repository:
        path += f"?mount={quote(digest, ':')}&from={quote(mount_from.path, '/')}"
        also = (f"repository:{mount_from.path}:pull",)
    request = Request(
        "POST", repository, path, {"Content-Length": "0"}, b"", expect=(201, 202), actions=PUSH, also=also
    )
    response, _ = transport.read(request)
    return "" if response.status == 201 else transport.location(response, request)


def _put_whole(transport: Transport, repository: Repository, source: BlobSource, location: str) -> None:
    headers = {"Content-Type": _OCTETS, "Content-Length": str(source.size)}
    request = Request(
        "PUT",
        repository,
        _with_digest(location, source.digest),
        headers,
        source.open,
        expect=(201, 204),
        actions=PUSH,
        timeout=_TIMEOUT_S,
        retry=False,
    )
    transport.read(request)


def _put_chunks(transport: Transport, repository: Repository, source: BlobSource, chunk: int) -> None:
    location = _start(transport, repository, source.digest, None)
    at = failures = furthest = 0
    while at < source.size:
        size = min(chunk, source.size - at)
        try:
            location = _patch(transport, repository, source, location, at, size)
            at += size
            if at > furthest:
                furthest, failures = at, 0
        except (ConnectError, StatusError) as error:
            failures += 1
            if failures >= _TRIES:
                raise
            transport.pause(failures)
            location, at = _resume(transport, repository, source.digest, location, error)
    headers = {"Content-Length": "0"}
    target = _with_digest(location, source.digest)
    transport.read(Request("PUT", repository, target, headers, b"", expect=(201, 204), actions=PUSH, timeout=60))


def _patch(
    transport: Transport, repository: Repository, source: BlobSource, location: str, at: int, size: int
) -> str:
    headers = {"Content-Type": _OCTETS, "Content-Length": str(size), "Content-Range": f"{at}-{at + size - 1}"}
    request = Request(
        "PATCH",
        repository,
        location,
        headers,
        lambda: _Slice(source.open(at), size),
        expect=(202,),
        actions=PUSH,
        timeout=_TIMEOUT_S,
        retry=False,
    )
    response, _ = transport.read(request)
    return transport.location(response, request) or location


def _resume(
    transport: Transport, repository: Repository, digest: str, location: str, cause: Exception
) -> tuple[str, int]:
    """Where an interrupted upload stands; begun anew when the registry has lost it."""
    request = Request("GET", repository, location, expect=(204, 404), actions=PUSH)
    try:
        response, _ = transport.read(request)
    except StatusError:
        raise cause from None
    match = _RECEIVED.fullmatch(response.headers.get("Range", ""))
    if response.status == 404 or match is None:
        return _start(transport, repository, digest, None), 0
    return transport.location(response, request) or location, int(match[1]) + 1 if match[1] != "0" else 0


def _with_digest(location: str, digest: str) -> str:
    if not location:
        raise ContentError("Registry accepted an upload but did not say where to send it (no Location header)")
    return f"{location}{'&' if split(location).query else '?'}digest={quote(digest, ':')}"


class _Slice:
    """The next `size` bytes of a stream."""

    def __init__(self, stream: Readable, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int = -1, /) -> bytes:
        block = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Close the stream."""
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()
