"""How building is put together; imported only when something is to be built."""
from __future__ import annotations

import os
import time

from oakum.images.builders.probe import Probe
from oakum.images.cache import Cached
from oakum.images.config import Config
from oakum.images.errors import ConfigError
from oakum.images.fingerprint import Fingerprint
from oakum.images.hashes import FolderHashes
from oakum.images.log import Log
from oakum.images.options import Options, Tools
from oakum.images.produce import BuildAndPublish, Gated, Late, Limited, Producer, Tagging
from oakum.images.resolution import Resolution, Resolver
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


def producer(tools: Tools, options: Options, key: PrivateKeyTypes | None = None) -> Producer:
    """Builds with every builder there is, publishes, tags; as many at a time, and with as much beside, as asked for.

    What is pushed is signed with `key`. Raises ConfigError for a form of a bill of materials that there is not.
    """
    transport, log = tools.transport, tools.log
    layout, hashes, builds = (os.path.join(tools.cache, name) for name in ("layout", "hashes", "builds"))
    probe = Probe(tools.environ)

    def with_every_builder() -> Producer:
        from pathlib import Path

        from oakum.images.builders.catalogue import Catalogue
        from oakum.registry.layout import Layout

        return BuildAndPublish(Catalogue(Layout(Path(layout)), transport, probe), log)

    made: Producer = _to_build(log) if options.dry_run else Gated(Late(with_every_builder), tools.ready)
    if options.build_cache:
        fingerprint = Fingerprint(transport, probe, FolderHashes(hashes))
        made = Cached(made, builds, fingerprint, layout, transport, log)
    if options.dry_run:
        from oakum.images.dry_run import TagsNoted

        return Limited(TagsNoted(made), options.concurrency)
    made = Tagging(made, transport, time.sleep, tools.ready)
    if options.sbom or key is not None:
        made = Gated(made, tools.ready)
    if options.sbom:
        from oakum.images.sbom.attach import WithSBOM

        made = WithSBOM(made, transport, options.sbom)
    if key is not None:
        from oakum.images.signing.cosign import Signed

        made = Signed(made, transport, key)
    return Limited(made, options.concurrency)


def _to_build(log: Log) -> Producer:
    from oakum.images.dry_run import ToBuild

    return ToBuild(log)


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
