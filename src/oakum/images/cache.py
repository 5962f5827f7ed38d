"""Sources whose inputs did not change are not built again: what was published for a key is remembered."""
from __future__ import annotations

from oakum.errors import RegistryError
from oakum.images import remembered
from oakum.images.config import Destination, Source, repository_of
from oakum.images.fingerprint import Fingerprint
from oakum.images.log import Log
from oakum.images.produce import Producer, source_origins
from oakum.images.resolution import Resolution
from oakum.registry import manifests, reference
from oakum.registry.transport import Transport
from oakum.typing import StrPath
from oakum.workers import Workers


class Cached:
    """Wraps a producer. A remembered result counts only while it is still where it was put.

    `folder` keeps the results; `layout` is the folder of images that no registry has.
    """

    def __init__(
        self, inner: Producer, folder: StrPath, fingerprint: Fingerprint, layout: StrPath, transport: Transport,
        log: Log,
    ) -> None:
        self._inner, self._folder, self._fingerprint = inner, folder, fingerprint
        self._layout, self._transport, self._log = layout, transport, log

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """The remembered result, or what the inner producer makes."""
        name = repository_of(image)
        key = self._key(name, source, destination)
        if key is None:
            return self._inner.produce(image, source, destination)
        known = str(remembered.read(self._folder, key).get("url") or "")
        if known:
            found = Workers(1).submit(source_origins, source.path)  # git takes as long as the registry
            if self._there(known):
                self._log.write(name, f"unchanged since it was last built: {source.path} -> {known}")
                return Resolution(known, found.result(), built=True)
        made = self._inner.produce(image, source, destination)
        if not made.pending:
            remembered.write(self._folder, key, {"url": made.url})
        return made

    def _key(self, name: str, source: Source, destination: Destination | None) -> str | None:
        """None also for an image that only an engine holds: asking the engine is what the cache saves."""
        if destination is None and not self._fingerprint.embedded(source):
            return None
        return self._fingerprint.key(name, source, destination)

    def _there(self, url: str) -> bool:
        if "@" not in url:
            from pathlib import Path

            from oakum.registry.layout import Layout

            return Layout(Path(self._layout)).complete(f"sha256:{url[-64:]}")
        try:
            manifests.head(self._transport, reference.parse_digest(url))
        except RegistryError:
            return False
        return True
