"""Which repository has which blob, manifest, tag and referrer: small link files, replaced atomically."""

import bisect
from collections.abc import Iterator
from pathlib import Path

import orjson

from oakum.lab.registry.durable import Disk
from oakum.lab.registry.names import Digest, parse_digest

# Components of a repository's name never begin with an underscore, so these cannot collide with one.
_LAYERS, _MANIFESTS, _TAGS, _REFERRERS = "_layers", "_manifests", "_tags", "_referrers"


class Repository:
    """One repository's links, below its folder."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def exists(self) -> bool:
        """Whether a manifest was ever pushed here."""
        return (self._folder / _MANIFESTS).is_dir()

    def has_blob(self, digest: Digest) -> bool:
        """Whether the blob may be pulled from this repository."""
        return self._link(_LAYERS, digest).is_file()

    def link_blob(self, digest: Digest) -> None:
        """Let a stored blob be pulled from this repository."""
        if not self.has_blob(digest):
            self._disk.write(self._link(_LAYERS, digest), b"")

    def unlink_blob(self, digest: Digest) -> bool:
        """Stop offering a blob; whether it was offered."""
        return self._disk.remove(self._link(_LAYERS, digest))

    def blobs(self) -> Iterator[Digest]:
        """The blobs offered here."""
        return self._digests(self._folder / _LAYERS)

    def manifest_type(self, digest: Digest) -> str | None:
        """The media type a manifest was pushed with; None when it is not in this repository."""
        try:
            return self._link(_MANIFESTS, digest).read_text()
        except FileNotFoundError:
            return None

    def link_manifest(self, digest: Digest, media_type: str) -> None:
        """Offer a stored manifest under its digest."""
        self._disk.write(self._link(_MANIFESTS, digest), media_type.encode())

    def unlink_manifest(self, digest: Digest) -> bool:
        """Stop offering a manifest, and drop the tags that point to it; whether it was offered."""
        for tag in self.tags():
            if self.tagged(tag) == digest:
                self.untag(tag)
        return self._disk.remove(self._link(_MANIFESTS, digest))

    def manifests(self) -> Iterator[Digest]:
        """The manifests offered here, tagged or not."""
        return self._digests(self._folder / _MANIFESTS)

    def tag(self, tag: str, digest: Digest) -> None:
        """Point `tag` to a manifest."""
        self._disk.write(self._folder / _TAGS / tag, str(digest).encode())

    def tagged(self, tag: str) -> Digest | None:
        """The manifest `tag` points to."""
        try:
            return parse_digest((self._folder / _TAGS / tag).read_text())
        except FileNotFoundError:
            return None

    def untag(self, tag: str) -> bool:
        """Remove a tag; whether it was there."""
        return self._disk.remove(self._folder / _TAGS / tag)

    def tags(self) -> list[str]:
        """All tags, in lexical order."""
        folder = self._folder / _TAGS
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def add_referrer(self, subject: Digest, manifest: Digest, descriptor: dict[str, object]) -> None:
        """Record that `manifest` refers to `subject`."""
        self._disk.write(self._referrer(subject, manifest), orjson.dumps(descriptor))

    def remove_referrer(self, subject: Digest, manifest: Digest) -> None:
        """Undo `add_referrer`."""
        self._disk.remove(self._referrer(subject, manifest))

    def referrers(self, subject: Digest) -> list[dict[str, object]]:
        """The descriptors of the manifests that refer to `subject`, which need not exist."""
        folder = self._link(_REFERRERS, subject)
        return [orjson.loads(path.read_bytes()) for path in sorted(folder.glob("*"))]

    def _link(self, kind: str, digest: Digest) -> Path:
        return self._folder / kind / digest.algorithm / digest.hex

    def _referrer(self, subject: Digest, manifest: Digest) -> Path:
        return self._link(_REFERRERS, subject) / f"{manifest.algorithm}-{manifest.hex}"

    @staticmethod
    def _digests(folder: Path) -> Iterator[Digest]:
        for path in sorted(folder.glob("*/*")):
            yield Digest(path.parent.name, path.name)


class Repositories:
    """All repositories below one folder."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def __getitem__(self, name: str) -> Repository:
        return Repository(self._folder / name, self._disk)

    def names(self) -> list[str]:
        """The repositories that hold something, in lexical order."""
        found = (path for kind in (_LAYERS, _MANIFESTS) for path in self._folder.rglob(kind))
        return sorted({str(path.parent.relative_to(self._folder)) for path in found})


def page(items: list[str], count: int | None, last: str) -> tuple[list[str], bool]:
    """At most `count` of the sorted `items` that come after `last`, and whether more follow."""
    start = bisect.bisect_right(items, last) if last else 0
    rest = items[start:]
    if count is None or len(rest) <= count:
        return rest, False
    return rest[:count], True
