"""`docker build`, and podman, which takes the same arguments (kbld: "3.4 Docker build and tagging scheme")."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from oakum.images.builders import naming
from oakum.images.builders.engine import Engine
from oakum.images.builders.process import check_folder, run
from oakum.images.builders.protocol import Built, Task
from oakum.images.errors import BuildError
from oakum.images.log import Log
from oakum.typing import Any


def build_flags(options: Mapping[str, Any], *, platform: bool = False) -> list[str]:
    """The flags that Docker-like builders share, in kbld's order, raw ones last."""
    flags: list[str] = []
    if options.get("target"):
        flags += ["--target", options["target"]]
    if platform and options.get("platform"):
        flags += ["--platform", options["platform"]]
    flags += ["--pull"] if options.get("pull") else []
    flags += ["--no-cache"] if options.get("noCache") else []
    if options.get("file"):
        flags += ["--file", options["file"]]
    return flags + list(options.get("rawOptions") or ())


class DockerBuilder:
    """Builds with a program that has Docker's command line, and leaves the image in its engine."""

    def __init__(self, engine: Engine, command: Sequence[str] = ("docker", "build")) -> None:
        self._engine, self._command = engine, command

    def build(self, task: Task, log: Log) -> Built:
        """Build under a temporary tag, then keep the image under a stable one."""
        check_folder(task.path)
        image = naming.temporary(task.name)
        log.write(task.name, f"starting build (using {self._engine.title}): {task.path} -> {image}")
        try:
            self._run(task, image, log)
            return Built(self._engine.keep(task.name, image, log, remove=True), self._engine)
        finally:
            log.write(task.name, f"finished build (using {self._engine.title})")

    def _run(self, task: Task, image: str, log: Log) -> None:
        argv = [*self._command, *build_flags(task.options), "--tag", image, "."]
        environ = {"DOCKER_BUILDKIT": "1"} if task.options.get("buildkit") else None
        try:
            run(argv, task.name, log, folder=task.path, environ=environ)
        except BuildError as error:
            log.write(task.name, f"error: {error}")
            raise
