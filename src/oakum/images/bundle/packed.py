"""What a tarball's `manifest.json` says of its images (kbld: "6.2 package")."""
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from oakum.dataclass import dataclass
from oakum.images.errors import ConfigError
from oakum.registry import media
from oakum.registry.descriptor import Descriptor, Manifest, digest_of
from oakum.typing import Any

_GO_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class PackedImage:
    """An image: where it was, its manifest and configuration as they are, its layers and their uncompressed digests."""

    refs: tuple[str, ...]
    manifest: Manifest
    config: bytes
    layers: tuple[tuple[Descriptor, str], ...]

    @property
    def key(self) -> str:
        """What entries are sorted by."""
        return f"{self.manifest.digest}/{digest_of(self.config)}"

    def images(self) -> Iterable[PackedImage]:
        """Itself."""
        return (self,)

    def stored_layers(self) -> Iterable[Descriptor]:
        """The layers that a tarball holds: those that may be distributed."""
        return (layer for layer, _ in self.layers if layer.media_type not in media.NOT_DISTRIBUTABLE)


@dataclass(frozen=True, slots=True)
class PackedIndex:
    """An index and everything that it lists."""

    refs: tuple[str, ...]
    manifest: Manifest
    children: tuple[PackedImage, ...]
    indexes: tuple[PackedIndex, ...] = ()

    @property
    def key(self) -> str:
        """What entries are sorted by."""
        return self.manifest.digest

    def images(self) -> Iterable[PackedImage]:
        """All images below it."""
        yield from self.children
        for index in self.indexes:
            yield from index.images()


Packed = PackedImage | PackedIndex


def dump(entries: Iterable[Packed]) -> bytes:
    """The text of `manifest.json`, in the bytes that kbld writes."""
    found = [
        {"ImageIndex": _index(entry), "Image": None}
        if isinstance(entry, PackedIndex)
        else {"ImageIndex": None, "Image": _image(entry)}
        for entry in entries
    ]
    text = json.dumps(found or None, separators=(",", ":"), ensure_ascii=False)
    return text.translate(_GO_ESCAPES).encode("utf-8", "surrogateescape")


def load(text: bytes) -> list[Packed]:
    """The entries of a `manifest.json`, each digest checked. Raises ConfigError."""
    try:
        return [_entry(entry) for entry in json.loads(text) or []]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"manifest.json of the tarball is not what kbld writes: {error}") from error


def _image(image: PackedImage) -> dict[str, Any]:
    layers = [
        {"MediaType": layer.media_type, "Digest": layer.digest, "DiffID": diff_id, "Size": layer.size}
        for layer, diff_id in image.layers
    ]
    manifest = image.manifest
    return {
        "Refs": list(image.refs),
        "Layers": layers or None,
        "Config": {"Digest": digest_of(image.config), "Raw": _text(image.config)},
        "Manifest": {"MediaType": manifest.media_type, "Digest": manifest.digest, "Raw": _text(manifest.raw)},
    }


def _index(index: PackedIndex) -> dict[str, Any]:
    return {
        "Refs": list(index.refs),
        "Images": [_image(image) for image in index.children] or None,
        "Indexes": [_index(inner) for inner in index.indexes] or None,
        "MediaType": index.manifest.media_type,
        "Digest": index.manifest.digest,
        "Raw": _text(index.manifest.raw),
    }


def _entry(entry: Mapping[str, Any]) -> Packed:
    return _load_index(entry["ImageIndex"]) if entry.get("ImageIndex") else _load_image(entry["Image"])


def _load_index(value: Mapping[str, Any]) -> PackedIndex:
    return PackedIndex(
        tuple(value["Refs"]),
        _manifest(value),
        tuple(_load_image(image) for image in value.get("Images") or ()),
        tuple(_load_index(index) for index in value.get("Indexes") or ()),
    )


def _load_image(value: Mapping[str, Any]) -> PackedImage:
    config = _bytes(value["Config"]["Raw"])
    _check(config, value["Config"]["Digest"])
    layers = tuple(
        (Descriptor(layer["MediaType"], layer["Digest"], int(layer["Size"])), str(layer["DiffID"]))
        for layer in value.get("Layers") or ()
    )
    return PackedImage(tuple(value["Refs"]), _manifest(value["Manifest"]), config, layers)


def _manifest(value: Mapping[str, Any]) -> Manifest:
    raw = _bytes(value["Raw"])
    _check(raw, value["Digest"])
    return Manifest.of(raw, value["MediaType"])


def _check(raw: bytes, digest: str) -> None:
    if digest_of(raw) != digest:
        raise ValueError(f"content for {digest} has another digest")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
