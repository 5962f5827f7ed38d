"""What refers to an image: signatures, bills of materials (OCI distribution-spec 1.1, "Listing Referrers")."""
from __future__ import annotations

import json

from oakum.registry import manifests, media
from oakum.registry.descriptor import Descriptor, Manifest
from oakum.registry.errors import StatusError
from oakum.registry.reference import Repository
from oakum.registry.transport import Request, Transport


def referrers(transport: Transport, repository: Repository, digest: str, artifact_type: str = "") -> list[Descriptor]:
    """The manifests whose subject is `digest`; by the referrers API, else by its fallback tag."""
    path = f"{repository.path}/referrers/{digest}"
    request = Request("GET", repository, path, {"Accept": media.OCI_INDEX}, expect=(200, 404, 405))
    response, body = transport.read(request)
    found = Manifest.of(body, media.OCI_INDEX) if response.status == 200 else _fallback(transport, repository, digest)
    listed = found.children() if found is not None else []
    return [entry for entry in listed if not artifact_type or entry.artifact_type == artifact_type]


def attach(transport: Transport, repository: Repository, manifest: Manifest) -> None:
    """Push a manifest that has a `subject`, and list it under the fallback tag where the registry does not do so."""
    response = transport.send(
        Request(
            "PUT",
            repository,
            f"{repository.path}/manifests/{manifest.digest}",
            {"Content-Type": manifest.media_type},
            manifest.raw,
            expect=(201,),
            actions="push,pull",
        )
    )
    response.drain()
    if response.headers.get("OCI-Subject"):
        return
    subject = manifest.json()["subject"]["digest"]
    index = _fallback(transport, repository, subject)
    listed = index.children() if index is not None else []
    if any(entry.digest == manifest.digest for entry in listed):
        return
    entries = [entry.to_json() for entry in (*listed, _entry(manifest))]
    raw = {"schemaVersion": 2, "mediaType": media.OCI_INDEX, "manifests": entries}
    listing = Manifest.of(json.dumps(raw, separators=(",", ":")).encode(), media.OCI_INDEX)
    manifests.put(transport, repository.tag(fallback_tag(subject)), listing)


def fallback_tag(digest: str) -> str:
    """The tag that lists the referrers of `digest` on registries without the API."""
    return digest.replace(":", "-")


def _entry(manifest: Manifest) -> Descriptor:
    document = manifest.json()
    kind = document.get("artifactType") or (document.get("config") or {}).get("mediaType") or ""
    annotations = document.get("annotations") or {}
    return Descriptor(
        manifest.media_type, manifest.digest, len(manifest.raw), annotations=annotations, artifact_type=kind
    )


def _fallback(transport: Transport, repository: Repository, digest: str) -> Manifest | None:
    try:
        return manifests.get(transport, repository.tag(fallback_tag(digest)))
    except StatusError as error:
        if error.status == 404:
            return None
        raise
