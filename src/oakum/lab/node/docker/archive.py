"""An image on its way to the engine: a tar archive as `docker save` writes it, made while it is read."""

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20


@contextmanager
def archive_of(tag: str, architecture: str, layers: Sequence[Path]) -> Iterator[BinaryIO]:
    """The archive of an image of uncompressed `layers`, lowest first, which says nothing about how it is to be run."""
    reading, writing = os.pipe()
    thread = threading.Thread(target=_write, args=(writing, tag, architecture, layers), daemon=True)
    thread.start()
    try:
        with open(reading, "rb") as archive:
            yield archive
    finally:
        thread.join()


def _write(descriptor: int, tag: str, architecture: str, layers: Sequence[Path]) -> None:
    digests = [f"sha256:{_sha256(layer)}" for layer in layers]
    config = {"architecture": architecture, "os": "linux", "config": {}}
    config["rootfs"] = {"type": "layers", "diff_ids": digests}
    names = [f"{number}.tar" for number in range(len(layers))]
    manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": names}]
    try:
        with open(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w|") as archive:
            _add(archive, "config.json", config)
            _add(archive, "manifest.json", manifest)
            for name, layer in zip(names, layers, strict=True):
                archive.add(layer, name)
    except BrokenPipeError:
        return  # the engine has refused it, and says why


def _add(archive: tarfile.TarFile, name: str, content: object) -> None:
    data = json.dumps(content).encode()
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
