"""Choosing one platform of an image index (kbld: "3.3 Platform selection")."""
from __future__ import annotations

import os
from collections.abc import Mapping

from oakum.images import origins
from oakum.images.config import Platform
from oakum.images.errors import ConfigError
from oakum.images.resolution import Resolution
from oakum.registry import manifests, media, reference
from oakum.registry.transport import Transport
from oakum.typing import Any

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


def own() -> Platform:
    """Linux on this machine's architecture."""
    name = os.uname().machine
    return Platform("linux", _ARCHITECTURES.get(name, name))


def parse(text: str) -> Platform:
    """The platform `os/arch[/variant][:osversion]`. Raises ConfigError."""
    name, _, version = text.partition(":")
    parts = name.split("/")
    if len(parts) < 2:
        raise ConfigError(f"Parsing platform '{text}': expected format os/arch[/variant]")
    if len(parts) > 3:
        raise ConfigError(f"Parsing platform '{text}': too many slashes")
    variant = parts[2] if len(parts) == 3 else ""
    return Platform(parts[0], parts[1], variant, version)


def matches(wanted: Platform, found: Mapping[str, Any]) -> bool:
    """Whether a child's `platform` is the wanted one."""
    return (
        found.get("os", "") == wanted.os
        and found.get("architecture", "") == wanted.architecture
        and wanted.variant in ("", found.get("variant", ""))
        and wanted.os_version in ("", found.get("os.version", ""))
        and set(wanted.os_features) <= set(found.get("os.features") or ())
        and set(wanted.features) <= set(found.get("features") or ())
    )


def select(transport: Transport, found: Resolution, wanted: Platform) -> Resolution:
    """The child of the index that `found` names; an image that is no index stays. Raises ConfigError, RegistryError."""
    index = reference.parse_digest(found.url)
    if manifests.resolve(transport, index).media_type not in media.INDEXES:
        return found
    children = [
        child for child in manifests.get(transport, index).children() if matches(wanted, child.platform or {})
    ]
    if len(children) != 1:
        only, count = ("only ", "more than one") if children else ("", "none")
        raise ConfigError(
            f"Expected to find {only}one image under index '{index}' with matching platform, but found {count}"
        )
    origin = origins.platform_selected(str(index), wanted.os, wanted.architecture, wanted.variant)
    return found.then(str(index.with_digest(children[0].digest)), origin)
