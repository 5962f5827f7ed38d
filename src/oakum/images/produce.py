"""Building and publishing one image, with its origins and tags; a limit on how many at a time."""
from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from threading import Semaphore

from oakum.errors import RegistryError
from oakum.images import git, origins
from oakum.images.config import Destination, Source, repository_of
from oakum.images.errors import BuildError
from oakum.images.log import Log
from oakum.images.resolution import Resolution
from oakum.registry import attempts, manifests, reference
from oakum.registry.errors import BadReference
from oakum.registry.transport import Transport
from oakum.typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from oakum.images.builders.protocol import Builder


class Producer(Protocol):
    """Makes an image from its source."""

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """Build `image` and publish it to `destination`. Raises OakumError."""


class Limited:
    """At most `count` at a time."""

    def __init__(self, inner: Producer, count: int) -> None:
        self._inner, self._places = inner, Semaphore(count)

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """As the inner producer, once there is a place."""
        with self._places:
            return self._inner.produce(image, source, destination)


class Late:
    """A producer that is made when it first has something to do: most runs find all as it was."""

    def __init__(self, make: Callable[[], Producer]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Producer:
        return self._make()

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """As the producer that is made."""
        return self._made.produce(image, source, destination)


class Gated:
    """A producer that is asked once `ready` has returned."""

    def __init__(self, inner: Producer, ready: Callable[[], None]) -> None:
        self._inner, self._ready = inner, ready

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """As the inner producer."""
        self._ready()
        return self._inner.produce(image, source, destination)


class BuildAndPublish:
    """Builds with the builder that the source names, publishes, and notes where the image came from."""

    def __init__(self, builders: Mapping[str, Builder], log: Log) -> None:
        self._builders, self._log = builders, log

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """The published digest, or the local name when there is no destination."""
        from oakum.images.builders.protocol import Task

        for tag in destination.tags if destination else ():
            reference.check_tag(tag)
        task = Task(repository_of(image), source.path, source.options, destination)
        built = self._builders[source.builder].build(task, self._log)
        found = source_origins(source.path)
        url = built.image
        if destination is not None and built.publisher is not None:
            url = built.publisher.publish(built.image, destination, self._log)
        return Resolution(_normal(url), found, built=True)


class Tagging:
    """Writes the destination's tags onto what was published."""

    def __init__(
        self, inner: Producer, transport: Transport, sleep: Callable[[float], None], ready: Callable[[], None]
    ) -> None:
        """`ready` is called before a tag is written that was not there, or led elsewhere."""
        self._inner, self._transport, self._sleep, self._ready = inner, transport, sleep, ready

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        """As the inner producer, then tagged."""
        found = self._inner.produce(image, source, destination)
        if destination is None or not destination.tags:
            return found
        ref = reference.parse_digest(found.url)
        for tag in destination.tags:
            self._write(ref, tag)
        return found.then(found.url, origins.tagged(destination.tags))

    def _write(self, ref: reference.Reference, tag: str) -> None:
        try:
            attempts.write(lambda: self._write_once(ref, tag), self._sleep)
        except BadReference:
            raise
        except RegistryError as error:
            raise BuildError(f"Writing image tag: {error}") from error

    def _write_once(self, ref: reference.Reference, tag: str) -> None:
        target = ref.repository.tag(tag)
        try:
            if manifests.head(self._transport, target).digest == ref.digest:
                return
        except RegistryError:
            # Not there yet, or a registry without HEAD: writing it is the answer to both.
            pass
        self._ready()
        manifests.put(self._transport, target, manifests.get(self._transport, ref))


def source_origins(path: str) -> tuple[dict[str, object], ...]:
    """The `local` and `git` origins of a source folder. Raises BuildError."""
    folder = os.path.abspath(path)
    found = git.origin(folder)
    return (origins.local(folder),) if found is None else (origins.local(folder), found)


def _normal(url: str) -> str:
    """A digest reference in full; a local name as it is."""
    return str(reference.parse_digest(url)) if "@" in url else url
