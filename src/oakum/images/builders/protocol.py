"""What a builder takes and gives, and how a result gets to a registry."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.dataclass import dataclass
from oakum.images.config import Destination
from oakum.images.log import Log
from oakum.typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Task:
    """One image to build: `name` without tag and digest, the folder `path` as configured, the builder's options."""

    name: str
    path: str
    options: Mapping[str, Any]
    destination: Destination | None = None


class Publisher(Protocol):
    """Brings a built image to its destination."""

    def publish(self, image: str, destination: Destination, log: Log) -> str:
        """Push `image` (as its builder called it); the digest reference it has now. Raises OakumError."""


@dataclass(frozen=True, slots=True)
class Built:
    """A built image: its reference, and who can push it (None: it has been pushed already)."""

    image: str
    publisher: Publisher | None = None


class Builder(Protocol):
    """Builds images."""

    def build(self, task: Task, log: Log) -> Built:
        """Build `task`, telling `log`. Raises BuildError."""
