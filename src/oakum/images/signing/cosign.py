"""Writing and checking signatures: a manifest under the tag `sha256-HEX.sig`, a layer for each signature."""
from __future__ import annotations

import base64
import json

from oakum.images.config import Destination, Source
from oakum.images.errors import ConfigError
from oakum.images.produce import Producer
from oakum.images.resolution import Resolution
from oakum.registry import blobs, manifests, media, push
from oakum.registry.blobs import BytesBlob
from oakum.registry.descriptor import Descriptor, Manifest
from oakum.registry.errors import StatusError
from oakum.registry.reference import Reference, parse_digest
from oakum.registry.transport import Transport
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"
SIGNATURE = "dev.cosignproject.cosign/signature"
_LIMIT = 1024 * 1024
_LONG_AGO = "0001-01-01T00:00:00Z"


class Signed:
    """Signs every image that is pushed."""

    def __init__(self, inner: Producer, transport: Transport, key: PrivateKeyTypes) -> None:
        self._inner, self._transport, self._key = inner, transport, key

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """As the inner producer, then signed."""
        found = self._inner.produce(image, source, destination)
        if "@" in found.url:
            sign(self._transport, parse_digest(found.url), self._key)
        return found


def sign(transport: Transport, ref: Reference, key: PrivateKeyTypes) -> None:
    """Add a signature of the image `ref`, unless this key has signed it already. Raises RegistryError, ConfigError."""
    public = key.public_key()
    if verify(transport, ref, public):
        return
    payload = _payload(ref)
    signature = base64.b64encode(_sign(key, payload)).decode()
    layer = Descriptor(PAYLOAD, BytesBlob(payload).digest, len(payload), annotations={SIGNATURE: signature})
    known = _signatures(transport, ref)
    layers = [*(known.layers() if known else []), layer]
    config = json.dumps(_config(layers), separators=(",", ":")).encode()
    for blob in (payload, config):
        push.upload(transport, ref.repository, BytesBlob(blob))
    document = {
        "schemaVersion": 2,
        "mediaType": media.OCI_MANIFEST,
        "config": Descriptor.of(config, media.OCI_CONFIG).to_json(),
        "layers": [entry.to_json() for entry in layers],
    }
    raw = json.dumps(document, separators=(",", ":")).encode()
    manifests.put(transport, _place(ref), Manifest.of(raw, media.OCI_MANIFEST))


def verify(transport: Transport, ref: Reference, key: PublicKeyTypes) -> bool:
    """Whether the image `ref` (by digest) has a signature by `key`. Raises RegistryError."""
    found = _signatures(transport, ref)
    return any(_good(transport, ref, layer, key) for layer in (found.layers() if found else []))


def _good(transport: Transport, ref: Reference, layer: Descriptor, key: PublicKeyTypes) -> bool:
    if layer.media_type != PAYLOAD or SIGNATURE not in layer.annotations:
        return False
    payload = blobs.read(transport, ref.repository, layer, _LIMIT)
    try:
        signature = base64.b64decode(layer.annotations[SIGNATURE])
        named = json.loads(payload)["critical"]["image"]["docker-manifest-digest"]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(named == ref.digest) and _verify(key, signature, payload)


def _payload(ref: Reference) -> bytes:
    document = {
        "critical": {
            "identity": {"docker-reference": str(ref.repository)},
            "image": {"docker-manifest-digest": ref.digest},
            "type": "cosign container image signature",
        },
        "optional": None,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def _config(layers: list[Descriptor]) -> dict[str, Any]:
    return {
        "architecture": "",
        "created": _LONG_AGO,
        "history": [{"created": _LONG_AGO} for _ in layers],
        "os": "",
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        "config": {},
    }


def _place(ref: Reference) -> Reference:
    return ref.repository.tag(f"{ref.digest.replace(':', '-')}.sig")


def _signatures(transport: Transport, ref: Reference) -> Manifest | None:
    try:
        return manifests.get(transport, _place(ref))
    except StatusError as error:
        if error.status == 404:
            return None
        raise


def _sign(key: PrivateKeyTypes, payload: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(payload, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(payload, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(payload)
    raise ConfigError("Signing keys are ECDSA, RSA or Ed25519 keys; this one is none of them")


def _verify(key: PublicKeyTypes, signature: bytes, payload: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, payload, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, payload, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, payload)
        else:
            return False
    except InvalidSignature:
        return False
    return True
