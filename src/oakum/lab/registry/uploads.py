"""Uploads under way: a file each, invisible to readers until its digest is verified."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from oakum.lab.registry.durable import Disk
from oakum.lab.registry.names import Digest, Hasher

_CHUNK = 1 << 18


@dataclass(slots=True)
class Upload:
    """One upload session. `size` is the number of bytes taken so far; `lock` admits one writer at a time."""

    path: Path
    size: int = 0
    hashers: dict[str, Hasher] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def identity(self) -> str:
        """The session's name in URLs."""
        return self.path.name

    async def append(self, chunks: AsyncIterator[bytes], algorithm: str = "sha256") -> None:
        """Write what arrives at the end of the file; when the connection breaks, what had arrived stays."""
        hasher = self._hasher(algorithm)
        with self.path.open("ab", buffering=_CHUNK) as file:
            async for chunk in chunks:
                file.write(chunk)
                hasher.update(chunk)
                self.size += len(chunk)

    def verify(self, digest: Digest) -> bool:
        """Whether the bytes taken so far have `digest`."""
        return self._hasher(digest.algorithm).hexdigest() == digest.hex

    def _hasher(self, algorithm: str) -> Hasher:
        # A session that a restart interrupted, or whose algorithm turns out at its end, is hashed again from its file.
        if algorithm not in self.hashers:
            hasher = Digest(algorithm, "").hasher()
            with self.path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    hasher.update(chunk)
            self.hashers = {algorithm: hasher}
        return self.hashers[algorithm]


class Uploads:
    """The sessions of all repositories: `<repository with slashes as ':'>/<uuid>` below one folder."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        self._open: dict[Path, Upload] = {}

    def start(self, repository: str) -> Upload:
        """A new, empty session."""
        path = self._path(repository, str(uuid.uuid4()))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return self._open.setdefault(path, Upload(path))

    def find(self, repository: str, identity: str) -> Upload | None:
        """The session of that name, also one that began before a restart."""
        path = self._path(repository, identity)
        if not path.is_file():
            self._open.pop(path, None)
            return None
        if path not in self._open:
            self._open[path] = Upload(path, path.stat().st_size)
        return self._open.get(path)

    def flush(self, upload: Upload) -> None:
        """Bring the file to the disk, before it is renamed into its place."""
        with upload.path.open("rb") as file:
            self._disk.flush(file.fileno())

    def close(self, upload: Upload) -> None:
        """Forget a session that is finished or cancelled, and its file if that is still there."""
        self._open.pop(upload.path, None)
        upload.path.unlink(missing_ok=True)

    def _path(self, repository: str, identity: str) -> Path:
        return self._folder / repository.replace("/", ":") / identity
