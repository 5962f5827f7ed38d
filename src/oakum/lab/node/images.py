"""Images on the node: pulled, verified and unpacked once, then shared by containers."""

import contextlib
import gzip
import json
import platform
import shutil
import threading
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from oakum.errors import RegistryError
from oakum.lab.files import write_private
from oakum.lab.node.errors import BadImage, PullFailed
from oakum.lab.node.mirror import Mirror
from oakum.lab.node.pull_secrets import PullSecrets
from oakum.lab.node.unpack import Unpacker
from oakum.registry import blobs, manifests, media
from oakum.registry.connections import Connections, Options
from oakum.registry.descriptor import Descriptor, Manifest, object_of
from oakum.registry.errors import BadReference, StatusError
from oakum.registry.reference import HUB, Reference, parse
from oakum.registry.transport import Transport

_LONGEST_CONFIG = 8 << 20
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


@dataclass(frozen=True, slots=True)
class Image:
    """An unpacked image: its name as asked for, `repository@digest`, its configuration, and its files."""

    name: str
    identity: str
    config: dict[str, Any]
    root: Path

    @property
    def layers(self) -> Path:
        """The folder of its layers, uncompressed, each named by its number from the lowest, where they were kept."""
        return self.root.parent / "layers"

    @property
    def settings(self) -> dict[str, Any]:
        """The part of the configuration that says how to run it (image-spec, "config")."""
        return self.config.get("config") or {}


class Images:
    """The images below `folder`. Methods block on network and disk: call them from a worker thread.

    What the `mirror` has counts as present on this machine, whatever registry its name states. `keep_layers` keeps them
    beside the files.
    """

    def __init__(
        self,
        folder: Path,
        first_id: int = 0,
        trusted: tuple[str, ...] = (),
        mirror: Mirror | None = None,
        *,
        keep_layers: bool = False,
    ) -> None:
        self._mirror = mirror
        self._keep_layers = keep_layers
        self._folder = folder
        self._first_id = first_id
        self._lock = threading.Lock()
        self._unpacking: dict[str, threading.Lock] = {}
        self._connections = Connections(Options(ca_files=trusted))

    def get(self, name: str, policy: str, secrets: PullSecrets) -> Image:
        """The image `name` by an imagePullPolicy. Raises PullFailed."""
        try:
            reference = parse(name)
        except BadReference as error:
            message = f'Failed to apply default image tag "{name}": couldn\'t parse image name "{name}": {error}'
            raise PullFailed("InvalidImageName", message) from error
        try:
            loaded = self._loaded(name, reference)
            if loaded is not None:
                return loaded
        except (RegistryError, BadImage, OSError, EOFError, zlib.error) as error:
            raise _failed(reference, error) from error
        present = self._present(name)
        if present is not None and policy != "Always":
            return present
        if policy == "Never":
            raise PullFailed("ErrImageNeverPull", f'Container image "{name}" is not present with pull policy of Never')
        try:
            return self._pull(name, reference, Transport(self._connections, secrets), reference)
        except (RegistryError, BadImage, OSError, EOFError, zlib.error) as error:
            raise _failed(reference, error) from error

    def _loaded(self, name: str, reference: Reference) -> Image | None:
        """The image from the mirror, None when that does not have it."""
        stand_in = self._mirror.stand_in(reference) if self._mirror else None
        if self._mirror is None or stand_in is None:
            return None
        try:
            return self._pull(name, reference, Transport(self._connections, self._mirror), stand_in)
        except StatusError as error:
            if error.status == 404:
                return None
            raise

    def _present(self, name: str) -> Image | None:
        try:
            noted = json.loads(self._note(name).read_text())
        except FileNotFoundError:
            return None
        folder = self._folder / noted["folder"]
        if not (folder / "config.json").exists():
            return None
        return Image(name, noted["identity"], json.loads((folder / "config.json").read_text()), folder / "root")

    def _pull(self, name: str, reference: Reference, transport: Transport, source: Reference) -> Image:
        """Fetch `source`, which is `reference` or stands in for it."""
        named = manifests.get(transport, source)
        manifest = self._for_this_machine(transport, source, named)
        config = manifest.config()
        folder = config.digest.replace(":", "-")
        with self._lock:
            lock = self._unpacking.setdefault(folder, threading.Lock())
        with lock:
            if not (self._folder / folder / "config.json").exists():
                self._unpack(transport, source, manifest, self._folder / folder)
        # As container runtimes write the registry of Docker Hub.
        registry = "docker.io" if reference.repository.registry == HUB else reference.repository.registry
        identity = f"{registry}/{reference.repository.path}@{named.digest}"
        write_private(self._note(name), json.dumps({"folder": folder, "identity": identity}).encode())
        present = self._present(name)
        assert present is not None
        return present

    def _for_this_machine(self, transport: Transport, reference: Reference, manifest: Manifest) -> Manifest:
        if not manifest.is_index:
            return manifest
        machine = _ARCHITECTURES.get(platform.machine(), platform.machine())
        for child in manifest.children():
            wanted = child.platform or {}
            if (wanted.get("os"), wanted.get("architecture")) == ("linux", machine):
                return manifests.get(transport, reference.with_digest(child.digest))
        raise BadImage(f"no match for platform in manifest {manifest.digest}: linux/{machine}")

    def _unpack(self, transport: Transport, reference: Reference, manifest: Manifest, folder: Path) -> None:
        config = blobs.read(transport, reference.repository, manifest.config(), _LONGEST_CONFIG)
        object_of(config, f"Configuration of {reference}")
        partial = self._folder / f"partial-{uuid.uuid4().hex}"
        try:
            unpacker = Unpacker(partial / "root", self._first_id)
            for number, layer in enumerate(manifest.layers()):
                reader = blobs.BlobReader(transport, reference.repository, layer)
                with self._kept(partial / "layers" / str(number)) as kept:
                    _apply(unpacker, layer, _Stream(reader), kept)
                # What follows the archive's end is part of what the digest covers.
                while reader.read(1 << 16):
                    pass
            (partial / "config.json").write_bytes(config)
            partial.chmod(0o755)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _kept(self, path: Path) -> contextlib.AbstractContextManager[IO[bytes] | None]:
        if not self._keep_layers:
            return contextlib.nullcontext()
        path.parent.mkdir(exist_ok=True)
        return path.open("wb")

    def _note(self, name: str) -> Path:
        return self._folder / f"name-{uuid.uuid5(uuid.NAMESPACE_URL, name).hex}.json"


def _failed(reference: Reference, error: Exception) -> PullFailed:
    return PullFailed("ErrImagePull", f'failed to pull and unpack image "{reference}": {error}')


class _Stream:
    """A blob reader as the file object that gzip and tarfile expect."""

    def __init__(self, reader: blobs.BlobReader) -> None:
        self._reader = reader

    def read(self, size: int = -1) -> bytes:
        """Exactly `size` bytes unless the blob ends."""
        wanted, blocks = size, []
        while size < 0 or wanted > 0:
            block = self._reader.read(wanted if size >= 0 else -1)
            if not block:
                break
            blocks.append(block)
            wanted -= len(block)
        return b"".join(blocks)


class _Kept:
    """What is read of `source` also goes to `target`."""

    def __init__(self, source: IO[bytes], target: IO[bytes]) -> None:
        self._source = source
        self._target = target

    def read(self, size: int = -1) -> bytes:
        """As `source` reads."""
        data = self._source.read(size)
        self._target.write(data)
        return data


def _apply(unpacker: Unpacker, layer: Descriptor, stream: _Stream, kept: IO[bytes] | None) -> None:
    file = cast("IO[bytes]", stream)
    if layer.media_type.endswith("zstd"):
        raise BadImage(f"layer {layer.digest} is compressed with zstd, which this lab does not read")
    compressed = layer.media_type.endswith("gzip") or layer.media_type == media.DOCKER_LAYER
    with gzip.GzipFile(fileobj=file) if compressed else contextlib.nullcontext(file) as opened:
        plain = cast("IO[bytes]", opened)
        if kept is None:
            unpacker.apply(plain)
            return
        copying = _Kept(plain, kept)
        unpacker.apply(cast("IO[bytes]", copying))
        while copying.read(1 << 16):
            pass
