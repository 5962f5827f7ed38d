"""Reading what is to be packed or copied: manifests and configurations, not layers."""
from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from oakum.dataclass import replace
from oakum.errors import RegistryError
from oakum.images.bundle.packed import Packed, PackedImage, PackedIndex
from oakum.images.config import Config
from oakum.images.errors import ConfigError
from oakum.images.log import Log
from oakum.registry import blobs, manifests, media
from oakum.registry.descriptor import Manifest
from oakum.registry.errors import BadReference
from oakum.registry.reference import Reference, parse_digest
from oakum.registry.transport import Transport
from oakum.workers import Workers

WORKERS = 10
_CONFIG_LIMIT = 16 * 1024 * 1024
_OLD = (
    "Encountered an error most likely because this image is in Docker Registry v1 format; "
    "only v2 or OCI image format is supported"
)


def references(found: Iterable[str], config: Config) -> list[str]:
    """The images to take, sorted: those found, and what preresolved overrides name. ConfigError for one that is not by
    digest.
    """
    preresolved = [override.new_image for override in config.overrides if override.preresolved]
    names = sorted({*found, *preresolved})
    for name in names:
        try:
            parse_digest(name)
        except BadReference as error:
            raise ConfigError(f"Expected image '{name}' to be in digest form (i.e. image@digest)") from error
    return names


def collect(transport: Transport, names: Sequence[str], log: Log, title: str) -> list[Packed]:
    """Everything about the images `names`, several at a time, in the order of a tarball.

    Raises ConfigError, and BadReference for a name without a registry.
    """
    log.write(title, f"exporting {len(names)} images...")
    try:
        refs = []
        for name in names:
            refs.append(parse_digest(name, strict=True))
            log.write(title, f"will export {name}")
        with Workers(WORKERS) as pool:
            found = pool.map(lambda pair: _read(transport, *pair), list(zip(names, refs, strict=True)))
    finally:
        log.write(title, f"exported {len(names)} images")
    return _distinct(found)


def _distinct(entries: Iterable[Packed]) -> list[Packed]:
    """One entry for each digest, with all its references."""
    merged: dict[str, Packed] = {}
    for entry in entries:
        known = merged.get(entry.key)
        merged[entry.key] = entry if known is None else _with_refs(known, entry.refs)
    return [merged[key] for key in sorted(merged)]


def _with_refs(entry: Packed, more: tuple[str, ...]) -> Packed:
    refs = (*entry.refs, *(ref for ref in more if ref not in entry.refs))
    if isinstance(entry, PackedIndex):
        return PackedIndex(refs, entry.manifest, entry.children, entry.indexes)
    return PackedImage(refs, entry.manifest, entry.config, entry.layers)


def _read(transport: Transport, name: str, ref: Reference) -> Packed:
    try:
        manifest = manifests.get(transport, ref)
        if manifest.media_type in media.SCHEMA1:
            raise ConfigError(f"unsupported media type {manifest.media_type}")
        if manifest.is_index:
            return _index(transport, ref, manifest)
        # The reference names an image as it was written, its tag included, and an index by its digest alone.
        return replace(_image(transport, ref, manifest), refs=(name,))
    except (RegistryError, ConfigError) as error:
        raise ConfigError(
            f"Collecting packaging metadata: Working with {ref}: {_OLD} (underlying error: {error})"
        ) from error


def _index(transport: Transport, ref: Reference, manifest: Manifest) -> PackedIndex:
    images, indexes = [], []
    for child in manifest.children():
        below = ref.with_digest(child.digest)
        found = manifests.get(transport, below)
        if found.is_index:
            indexes.append(_index(transport, below, found))
        else:
            images.append(_image(transport, below, found))
    return PackedIndex((str(ref),), manifest, tuple(images), tuple(indexes))


def _image(transport: Transport, ref: Reference, manifest: Manifest) -> PackedImage:
    raw = blobs.read(transport, ref.repository, manifest.config(), _CONFIG_LIMIT)
    diff_ids = _diff_ids(raw)
    layers = manifest.layers()
    diff_ids += [""] * (len(layers) - len(diff_ids))
    return PackedImage((str(ref),), manifest, raw, tuple(zip(layers, diff_ids, strict=False)))


def _diff_ids(config: bytes) -> list[str]:
    try:
        return [str(digest) for digest in json.loads(config)["rootfs"]["diff_ids"]]
    except (ValueError, KeyError, TypeError):
        return []
