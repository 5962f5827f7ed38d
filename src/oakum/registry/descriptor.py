"""Descriptors and manifests (OCI image-spec 1.1, "Content Descriptors", "Image Manifest", "Image Index")."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.dataclass import dataclass, field
from oakum.registry import media
from oakum.registry.errors import ContentError
from oakum.typing import Any

_MISSING: dict[str, Any] = {
    "mediaType": "", "digest": "", "size": 0, "platform": {}, "urls": [], "annotations": {}, "artifactType": "",
}  # fmt: skip
"""What stands for each member of a descriptor that is not there."""
_NEEDED = {"digest", "size"}


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
    def from_json(cls, value: Any) -> Descriptor:
        """From a decoded descriptor; ContentError for what is none, as digest or size are missing."""
        members = {name: member for name, member in value.items() if member is not None} if type(value) is dict else {}
        known = {**_MISSING, **members}
        fits = all(isinstance(known[name], type(empty)) for name, empty in _MISSING.items())
        if not fits or not members.keys() >= _NEEDED or known["size"] < 0:
            import json

            raise ContentError(f"Expected a descriptor with digest and size, but found {json.dumps(value)[:200]}")
        return cls(
            known["mediaType"],
            known["digest"],
            known["size"],
            members.get("platform"),
            tuple(known["urls"]),
            known["annotations"],
            known["artifactType"],
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
        return object_of(self.raw, f"Manifest {self.digest}")

    def config(self) -> Descriptor:
        """The descriptor of an image's configuration."""
        return Descriptor.from_json(self.json().get("config") or {})

    def layers(self) -> list[Descriptor]:
        """The descriptors of an image's layers, lowest first."""
        return self._listed("layers")

    def children(self) -> list[Descriptor]:
        """The descriptors that an index lists."""
        return self._listed("manifests")

    def _listed(self, member: str) -> list[Descriptor]:
        found = self.json().get(member) or []
        if not isinstance(found, list):
            import json

            shown = json.dumps(found)[:200]
            raise ContentError(f"Expected {member} of manifest {self.digest} as a list, but found {shown}")
        return [Descriptor.from_json(each) for each in found]


def object_of(raw: bytes, what: str) -> dict[str, Any]:
    """The JSON object in `raw`; ContentError, which names `what`, when it is none."""
    import json

    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ContentError(f"{what} is not a JSON object: {error}") from error
    if not isinstance(value, dict):
        raise ContentError(f"{what} is not a JSON object")
    return value


def digest_of(raw: bytes) -> str:
    """`sha256:` and the hexadecimal SHA-256 of `raw`."""
    import hashlib  # here: finding out digests of tags does without, and reading it takes longer than one request

    return "sha256:" + hashlib.sha256(raw).hexdigest()
