"""Programs with Docker's command line (docker, podman): inspect, tag, remove, push."""
from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from oakum.dataclass import dataclass
from oakum.images.builders import naming
from oakum.images.builders.process import run, told
from oakum.images.config import Destination
from oakum.images.errors import BuildError
from oakum.images.log import Log
from oakum.proxy import is_loopback
from oakum.registry.reference import Repository
from oakum.typing import Any
from oakum.yaml import json_syntax


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine by its program; `title` is how the log calls it."""

    program: str = "docker"
    title: str = "Docker"

    def image_id(self, image: str) -> str:
        """The id (`sha256:hex`) of a local image. Raises BuildError."""
        return str(self._inspect(image).get("Id") or "")

    def keep(self, name: str, image: str, log: Log, *, remove: bool) -> str:
        """Give the image its stable tag, remove the temporary one, and return the stable one. Raises BuildError."""
        image_id = self._step("inspect", name, log, lambda: self.image_id(image))
        stable = naming.stable(name, image_id)
        self._step("tag", name, log, lambda: self._tag(image, stable, name, log))
        if remove:
            self._step("untag", name, log, lambda: run([self.program, "rmi", image], name, log))
        return stable

    def keep_id(self, name: str, image_id: str, log: Log) -> str:
        """Give the image with this id (hexadecimal, also a short one) its stable tag. Raises BuildError."""
        full = f"sha256:{image_id}"
        stable = naming.stable(name, full)
        self._step("tag", name, log, lambda: self._tag(full, stable, name, log))
        return stable

    def publish(self, image: str, destination: Destination, log: Log) -> str:
        """Push `image` under a random tag; its digest reference. Raises BuildError, BadReference."""
        name = destination.new_image
        target = self._target(destination)
        log.write(name, f"starting push (using {self.title}): {image} -> {target}")
        try:
            return self._push(image, target, destination, log)
        finally:
            log.write(name, f"finished push (using {self.title})")

    def _push(self, image: str, target: str, destination: Destination, log: Log) -> str:
        name = destination.new_image
        before = self._step("inspect", name, log, lambda: self.image_id(image))
        self._step("tag", name, log, lambda: self._tag(image, target, name, log))
        if self.program == "podman":
            # What podman knows of a local image has another digest than what it compressed and sent.
            argv = [self.program, "push", *plain_http_flags(name)]
            return f"{name}@{self._step('push', name, log, lambda: told(argv, '--digestfile', [target], name, log))}"
        self._step("push", name, log, lambda: run([self.program, "push", target], name, log))
        after = self._step("inspect", name, log, lambda: self._inspect(target))
        if after.get("Id") != before:
            log.write(name, f"push race error: image '{target}' is no longer '{before}'")
            raise BuildError(f"Expected '{target}' to stay the image '{before}' while it was pushed, but it changed")
        return f"{name}@{self._digest(after, name, log)}"

    def _digest(self, image: Mapping[str, Any], name: str, log: Log) -> str:
        listed = [str(entry) for entry in image.get("RepoDigests") or []]
        if not listed:
            log.write(name, "missing repo digest")
            raise BuildError("Expected to find at least one repo digest")
        own = {entry.partition("@")[2] for entry in listed if entry.partition("@")[0] == name}
        distinct = {entry.partition("@")[2] for entry in listed}
        if len(distinct) > 1 and len(own) != 1:
            log.write(name, "repo digests mismatch")
            shown = ", ".join(json.dumps(entry) for entry in listed)
            raise BuildError(f"Expected to find same repo digest, but found []string{{{shown}}}")
        return (own if len(own) == 1 else distinct).pop()

    def _tag(self, image: str, target: str, name: str, log: Log) -> None:
        run([self.program, "tag", image, target], name, log)

    def _target(self, destination: Destination) -> str:
        repository = naming.pushed_to(destination)
        return f"{_shown(repository, destination.new_image)}:kbld-{naming.random_part()}"

    def _inspect(self, image: str) -> dict[str, Any]:
        output = run([self.program, "inspect", image], "", None).out
        try:
            found = json_syntax.loads(output)
        except ValueError as error:
            raise BuildError(str(error)) from error
        if not isinstance(found, list) or len(found) != 1:
            count = len(found) if isinstance(found, list) else 0
            raise BuildError(f"Expected to find exactly one image, but found {count}")
        return dict(found[0])

    @staticmethod
    def _step(title: str, name: str, log: Log, step: Any) -> Any:
        try:
            return step()
        except BuildError as error:
            log.write(name, f"{title} error: {error}")
            raise


def plain_http_flags(image: str) -> list[str]:
    """What podman and buildah need for a registry on this machine, which Docker reaches without TLS by itself."""
    host = urlsplit(f"//{image.partition('/')[0]}").hostname or ""
    return ["--tls-verify=false"] if is_loopback(host) else []


def _shown(repository: Repository, written: str) -> str:
    return str(repository) if written.startswith(repository.registry) else written
