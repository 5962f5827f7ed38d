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
from oakum.images.options import Options, Tools
from oakum.images.produce import BuildAndPublish, Late, Limited, Producer, Tagging
from oakum.images.resolution import Resolution, Resolver


def producer(tools: Tools, options: Options) -> Producer:
    """Builds with every builder there is, publishes, tags; as many at a time, and with as much beside, as asked for.

    Raises ConfigError for a form of a bill of materials or a key that cannot be used.
    """
    transport, log = tools.transport, tools.log
    layout, hashes, builds = (os.path.join(tools.cache, name) for name in ("layout", "hashes", "builds"))
    probe = Probe(tools.environ)

    def with_every_builder() -> Producer:
        from pathlib import Path

        from oakum.images.builders.catalogue import Catalogue
        from oakum.registry.layout import Layout

        return BuildAndPublish(Catalogue(Layout(Path(layout)), transport, probe), log)

    made: Producer = Late(with_every_builder)
    if options.build_cache:
        fingerprint = Fingerprint(transport, probe, FolderHashes(hashes))
        made = Cached(made, builds, fingerprint, layout, transport, log)
    made = Tagging(made, transport, time.sleep)
    if options.sbom:
        from oakum.images.sbom.attach import WithSBOM

        made = WithSBOM(made, transport, options.sbom)
    if options.sign_key:
        from oakum.images.signing.cosign import Signed

        made = Signed(made, transport, options.sign_key)
    return Limited(made, options.concurrency)


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
