"""What the builders without a daemon share: images kept in a layout, pushed by our own registry client."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from errno import EACCES

from oakum.dataclass import dataclass
from oakum.errors import OakumError
from oakum.images.builders import assemble, layer, naming
from oakum.images.builders.assemble import Base
from oakum.images.builders.layer import Layer, Member
from oakum.images.builders.process import check_folder
from oakum.images.builders.protocol import Built, Task
from oakum.images.config import Destination, Platform
from oakum.images.context import Entry
from oakum.images.errors import BuildError
from oakum.images.log import Log
from oakum.registry import layout as layouts
from oakum.registry.layout import Layout
from oakum.registry.transport import Transport


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where embedded builders keep images, and how they reach registries."""

    layout: Layout
    transport: Transport

    def pull(self, image: str, platform: Platform, log: Log) -> Base:
        """The base `image` (empty for none) for `platform`. Raises RegistryError, BuildError."""
        with log.moving(image) as watch:
            return assemble.pull(self.layout, self.transport, image, platform, watch)

    def layer(self, task: Task, members: Iterable[Member], log: Log) -> Layer:
        """Store the layer of `members`."""
        with log.moving(task.name) as watch:
            return layer.write(self.layout, members, watch)

    def publish(self, image: str, destination: Destination, log: Log) -> str:
        """Push an image that `build` made; its digest reference. Raises RegistryError."""
        digest = f"sha256:{image[-64:]}"
        name = destination.new_image
        repository = naming.pushed_to(destination)
        tag = f"kbld-{digest.replace(':', '-')}"
        log.write(name, f"starting push (using registry API): {image} -> {name}:{tag}")
        try:
            with log.moving(name) as watch:
                layouts.upload(self.layout, self.transport, digest, repository, tag=tag, watch=watch)
        except OakumError as error:
            log.write(name, f"push error: {error}")
            raise
        finally:
            log.write(name, "finished push (using registry API)")
        return f"{repository}@{digest}"

    def build(self, title: str, task: Task, log: Log, make: Callable[[], str]) -> Built:
        """Run `make` (which stores an image and gives its digest) as the builder `title`. Raises what it raises."""
        check_folder(task.path)
        temporary = naming.temporary(task.name)
        log.write(task.name, f"starting build (using {title}): {task.path} -> {temporary}")
        try:
            self._make_layout()
            return Built(naming.stable(task.name, make()), self)
        except OSError as error:
            error.filename = error.filename or str(self.layout.root)  # a write that fails does not say where
            raise
        except OakumError as error:
            log.write(task.name, f"error: {error}")
            raise
        finally:
            log.write(task.name, f"finished build (using {title})")

    def _make_layout(self) -> None:
        folder = self.layout.root
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError(EACCES, os.strerror(EACCES))
        except OSError as error:
            hint = "(hint: set XDG_CACHE_HOME to a folder that can be written)"
            words = (error.strerror or "").lower()
            raise BuildError(f"Making the folder for built images '{folder}': {words} {hint}") from error


def member(place: str, entry: Entry) -> Member:
    """An entry of a context as a member of a layer, at `place`."""
    name = place.strip("/")
    if entry.is_link:
        return Member(name, link=os.readlink(entry.path))
    return Member(name, folder=True) if entry.is_folder else Member(name, entry.path, executable=entry.executable)
