"""The builder of a source that names none: Docker where its engine answers, else an embedded builder that fits."""
from __future__ import annotations

from pathlib import Path

from oakum.images.builders import gobuild
from oakum.images.builders.engine import Probe
from oakum.images.builders.protocol import Builder, Built, Task
from oakum.images.errors import BuildError
from oakum.images.log import Log


class AutomaticBuilder:
    """Chooses between Docker and the embedded builder for Go."""

    def __init__(self, docker: Builder, embedded: Builder, probe: Probe) -> None:
        self._docker, self._embedded, self._probe = docker, embedded, probe

    def build(self, task: Task, log: Log) -> Built:
        """Build with what is there. Raises BuildError that says what was tried when nothing is."""
        fits = bool(gobuild.main_package(Path(task.path)))
        if fits and not self._probe.answers:
            return self._embedded.build(task, log)
        try:
            return self._docker.build(task, log)
        except BuildError as error:
            if fits or self._probe.answers:
                raise
            raise self._explained(error, task, log) from error

    def _explained(self, error: BuildError, task: Task, log: Log) -> BuildError:
        if "executable file not found" not in str(error):
            log.write(task.name, f"hint: no Docker engine answers; {_INSTEAD}")
            return error
        tried = f"tried Docker, and the embedded Go builder: '{task.path}' has no Go main package"
        return BuildError(f"{error} ({tried}; hint: {_INSTEAD})")


_INSTEAD = "install or start Docker, or give the source a builder that needs none (podman, buildah, go, python, files)"
