"""What the registry reads in a manifest (OCI image-spec 1.1; Docker schema 2): references, subject, media type."""

from dataclasses import dataclass
from typing import Any

import orjson

from oakum.lab.registry.names import Digest, parse_digest
from oakum.lab.registry.refusal import Refusal

LONGEST = 4 << 20
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_INDEXES = {OCI_INDEX, DOCKER_LIST}
_KNOWN = {OCI_MANIFEST, DOCKER_MANIFEST} | _INDEXES


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts of a manifest that concern the registry."""

    media_type: str
    blobs: tuple[Digest, ...]
    manifests: tuple[Digest, ...]
    subject: Digest | None
    artifact_type: str
    annotations: dict[str, str]

    def descriptor(self, digest: Digest, size: int) -> dict[str, object]:
        """The entry of this manifest in a list of referrers."""
        entry: dict[str, object] = {"mediaType": self.media_type, "digest": str(digest), "size": size}
        if self.artifact_type:
            entry["artifactType"] = self.artifact_type
        if self.annotations:
            entry["annotations"] = self.annotations
        return entry


def read_manifest(content: bytes, media_type: str) -> Contents:
    """Parse and check a manifest that was pushed as `media_type` (parameters removed, "" when not given).

    Raises Refusal MANIFEST_INVALID when it is not one of the four kinds, or contradicts itself.
    """
    document = _object(content)
    stated = document.get("mediaType") or media_type
    if media_type and stated != media_type:
        raise _invalid(f"the manifest's mediaType is {stated} but it was pushed as {media_type}")
    if not stated:
        stated = OCI_INDEX if "manifests" in document else OCI_MANIFEST
    if document.get("schemaVersion") != 2 or not isinstance(stated, str) or stated not in _KNOWN:
        raise _invalid(f"not a manifest of schemaVersion 2 and a known media type (media type {stated})")
    index = stated in _INDEXES
    return Contents(
        media_type=stated,
        blobs=() if index else _digests([document.get("config"), *_list(document, "layers")]),
        manifests=_digests(_list(document, "manifests")) if index else (),
        subject=_descriptor(document["subject"]) if document.get("subject") else None,
        artifact_type=_artifact_type(document),
        annotations=document.get("annotations") or {},
    )


def _artifact_type(document: dict[str, Any]) -> str:
    config = document.get("config") or {}
    return str(document.get("artifactType") or config.get("mediaType") or "")


def _object(content: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _invalid(f"not JSON: {error}") from error
    if not isinstance(document, dict):
        raise _invalid("not a JSON object")
    return document


def _list(document: dict[str, Any], field: str) -> list[object]:
    entries = document.get(field)
    if not isinstance(entries, list):
        raise _invalid(f"{field} is not a list of descriptors")
    return entries


def _digests(entries: list[object]) -> tuple[Digest, ...]:
    return tuple(digest for entry in entries if (digest := _descriptor(entry)))


def _descriptor(entry: object) -> Digest | None:
    """The digest of a descriptor; None for a foreign layer, which is fetched from its URLs and never pushed."""
    if not isinstance(entry, dict) or not isinstance(entry.get("digest"), str):
        raise _invalid("a descriptor has no digest")
    digest = parse_digest(entry["digest"])
    if digest is None:
        raise _invalid(f"a descriptor's digest is invalid: {entry['digest']}")
    return None if entry.get("urls") else digest


def _invalid(message: str) -> Refusal:
    return Refusal("MANIFEST_INVALID", message)
