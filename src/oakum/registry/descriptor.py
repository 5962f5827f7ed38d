"""Descriptors and manifests (OCI image-spec 1.1, "Content Descriptors", "Image Manifest", "Image Index")."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.dataclass import dataclass, field
from oakum.registry import media
from oakum.registry.errors import ContentError
from oakum.typing import Any


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a manifest says about a piece of content: type, digest (`sha256:hex`), size in bytes, the rest as found."""

    media_type: str
    digest: str
    size: int
    platform: Mapping[str, Any] | None = None
    urls: tuple[str, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)
    artifact_type: str = ""

    @classmethod
    def of(cls, raw: bytes, media_type: str) -> Descriptor:
        """The descriptor of `raw`."""
        return cls(media_type, digest_of(raw), len(raw))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Descriptor:
        """From a decoded descriptor; ContentError when digest or size is missing."""
        digest, size = value.get("digest"), value.get("size")
        if not isinstance(digest, str) or not isinstance(size, int) or size < 0:
            import json

            raise ContentError(f"Expected a descriptor with digest and size, but found {json.dumps(dict(value))[:200]}")
        return cls(
            str(value.get("mediaType") or ""),
            digest,
            size,
            value.get("platform"),
            tuple(value.get("urls") or ()),
            value.get("annotations") or {},
            str(value.get("artifactType") or ""),
        )

    def to_json(self) -> dict[str, Any]:
        """The JSON form, optional members left out when empty."""
        value: dict[str, Any] = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        optional = {
            "urls": list(self.urls),
            "annotations": dict(self.annotations),
            "platform": dict(self.platform or {}),
            "artifactType": self.artifact_type,
        }
        return value | {name: member for name, member in optional.items() if member}


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or index exactly as its bytes are."""

    raw: bytes
    media_type: str
    digest: str

    @classmethod
    def of(cls, raw: bytes, media_type: str) -> Manifest:
        """The manifest of `raw`, with its digest computed."""
        return cls(raw, media_type, digest_of(raw))

    @property
    def descriptor(self) -> Descriptor:
        """How an index refers to this manifest."""
        return Descriptor(self.media_type, self.digest, len(self.raw))

    @property
    def is_index(self) -> bool:
        """Whether it lists manifests (a multi-platform image) and not layers."""
        return self.media_type in media.INDEXES

    def json(self) -> dict[str, Any]:
        """The decoded document; ContentError when it is not a JSON object."""
        import json

        try:
            value = json.loads(self.raw)
        except ValueError as error:
            raise ContentError(f"Manifest {self.digest} is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise ContentError(f"Manifest {self.digest} is not a JSON object")
        return value

    def config(self) -> Descriptor:
        """The descriptor of an image's configuration."""
        return Descriptor.from_json(self.json().get("config") or {})

    def layers(self) -> list[Descriptor]:
        """The descriptors of an image's layers, lowest first."""
        return [Descriptor.from_json(layer) for layer in self.json().get("layers") or []]

    def children(self) -> list[Descriptor]:
        """The descriptors that an index lists."""
        return [Descriptor.from_json(child) for child in self.json().get("manifests") or []]


def digest_of(raw: bytes) -> str:
    """`sha256:` and the hexadecimal SHA-256 of `raw`."""
    import hashlib  # here: finding out digests of tags does without, and reading it takes longer than one request

    return "sha256:" + hashlib.sha256(raw).hexdigest()
