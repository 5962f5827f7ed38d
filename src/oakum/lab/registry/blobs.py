"""Content-addressed files, shared by all repositories."""

from collections.abc import Iterator
from pathlib import Path

from oakum.lab.registry.durable import Disk
from oakum.lab.registry.names import Digest


class Blobs:
    """The bytes of layers, configurations and manifests: `<algorithm>/<first two digits>/<hex>` below one folder."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def path(self, digest: Digest) -> Path:
        """Where the blob of `digest` is, or would be."""
        return self._folder / digest.algorithm / digest.hex[:2] / digest.hex

    def size(self, digest: Digest) -> int | None:
        """The blob's size in bytes, None when it is not stored."""
        try:
            return self.path(digest).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, digest: Digest) -> bytes:
        """The whole of a small blob (a manifest)."""
        return self.path(digest).read_bytes()

    def write(self, digest: Digest, content: bytes) -> None:
        """Store `content`, of which the caller has verified the digest."""
        self._disk.write(self.path(digest), content)

    def adopt(self, partial: Path, digest: Digest) -> None:
        """Take over a verified, flushed upload. Two uploads of one blob may finish at once: either file will do."""
        self._disk.rename(partial, self.path(digest))

    def remove(self, digest: Digest) -> None:
        """Forget the blob's content."""
        self._disk.remove(self.path(digest))

    def __iter__(self) -> Iterator[Digest]:
        for path in sorted(self._folder.glob("*/*/*")):
            yield Digest(path.parent.parent.name, path.name)
