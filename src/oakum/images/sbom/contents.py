"""What an image contains, read from its layers as a stream: Go programs and Python distributions."""
from __future__ import annotations

import tarfile
from collections.abc import Iterable
from email.parser import Parser

from oakum.images.errors import BuildError
from oakum.images.sbom.buildinfo import Package, modules
from oakum.registry import manifests, media
from oakum.registry.blobs import BlobReader
from oakum.registry.descriptor import Manifest
from oakum.registry.reference import Reference
from oakum.registry.transport import Transport
from oakum.typing import IO, cast

_METADATA_LIMIT = 1024 * 1024
_EXECUTABLE = 0o111


def packages(transport: Transport, ref: Reference) -> list[Package]:
    """The packages in the image `ref`, those of every platform together, sorted. Raises RegistryError, BuildError."""
    return sorted(set(_of(transport, ref, manifests.get(transport, ref))))


def _of(transport: Transport, ref: Reference, manifest: Manifest) -> Iterable[Package]:
    if manifest.is_index:
        for child in manifest.children():
            below = ref.with_digest(child.digest)
            yield from _of(transport, below, manifests.get(transport, below))
        return
    for layer in manifest.layers():
        if layer.media_type not in media.NOT_DISTRIBUTABLE:
            reader = BlobReader(transport, ref.repository, layer)
            try:
                yield from in_layer(cast(IO[bytes], reader))
            except (tarfile.TarError, EOFError, OSError) as error:
                raise BuildError(f"Layer {layer.digest} of {ref} is not a tar archive: {error}") from error
            finally:
                reader.close()


def in_layer(stream: IO[bytes]) -> Iterable[Package]:
    """The packages in one layer, compressed or not."""
    with tarfile.open(fileobj=stream, mode="r|*") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isreg() else None
            if file is None:
                continue
            if member.name.endswith(".dist-info/METADATA") and member.size <= _METADATA_LIMIT:
                yield from _python(file.read())
            elif member.mode & _EXECUTABLE and member.size > len("ELF"):
                yield from modules(file)


def _python(raw: bytes) -> Iterable[Package]:
    fields = Parser().parsestr(raw.decode("utf-8", "replace"), headersonly=True)
    name, version = fields.get("Name"), fields.get("Version")
    if name and version:
        normal = name.lower().replace("_", "-").replace(".", "-")
        yield Package(name, version, f"pkg:pypi/{normal}@{version}")
