"""Producers of a dry run: what would be built is named, what would be tagged is noted, and nothing is written."""
from __future__ import annotations

from oakum.dataclass import replace
from oakum.images import origins
from oakum.images.builders import naming
from oakum.images.builders.process import check_folder
from oakum.images.config import Destination, Source, repository_of
from oakum.images.log import Log
from oakum.images.produce import Producer, source_origins
from oakum.images.resolution import Resolution
from oakum.registry import reference


class ToBuild:
    """Gives, in place of an image, words that no registry and no node takes for one; mistakes are told all the same."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """A pending resolution. Raises BuildError, BadReference."""
        name = repository_of(image)
        for tag in destination.tags if destination else ():
            reference.check_tag(tag)
        check_folder(source.path)
        to = str(naming.pushed_to(destination)) if destination else name
        self._log.write(name, f"not built in a dry run, so whether it changes is not known: {source.path} -> {to}")
        return Resolution(f"{to} (to be built)", source_origins(source.path), built=True, pending=True)


class TagsNoted:
    """Notes the tags of a destination among the origins, as what writes them does."""

    def __init__(self, inner: Producer) -> None:
        self._inner = inner

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """As the inner producer, with the tags that it is to have."""
        found = self._inner.produce(image, source, destination)
        if destination is None or not destination.tags:
            return found
        return replace(found, origins=(*found.origins, origins.tagged(destination.tags)))
