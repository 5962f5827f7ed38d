"""The builder of a source that names none: Docker where its engine answers, else an embedded builder that fits."""
from __future__ import annotations

from pathlib import Path

from oakum.images.builders import gosource
from oakum.images.builders.probe import Probe
from oakum.images.builders.process import ProgramFailed
from oakum.images.builders.protocol import Builder, Built, Task
from oakum.images.errors import BuildError
from oakum.images.log import Log


class AutomaticBuilder:
    """Chooses between Docker and the embedded builder for Go."""

    def __init__(self, docker: Builder, embedded: Builder, probe: Probe) -> None:
        self._docker, self._embedded, self._probe = docker, embedded, probe

    def build(self, task: Task, log: Log) -> Built:
        """Build with what is there. Raises BuildError that says what was tried when nothing is."""
        fits = bool(gosource.main_package(Path(task.path)))
        if fits and not self._probe.answers:
            if gosource.toolchain() is None:
                raise BuildError(
                    "no Docker engine answers, and there is no 'go' on the PATH for the embedded Go builder "
                    "(hint: install or start Docker, or install Go, which pip install 'oakum[go]' does too)")
            return self._embedded.build(task, log)
        try:
            return self._docker.build(task, log)
        except BuildError as error:
            engine = _missing(error)
            if engine and not fits:
                tried = f"the embedded Go builder does not fit: '{task.path}' has no Go main package"
                log.hint(task.name, f"{engine}, and {tried}; {_INSTEAD}")
            raise


def _missing(error: BuildError) -> str:
    """What of Docker is not there, empty when something else failed."""
    if isinstance(error, ProgramFailed):
        return "no Docker engine answers" if "docker daemon" in error.output.err.lower() else ""
    return "there is no docker" if "executable file not found" in str(error) else ""


_INSTEAD = "install or start Docker, or give the source a builder that needs none (podman, buildah, go, python, files)"
