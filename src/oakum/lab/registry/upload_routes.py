"""Pushing blobs: whole, in chunks, or mounted (OCI distribution 1.1, "Pushing blobs")."""

import asyncio
import re

from starlette.responses import Response

from oakum.lab.registry.call import Call
from oakum.lab.registry.login import Access
from oakum.lab.registry.names import NAME, Digest
from oakum.lab.registry.refusal import Refusal
from oakum.lab.registry.uploads import Upload

_CONTENT_RANGE = re.compile(r"(?:bytes )?(\d+)-(\d+)(?:/(?:\d+|\*))?")


async def start(call: Call) -> Response:
    """Begin an upload; `mount` takes the blob from another repository, `digest` takes the whole body at once."""
    mount = call.query("mount")
    if mount is not None and await asyncio.to_thread(_mount, call, call.digest(mount)):
        return _created(call, call.digest(mount))
    digest = call.query("digest")
    expected = call.digest(digest) if digest is not None else None
    upload = call.storage.uploads.start(call.name)
    if expected is None:
        return _progress(call, upload, 202)
    return await _finish(call, upload, expected)


async def append(call: Call) -> Response:
    """Take the next chunk; one that does not begin where the last ended is refused with what was received."""
    upload = _find(call)
    async with upload.lock:
        _check_range(call, upload)
        await upload.append(call.request.stream())
    return _progress(call, upload, 202)


async def finish(call: Call) -> Response:
    """Take the last chunk, if any, and show the blob when the content has the digest that was stated."""
    upload = _find(call)
    digest = call.digest(call.query("digest") or "")
    async with upload.lock:
        _check_range(call, upload)
        return await _finish(call, upload, digest)


async def status(call: Call) -> Response:
    """How much of an upload has been received, for a client that resumes."""
    return _progress(call, _find(call), 204)


async def cancel(call: Call) -> Response:
    """Forget an upload."""
    call.storage.uploads.close(_find(call))
    return Response(status_code=204)


def _find(call: Call) -> Upload:
    upload = call.storage.uploads.find(call.name, call.parameters["upload"])
    if upload is None:
        raise Refusal("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
    return upload


def _mount(call: Call, digest: Digest) -> bool:
    """Offer a stored blob here too: from the repository named, or from any that the client may pull from."""
    if call.storage.blobs.size(digest) is None:
        return False
    source = call.query("from")
    if source is not None and not re.fullmatch(NAME, source):
        return False
    for name in [source] if source is not None else call.storage.repositories.names():
        if call.storage.repositories[name].has_blob(digest) and call.may(Access(name, "pull")):
            call.repository.link_blob(digest)
            return True
    return False


def _check_range(call: Call, upload: Upload) -> None:
    header = call.request.headers.get("content-range")
    if header is None:
        return
    match = _CONTENT_RANGE.fullmatch(header)
    length = call.request.headers.get("content-length")
    if match and int(match[1]) == upload.size and (length is None or int(match[2]) + 1 - int(match[1]) == int(length)):
        return
    message = f"the chunk {header} does not follow the {upload.size} bytes received"
    raise Refusal("RANGE_INVALID", message, headers=_headers(call, upload))


async def _finish(call: Call, upload: Upload, digest: Digest) -> Response:
    await upload.append(call.request.stream(), digest.algorithm)
    if not upload.verify(digest):
        call.storage.uploads.close(upload)
        message = "provided digest did not match uploaded content"
        raise Refusal("DIGEST_INVALID", message, {"digest": str(digest)})
    await asyncio.to_thread(call.storage.finish_upload, call.name, upload, digest)
    return _created(call, digest)


def _created(call: Call, digest: Digest) -> Response:
    headers = {"Location": f"/v2/{call.name}/blobs/{digest}", "Docker-Content-Digest": str(digest)}
    return Response(status_code=201, headers=headers)


def _progress(call: Call, upload: Upload, status: int) -> Response:
    return Response(status_code=status, headers=_headers(call, upload))


def _headers(call: Call, upload: Upload) -> dict[str, str]:
    return {
        "Location": f"/v2/{call.name}/blobs/uploads/{upload.identity}",
        "Range": f"0-{max(upload.size - 1, 0)}",
        "Docker-Upload-UUID": upload.identity,
    }
