"""`kbld package`, `kbld unpackage`, `kbld relocate`."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.cli import registries
from oakum.cli.command import Invocation
from oakum.cli.kbld import session
from oakum.cli.ui import UI
from oakum.images import decode, lock, search
from oakum.images.bundle import collect, tarball, transfer, untar
from oakum.images.bundle.packed import Packed, PackedImage
from oakum.images.config import Config
from oakum.images.errors import ConfigError
from oakum.images.log import Log
from oakum.images.resource import Document
from oakum.registry.blobs import BlobSource, RemoteBlob
from oakum.registry.descriptor import Descriptor
from oakum.registry.reference import parse_digest
from oakum.registry.transport import Transport
from oakum.typing import Any
from oakum.yaml import plain


def package(call: Invocation) -> int:
    """Images into a tarball; returns the exit status."""
    return session.run(call, lambda ui: _package(call.flags, ui))


def unpackage(call: Invocation) -> int:
    """Images out of a tarball; returns the exit status."""
    return session.run(call, lambda ui: _unpackage(call.flags, ui))


def relocate(call: Invocation) -> int:
    """Images from registry to registry; returns the exit status."""
    return session.run(call, lambda ui: _relocate(call.flags, ui))


def _package(flags: dict[str, Any], ui: UI) -> None:
    _demand(flags, "output")
    resources, config = decode.split(session.documents(flags))
    transport, log = registries.transport(flags), session.log(ui.stderr)
    entries = _collect(transport, resources, config, log, "package")
    places = _places(transport, entries)
    tarball.write(flags["output"], entries, places.__getitem__, log, "package", flags["concurrency"])


def _unpackage(flags: dict[str, Any], ui: UI) -> None:
    _demand(flags, "input")
    _demand(flags, "repository")
    resources, config = decode.split(session.documents(flags))
    repository = transfer.target(flags["repository"])
    tar = untar.Tarball(flags["input"])
    transport, log = registries.transport(flags), session.log(ui.stderr)

    def layer(_: PackedImage, wanted: Descriptor) -> BlobSource:
        return tar.blob(wanted.digest, wanted.size)

    importer = transfer.Importer(transport, repository, layer, log, "unpackage", flags["concurrency"])
    _finish(flags, ui, resources, config, importer.all(tar.entries))


def _relocate(flags: dict[str, Any], ui: UI) -> None:
    if not flags["repository"]:
        raise ConfigError("Expected repository flag to be non-empty")
    if not flags["file"]:
        raise ConfigError("Expected at least one input file")
    repository = transfer.target(flags["repository"])
    resources, config = decode.split(session.documents(flags))
    transport, log = registries.transport(flags), session.log(ui.stderr)
    entries = _collect(transport, resources, config, log, "relocate")

    def layer(image: PackedImage, wanted: Descriptor) -> BlobSource:
        return RemoteBlob(transport, parse_digest(image.refs[0]).repository, wanted)

    importer = transfer.Importer(transport, repository, layer, log, "relocate", flags["concurrency"])
    _finish(flags, ui, resources, config, importer.all(entries))


def _demand(flags: dict[str, Any], name: str) -> None:
    if not flags[name]:
        raise ConfigError(f"Expected '{name}' flag to be non-empty")


def _collect(
    transport: Transport, resources: Sequence[Document], config: Config, log: Log, title: str
) -> list[Packed]:
    found = _images(resources, config)
    return collect.collect(transport, collect.references(found, config), log, title)


def _images(resources: Sequence[Document], config: Config) -> list[str]:
    rules = config.search_rules()
    return [image for document in resources for image in search.find(document, rules)]


def _places(transport: Transport, entries: Sequence[Packed]) -> dict[str, BlobSource]:
    """Where each layer can be read."""
    return {
        layer.digest: RemoteBlob(transport, parse_digest(image.refs[0]).repository, layer)
        for entry in entries
        for image in entry.images()
        for layer in image.stored_layers()
    }


def _finish(
    flags: dict[str, Any], ui: UI, resources: Sequence[Document], config: Config, imported: dict[str, str]
) -> None:
    renamed = transfer.rename(_images(resources, config), imported)
    rules = config.search_rules()
    texts = ["---\n" + plain.dump(search.rewrite(document, rules, renamed.__getitem__)) for document in resources]
    if flags["lock-output"]:
        preresolved = [override for override in config.overrides if override.preresolved]
        known = transfer.rename({override.new_image for override in preresolved}, imported)
        pairs = [(override.ref.label, known[override.new_image]) for override in preresolved]
        pairs += sorted(imported.items())
        lock.write(flags["lock-output"], lock.dump(dict.fromkeys(pairs), config), "Writing lock config")
    for text in texts:
        ui.block(text)
