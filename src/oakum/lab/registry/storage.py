"""The registry's whole storage: one folder, and what must change together."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oakum.lab.registry.blobs import Blobs
from oakum.lab.registry.durable import Disk
from oakum.lab.registry.manifests import Contents, read_manifest
from oakum.lab.registry.names import Digest
from oakum.lab.registry.refusal import Refusal
from oakum.lab.registry.repositories import Repositories
from oakum.lab.registry.uploads import Upload, Uploads


class Storage:
    """Blobs, uploads and repositories below `folder`. Content is stored before its link, the link before the tag."""

    def __init__(self, folder: Path, *, sync: bool = True) -> None:
        self._unfinished = (folder / "scratch", folder / "uploads")
        disk = Disk(folder / "scratch", sync=sync)
        self.blobs = Blobs(folder / "blobs", disk)
        self.uploads = Uploads(folder / "uploads", disk)
        self.repositories = Repositories(folder / "repositories", disk)

    def finish_upload(self, name: str, upload: Upload, digest: Digest) -> None:
        """Show a verified upload as a blob of the repository `name`."""
        self.uploads.flush(upload)
        self.blobs.adopt(upload.path, digest)
        self.repositories[name].link_blob(digest)
        self.uploads.close(upload)

    def put_manifest(self, name: str, digest: Digest, content: bytes, media_type: str, tags: Sequence[str]) -> Contents:
        """Store a manifest of which the digest is verified, and point `tags` to it.

        Raises Refusal when it is invalid or refers to content that the repository does not have.
        """
        manifest = read_manifest(content, media_type)
        self._check_references(name, manifest)
        repository = self.repositories[name]
        self.blobs.write(digest, content)
        if manifest.subject:
            repository.add_referrer(manifest.subject, digest, manifest.descriptor(digest, len(content)))
        repository.link_manifest(digest, manifest.media_type)
        for tag in tags:
            repository.tag(tag, digest)
        return manifest

    def delete_manifest(self, name: str, digest: Digest) -> bool:
        """Remove a manifest, its tags and its entry as a referrer; whether it was there."""
        repository = self.repositories[name]
        media_type = repository.manifest_type(digest)
        if media_type is None:
            return False
        subject = read_manifest(self.blobs.read(digest), media_type).subject
        if subject:
            repository.remove_referrer(subject, digest)
        return repository.unlink_manifest(digest)

    def remove_unfinished(self, oldest: float) -> None:
        """Forget the uploads and partial files that nobody has written to since the moment `oldest` (epoch seconds)."""
        for folder in self._unfinished:
            for path in folder.rglob("*"):
                with contextlib.suppress(FileNotFoundError):
                    if path.is_file() and path.stat().st_mtime < oldest:
                        path.unlink()

    def _check_references(self, name: str, manifest: Contents) -> None:
        repository = self.repositories[name]
        missing = [str(digest) for digest in manifest.blobs if not repository.has_blob(digest)]
        missing += [str(digest) for digest in manifest.manifests if repository.manifest_type(digest) is None]
        if missing:
            message = "the manifest refers to content that the repository does not have"
            raise Refusal("MANIFEST_BLOB_UNKNOWN", message, {"digests": missing})


@dataclass(frozen=True, slots=True)
class Collected:
    """What a garbage collection removed: blobs, and their bytes."""

    blobs: int
    bytes: int


def collect_garbage(storage: Storage, *, age: float = 3600) -> Collected:
    """Remove the blobs that no manifest of any repository needs, and uploads left behind, older than `age` seconds.

    The age protects a push under way, whose blobs come before the manifest that refers to them.
    """
    needed: dict[str, set[Digest]] = {name: _needed(storage, name) for name in storage.repositories.names()}
    oldest = time.time() - age
    storage.remove_unfinished(oldest)
    removed = [
        (digest, storage.blobs.size(digest) or 0)
        for digest in storage.blobs
        if not any(digest in digests for digests in needed.values())
        and storage.blobs.path(digest).stat().st_mtime <= oldest
    ]
    gone = {digest for digest, _ in removed}
    for name in needed:
        for digest in list(storage.repositories[name].blobs()):
            if digest in gone:
                storage.repositories[name].unlink_blob(digest)
    for digest in gone:
        storage.blobs.remove(digest)
    return Collected(len(removed), sum(size for _, size in removed))


def _needed(storage: Storage, name: str) -> set[Digest]:
    needed: set[Digest] = set()
    repository = storage.repositories[name]
    for digest in repository.manifests():
        contents = read_manifest(storage.blobs.read(digest), repository.manifest_type(digest) or "")
        needed.add(digest)
        needed.update(contents.blobs)
    return needed
