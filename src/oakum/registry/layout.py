"""Images in a folder (OCI image-spec 1.1, "Image Layout"): content-addressed, and a crash leaves no half."""
from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from oakum.dataclass import dataclass, field
from oakum.http.connection import BLOCK, Readable
from oakum.registry import manifests, media, push
from oakum.registry.blobs import FileBlob, Watched
from oakum.registry.descriptor import Descriptor, Manifest
from oakum.registry.errors import ContentError
from oakum.registry.reference import Repository, check_digest
from oakum.registry.transport import Transport
from oakum.typing import IO


@dataclass(slots=True)
class Written:
    """A blob being written; `descriptor` is there once it is complete."""

    file: IO[bytes]
    hash: hashlib._Hash = field(default_factory=hashlib.sha256)
    size: int = 0
    descriptor: Descriptor | None = None

    def write(self, block: bytes) -> None:
        """Append `block`."""
        self.file.write(block)
        self.hash.update(block)
        self.size += len(block)


class Layout:
    """The layout in the folder `root`, which is made on the first write (readable by its owner only)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def blob(self, digest: str) -> Path:
        """Where the blob of `digest` is, or would be. Raises BadReference for a digest that is none."""
        check_digest(digest)
        return self.root / "blobs" / "sha256" / digest.partition(":")[2]

    def has(self, descriptor: Descriptor) -> bool:
        """Whether the blob is there in full."""
        try:
            path = self.blob(descriptor.digest)
            os.utime(path)
            return path.stat().st_size == descriptor.size
        except OSError:
            return False

    @contextmanager
    def writing(self, media_type: str) -> Iterator[Written]:
        """A blob to write; it appears under its digest when the block ends without an error."""
        folder = self.root / "blobs" / "sha256"
        folder.mkdir(0o700, parents=True, exist_ok=True)
        marker = self.root / "oci-layout"
        if not marker.exists():
            marker.write_text('{"imageLayoutVersion":"1.0.0"}')
        import tempfile

        handle, name = tempfile.mkstemp(dir=self.root / "blobs", prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                blob = Written(file)
                yield blob
            digest = "sha256:" + blob.hash.hexdigest()
            os.replace(name, self.blob(digest))
            blob.descriptor = Descriptor(media_type, digest, blob.size)
        except BaseException:
            os.unlink(name)
            raise

    def add(self, raw: bytes, media_type: str) -> Descriptor:
        """Store `raw`."""
        with self.writing(media_type) as blob:
            blob.write(raw)
        assert blob.descriptor is not None
        return blob.descriptor

    def add_stream(self, stream: Readable, descriptor: Descriptor) -> None:
        """Store what `stream` holds. Raises ContentError unless it has the digest and size of `descriptor`."""
        with self.writing(descriptor.media_type) as blob:
            while block := stream.read(BLOCK):
                blob.write(block)
            if blob.size != descriptor.size or "sha256:" + blob.hash.hexdigest() != descriptor.digest:
                raise ContentError(f"Content for {descriptor.digest} does not have that digest")

    def manifest(self, digest: str) -> Manifest:
        """A stored manifest. Raises ContentError when it is not there, or damaged."""
        try:
            raw = self.blob(digest).read_bytes()
        except OSError as error:
            raise ContentError(f"Image {digest} is not in {self.root}") from error
        found = Manifest.of(raw, "")
        if found.digest != digest:
            raise ContentError(f"Image {digest} in {self.root} is damaged")
        kind = found.json().get("mediaType")
        return Manifest.of(raw, kind if isinstance(kind, str) else media.OCI_MANIFEST)

    def prune(self, age: float) -> None:
        """Forget blobs that nobody asked for in the last `age` seconds; `complete` counts as asking."""
        oldest = time.time() - age
        folder = self.root / "blobs" / "sha256"
        try:
            names = os.listdir(folder)
        except OSError:
            return  # there is nothing yet; or it cannot be read, which whoever writes there is told
        for name in names:
            with contextlib.suppress(OSError):  # another process may be faster
                if (folder / name).stat().st_mtime < oldest:
                    (folder / name).unlink()

    def complete(self, digest: str) -> bool:
        """Whether the image (or index, with all that it lists) is there in full."""
        with contextlib.suppress(OSError):
            os.utime(self.blob(digest))
        try:
            manifest = self.manifest(digest)
        except ContentError:
            return False
        if manifest.is_index:
            return all(self.complete(child.digest) for child in manifest.children())
        return all(self.has(blob) for blob in (manifest.config(), *manifest.layers()))


def upload(
    layout: Layout,
    transport: Transport,
    digest: str,
    target: Repository,
    *,
    tag: str = "",
    watch: Callable[[int], None] = lambda size: None,
) -> None:
    """Push an image of the layout, children of an index first; `watch` hears of bytes sent. Raises RegistryError."""
    manifest = layout.manifest(digest)
    if manifest.is_index:
        for child in manifest.children():
            upload(layout, transport, child.digest, target, watch=watch)
    else:
        for blob in (*manifest.layers(), manifest.config()):
            file = FileBlob(layout.blob(blob.digest), blob.digest, blob.size)
            push.upload(transport, target, Watched(file, watch))
    manifests.put(transport, target.tag(tag) if tag else target.at(digest), manifest)
