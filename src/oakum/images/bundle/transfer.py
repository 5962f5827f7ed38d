"""Bringing packed images into a repository, and naming them there (kbld: "6.3 unpackage", "6.4 relocate")."""
from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from oakum.errors import OakumError, RegistryError
from oakum.images.bundle.packed import Packed, PackedImage, PackedIndex
from oakum.images.errors import ConfigError
from oakum.images.log import Log
from oakum.images.stop import StoppableLog, stopping
from oakum.registry import attempts, manifests, push
from oakum.registry.blobs import BlobSource, BytesBlob, Watched
from oakum.registry.descriptor import Descriptor
from oakum.registry.errors import BadReference
from oakum.registry.reference import Repository, parse_digest, parse_repository
from oakum.registry.transport import Transport
from oakum.workers import Workers

OpenLayer = Callable[[PackedImage, Descriptor], BlobSource]


def target(name: str) -> Repository:
    """The repository to import into. Raises ConfigError."""
    try:
        return parse_repository(name)
    except BadReference as error:
        raise ConfigError(f"Building import repository ref: {error}") from error


class Importer:
    """Imports images into `repository`; `layer` opens a layer of an image."""

    def __init__(
        self, transport: Transport, repository: Repository, layer: OpenLayer, log: Log, title: str, workers: int
    ) -> None:
        self._transport, self._repository, self._layer = transport, repository, layer
        self._log, self._outer = StoppableLog(log), log
        self._title, self._workers = title, workers

    def all(self, entries: Iterable[Packed]) -> dict[str, str]:
        """Import every entry; maps each old digest reference to its new one. Raises ConfigError."""
        entries = list(entries)
        self._log.write(self._title, f"importing {len(entries)} images...")
        pool = Workers(self._workers)
        try:
            with stopping(self._log, pool) as jobs:
                jobs += [pool.submit(self._one, entry) for entry in entries]
                found = [job.result() for job in jobs]
        except OakumError:
            self._end(len(entries))
            raise
        self._end(len(entries))
        return {old: new for entry, new in zip(entries, found, strict=True) for old in map(_normal, entry.refs)}

    def _end(self, count: int) -> None:
        """Said after a failure too, as the reference does, when the other log has been stopped."""
        self._outer.write(self._title, f"imported {count} images")

    def _one(self, entry: Packed) -> str:
        new = self._repository.at(entry.manifest.digest)
        old = _normal(entry.refs[0])
        self._log.write(self._title, f"importing {old} -> {new}...")
        tag = f"kbld-{entry.manifest.digest.replace(':', '-')}"
        try:
            self._retried(entry, tag)
            found = manifests.resolve(self._transport, self._repository.tag(tag)).digest
        except OakumError as error:
            raise ConfigError(f"Importing image {old}: Importing image as {new}: {error}") from error
        if found != entry.manifest.digest:
            raise ConfigError(
                f"Importing image {old}: Expected imported image '{self._repository}:{tag}' to have digest "
                f"'{entry.manifest.digest}' but was '{found}'"
            )
        return str(new)

    def _retried(self, entry: Packed, tag: str) -> None:
        try:
            attempts.write(lambda: self._write(entry, tag), time.sleep)
        except RegistryError as error:
            raise ConfigError(f"Writing image: {error}") from error

    def _write(self, entry: Packed, tag: str = "") -> None:
        if isinstance(entry, PackedIndex):
            below: tuple[Packed, ...] = (*entry.children, *entry.indexes)
            for child in below:
                self._write(child)
        else:
            self._blobs(entry)
        where = self._repository.tag(tag) if tag else self._repository.at(entry.manifest.digest)
        manifests.put(self._transport, where, entry.manifest)

    def _blobs(self, image: PackedImage) -> None:
        origin = parse_digest(image.refs[0]).repository
        with self._log.moving(image.refs[0]) as watch:
            for layer in image.stored_layers():
                source = Watched(self._layer(image, layer), watch)
                push.upload(self._transport, self._repository, source, mount_from=origin)
        push.upload(self._transport, self._repository, BytesBlob(image.config))


def rename(images: Iterable[str], imported: Mapping[str, str]) -> dict[str, str]:
    """The new name of each of `images`, compared in full and without tags. ConfigError lists the missing."""
    renamed, missing = {}, []
    for image in images:
        new = imported.get(_normal(image))
        if new is None:
            missing.append(image)
        else:
            renamed[image] = new
    if missing:
        raise ConfigError("".join(f"\n- Expected to find image for '{image}'" for image in sorted(missing)))
    return renamed


def _normal(image: str) -> str:
    try:
        return str(parse_digest(image))
    except BadReference:
        return image
