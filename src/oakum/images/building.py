"""How building is put together; imported only when something is to be built."""
from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from oakum.images.builders.catalogue import Catalogue
from oakum.images.builders.embedded import Workshop
from oakum.images.builders.engine import Probe
from oakum.images.cache import Cached
from oakum.images.config import Config
from oakum.images.errors import ConfigError
from oakum.images.fingerprint import Fingerprint
from oakum.images.hashes import FolderHashes
from oakum.images.log import Log
from oakum.images.produce import BuildAndPublish, Limited, Producer, Tagging
from oakum.images.resolution import Resolution, Resolver
from oakum.registry.layout import Layout
from oakum.registry.transport import Transport

KEPT_S = 30 * 24 * 3600.0
"""How long an image that is not asked for stays in the folder."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where building happens: `folder` keeps images and results, `environ` says where a Docker engine is."""

    transport: Transport
    log: Log
    folder: Path
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Extras:
    """What else a build does: `cache` results, attach a bill of materials (`sbom` its form), sign with a key file."""

    cache: bool = True
    sbom: str = ""
    sign_key: str = ""


def producer(site: Site, concurrency: int, extras: Extras) -> Producer:
    """Builds with every builder there is, publishes, tags; at most `concurrency` at a time.

    Raises ConfigError for a form or a key that cannot be used.
    """
    layout, probe = Layout(site.folder / "layout"), Probe(site.environ)
    layout.prune(KEPT_S)
    catalogue = Catalogue(Workshop(layout, site.transport), probe)
    made: Producer = BuildAndPublish(catalogue, site.log)
    if extras.cache:
        fingerprint = Fingerprint(site.transport, probe, FolderHashes(site.folder / "hashes"))
        made = Cached(made, site.folder / "builds", fingerprint, layout, site.transport, site.log)
    made = Tagging(made, site.transport, time.sleep)
    if extras.sbom:
        from oakum.images.sbom.attach import WithSBOM

        made = WithSBOM(made, site.transport, extras.sbom)
    if extras.sign_key:
        from oakum.images.signing.cosign import Signed

        made = Signed(made, site.transport, extras.sign_key)
    return Limited(made, concurrency)


class BuildingResolver:
    """Builds images that have a source, and leaves the others to `inner`."""

    def __init__(self, inner: Resolver, config: Config, producer: Producer, *, allowed: bool = True) -> None:
        self._inner, self._config, self._producer, self._allowed = inner, config, producer, allowed

    def resolve(self, image: str) -> Resolution:
        """What the image's source was built and published as. Raises ConfigError when building is switched off."""
        source = self._config.source(image)
        if source is None:
            return self._inner.resolve(image)
        if not self._allowed:
            raise ConfigError(
                f"Building of images is disallowed (tried to build '{image}' because a source was configured for it)"
            )
        return self._producer.produce(image, source, self._config.destination(image))
