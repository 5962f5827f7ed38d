"""Manifests of a repository (OCI distribution-spec 1.1, "Pulling manifests", "Pushing Manifests")."""
from __future__ import annotations

from oakum.registry import media
from oakum.registry.descriptor import Descriptor, Manifest, digest_of
from oakum.registry.errors import BadReference, ConnectError, ContentError, StatusError
from oakum.registry.reference import Reference, check_digest
from oakum.registry.transport import PUSH, Request, Transport

_DIGEST = "Docker-Content-Digest"


def head(transport: Transport, reference: Reference) -> Descriptor:
    """The descriptor of a manifest from one HEAD request.

    Raises StatusError when the registry refuses, ContentError when its answer lacks digest, type or length.
    """
    return _head(transport, reference)[0]


def _head(transport: Transport, reference: Reference) -> tuple[Descriptor, bool]:
    """Also, whether the answer is bound to its content: by the digest asked for, or by an entity tag that is one."""
    response = transport.send(_request("HEAD", reference))
    response.drain()
    digest, kind = response.headers.get(_DIGEST, ""), _media_type(response.headers.get("Content-Type", ""))
    length = response.headers.get("Content-Length", "")
    try:
        check_digest(digest)
    except BadReference as error:
        raise ContentError(f"HEAD of {reference}: no usable {_DIGEST} header ({error})") from error
    if not kind or not length.isdigit():
        raise ContentError(f"HEAD of {reference}: no Content-Type or Content-Length")
    if reference.digest and digest != reference.digest:
        raise ContentError(f"manifest digest: {digest!r} does not match requested digest: {reference.digest!r}")
    return Descriptor(kind, digest, int(length)), bool(reference.digest) or digest in response.headers.get("ETag", "")


def get(transport: Transport, reference: Reference) -> Manifest:
    """The manifest, its bytes checked against the digest asked for. Raises StatusError, ConnectError, ContentError."""
    response, raw = transport.read(_request("GET", reference))
    kind = _media_type(response.headers.get("Content-Type", ""))
    computed = digest_of(raw)
    if kind == media.DOCKER_SCHEMA1_SIGNED:
        # The digest of a signed schema-1 manifest is taken without its signatures, so the bytes cannot tell.
        computed = _told(response.headers.get(_DIGEST, "")) or computed
    if reference.digest and computed != reference.digest:
        raise ContentError(
            f'manifest digest: "{computed}" does not match requested digest: "{reference.digest}" for "{reference}"'
        )
    return Manifest(raw, kind, computed)


def resolve(transport: Transport, reference: Reference) -> Descriptor:
    """The descriptor of `reference` by HEAD, or by GET where HEAD does not work.

    A registry that gives a digest and nothing that binds it to the content is asked again. Raises ContentError where it
    then gives another one.
    """
    found, bound = _told_or_read(transport, reference)
    if not bound and _told_or_read(transport, reference)[0].digest != found.digest:
        raise ContentError("Expected digest resolution to be consistent over two separate requests")
    return found


def _told_or_read(transport: Transport, reference: Reference) -> tuple[Descriptor, bool]:
    try:
        return _head(transport, reference)
    except (StatusError, ConnectError, ContentError):
        return get(transport, reference).descriptor, True


def exists(transport: Transport, reference: Reference) -> bool:
    """Whether the registry has this manifest."""
    try:
        resolve(transport, reference)
    except StatusError as error:
        if error.status == 404:
            return False
        raise
    return True


def put(transport: Transport, reference: Reference, manifest: Manifest) -> None:
    """Store `manifest` under the reference's tag or digest. ContentError when the registry stored other bytes."""
    request = Request(
        "PUT",
        reference.repository,
        _path(reference),
        {"Content-Type": manifest.media_type},
        manifest.raw,
        expect=(200, 201, 202),
        actions=PUSH,
        timeout=60,
    )
    response, _ = transport.read(request)
    stored = response.headers.get(_DIGEST)
    if stored and stored != manifest.digest:
        raise ContentError(f"Registry stored {reference} as {stored}, not as {manifest.digest}")


def _told(digest: str) -> str:
    """A digest that a registry tells; empty for what is none."""
    try:
        check_digest(digest)
    except BadReference:
        return ""
    return digest


def _request(method: str, reference: Reference) -> Request:
    return Request(method, reference.repository, _path(reference), {"Accept": media.ACCEPT})


def _path(reference: Reference) -> str:
    return f"{reference.repository.path}/manifests/{reference.identifier}"


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip()
