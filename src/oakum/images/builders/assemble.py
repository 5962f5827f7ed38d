"""Images put together from layers and a configuration, in a layout (OCI image-spec 1.1)."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from oakum.dataclass import dataclass
from oakum.images.builders.layer import Layer
from oakum.images.config import Platform
from oakum.images.errors import BuildError
from oakum.images.platforms import matches, own
from oakum.images.platforms import parse as parse_platform
from oakum.registry import blobs, manifests, media, reference
from oakum.registry.descriptor import Descriptor, Manifest, object_of
from oakum.registry.layout import Layout
from oakum.registry.transport import Transport
from oakum.typing import Any

_EPOCH = "1970-01-01T00:00:00Z"
_CONFIG_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Base:
    """What an image is built onto: layers, their uncompressed digests, its configuration. Empty is `scratch`."""

    layers: tuple[Descriptor, ...] = ()
    diff_ids: tuple[str, ...] = ()
    config: Mapping[str, Any] | None = None


SCRATCH = Base()


def wanted_platforms(options: Mapping[str, Any]) -> list[Platform]:
    """The `platforms` of a builder's options, else this machine's alone. Raises ConfigError."""
    return [parse_platform(text) for text in options.get("platforms") or ()] or [own()]


def pull(
    layout: Layout, transport: Transport, image: str, platform: Platform, watch: Callable[[int], None]
) -> Base:
    """The base `image` for `platform`, its layers stored in `layout`; `watch` hears of their bytes.

    Raises RegistryError, BuildError.
    """
    if not image or image == "scratch":
        return SCRATCH
    ref = reference.parse(image)
    manifest = _for_platform(transport, ref, platform)
    raw = blobs.read(transport, ref.repository, manifest.config(), _CONFIG_LIMIT)
    config = object_of(raw, f"Configuration of {ref}")
    layers = manifest.layers()
    for layer in layers:
        if not layout.has(layer):
            source = blobs.Watched(blobs.RemoteBlob(transport, ref.repository, layer), watch)
            layout.add_stream(source.open(), layer)
    return Base(tuple(layers), tuple((config.get("rootfs") or {}).get("diff_ids") or ()), config)


def image(layout: Layout, base: Base, layers: Sequence[Layer], config: Mapping[str, Any], platform: Platform) -> str:
    """Store the image of `layers` on `base`, started as `config` says; its digest."""
    inherited = (base.config or {}).get("config") or {}
    document = {
        "architecture": platform.architecture,
        "config": _inherit(inherited, config),
        "created": _EPOCH,
        "os": platform.os,
        "rootfs": {"diff_ids": [*base.diff_ids, *(layer.diff_id for layer in layers)], "type": "layers"},
    }
    if platform.variant:
        document["variant"] = platform.variant
    described = layout.add(_json(document), media.OCI_CONFIG)
    manifest = {
        "schemaVersion": 2,
        "mediaType": media.OCI_MANIFEST,
        "config": described.to_json(),
        "layers": [_plain(layer) for layer in (*base.layers, *(layer.descriptor for layer in layers))],
    }
    return layout.add(_json(manifest), media.OCI_MANIFEST).digest


def index(layout: Layout, images: Iterable[tuple[str, Platform]]) -> str:
    """The image of the only platform, or an index of several; its digest."""
    found = list(images)
    if len(found) == 1:
        return found[0][0]
    entries = []
    for digest, platform in found:
        manifest = layout.manifest(digest)
        about = {"architecture": platform.architecture, "os": platform.os}
        about |= {"variant": platform.variant} if platform.variant else {}
        entries.append({**manifest.descriptor.to_json(), "platform": about})
    document = {"schemaVersion": 2, "mediaType": media.OCI_INDEX, "manifests": entries}
    return layout.add(_json(document), media.OCI_INDEX).digest


def _for_platform(transport: Transport, ref: reference.Reference, platform: Platform) -> Manifest:
    manifest = manifests.get(transport, ref)
    if not manifest.is_index:
        return manifest
    fits = [child for child in manifest.children() if matches(platform, child.platform or {})]
    if not fits:
        raise BuildError(f"Base image '{ref}' has no image for {platform.os}/{platform.architecture}")
    return manifests.get(transport, ref.with_digest(fits[0].digest))


def _inherit(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The base's configuration with our own on top; an own entry point drops the base's command, as Docker does."""
    merged = dict(base)
    if "Entrypoint" in own:
        merged.pop("Cmd", None)
    merged |= {key: value for key, value in own.items() if key not in ("Env", "Labels", "ExposedPorts", "Volumes")}
    names = dict(entry.partition("=")[::2] for entry in [*base.get("Env", ()), *own.get("Env", ())])
    if names:
        merged["Env"] = [f"{name}={value}" for name, value in names.items()]
    for key in ("Labels", "ExposedPorts", "Volumes"):
        if base.get(key) or own.get(key):
            merged[key] = {**(base.get(key) or {}), **(own.get(key) or {})}
    return merged


def _plain(layer: Descriptor) -> dict[str, Any]:
    return {"mediaType": layer.media_type, "digest": layer.digest, "size": layer.size}


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
