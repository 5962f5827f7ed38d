"""Attaching bills of materials to what is built: a producer around a producer."""
from __future__ import annotations

import json

from oakum.images.config import Destination, Source
from oakum.images.produce import Producer
from oakum.images.resolution import Resolution
from oakum.images.sbom import contents, documents
from oakum.registry import manifests, media, push, referrers
from oakum.registry.blobs import BytesBlob
from oakum.registry.descriptor import Descriptor, Manifest
from oakum.registry.reference import Reference, parse_digest
from oakum.registry.transport import Transport

_EMPTY = b"{}"


class WithSBOM:
    """Attaches a bill of materials in `form` (`spdx`, `cyclonedx`) to every image that is pushed."""

    def __init__(self, inner: Producer, transport: Transport, form: str) -> None:
        self._inner, self._transport, self._form = inner, transport, documents.checked(form)

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """As the inner producer; a local result has no registry to attach anything in."""
        found = self._inner.produce(image, source, destination)
        if "@" in found.url and not self._known(parse_digest(found.url)):
            attach(self._transport, parse_digest(found.url), self._form)
        return found

    def _known(self, ref: Reference) -> bool:
        """Whether there is one already: an unchanged image needs no second reading of its layers."""
        media_type, _ = documents.FORMS[self._form]
        return bool(referrers.referrers(self._transport, ref.repository, ref.digest, media_type))


def attach(transport: Transport, ref: Reference, form: str) -> str:
    """Write the bill of materials of the image `ref` beside it; its digest. Raises RegistryError, BuildError."""
    media_type, write = documents.FORMS[form]
    packages = contents.packages(transport, ref)
    text = documents.encode(write(str(ref.repository), ref.digest, packages))
    for blob in (_EMPTY, text):
        push.upload(transport, ref.repository, BytesBlob(blob))
    document = {
        "schemaVersion": 2,
        "mediaType": media.OCI_MANIFEST,
        "artifactType": media_type,
        "config": Descriptor.of(_EMPTY, media.OCI_EMPTY).to_json(),
        "layers": [Descriptor.of(text, media_type).to_json()],
        "subject": manifests.resolve(transport, ref).to_json(),
    }
    manifest = Manifest.of(json.dumps(document, separators=(",", ":")).encode(), media.OCI_MANIFEST)
    referrers.attach(transport, ref.repository, manifest)
    return manifest.digest
