"""Pulling and deleting blobs (OCI distribution 1.1, "Pulling blobs", "Deleting Blobs")."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.responses import Response, StreamingResponse

from oakum.lab.registry.call import Call
from oakum.lab.registry.refusal import Refusal

_CHUNK = 1 << 18
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


async def get(call: Call) -> Response:
    """The blob, or the range of it that was asked for; headers only for HEAD."""
    digest = call.digest(call.parameters["digest"])
    size = call.storage.blobs.size(digest) if call.repository.has_blob(digest) else None
    if size is None:
        raise Refusal("BLOB_UNKNOWN", "blob unknown to registry", {"digest": str(digest)})
    headers = {
        "Docker-Content-Digest": str(digest),
        "Content-Type": "application/octet-stream",
        "Accept-Ranges": "bytes",
        "ETag": f'"{digest}"',
        "Cache-Control": "max-age=31536000",
    }
    start, end, status = 0, size, 200
    wanted = byte_range(call.request.headers.get("range"), size)
    if wanted:
        start, end = wanted
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    if call.request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_read(call.storage.blobs.path(digest), start, end), status, headers)


async def delete(call: Call) -> Response:
    """Stop offering the blob in this repository; garbage collection removes its content."""
    digest = call.digest(call.parameters["digest"])
    if not call.repository.unlink_blob(digest):
        raise Refusal("BLOB_UNKNOWN", "blob unknown to registry", {"digest": str(digest)})
    return Response(status_code=202)


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The start and end (exclusive) of a Range header of one range (RFC 9110, 14.1.2); None when there is none.

    Raises Refusal RANGE_INVALID when it lies outside the content.
    """
    match = _RANGE.fullmatch(header or "")
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= end:
        raise Refusal("RANGE_INVALID", f"the content has {size} bytes", headers={"Content-Range": f"bytes */{size}"})
    return start, end


async def _read(path: Path, start: int, end: int) -> AsyncIterator[bytes]:
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while start < end:
            chunk = await asyncio.to_thread(file.read, min(_CHUNK, end - start))
            if not chunk:
                return
            start += len(chunk)
            yield chunk
