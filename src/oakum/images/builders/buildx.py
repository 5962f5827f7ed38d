"""`docker buildx build`, which pushes by itself when there is a destination."""
from __future__ import annotations

import re

from oakum.errors import RegistryError
from oakum.images.builders import naming
from oakum.images.builders.docker import build_flags
from oakum.images.builders.engine import Engine
from oakum.images.builders.process import Output, ProgramFailed, check_folder, run
from oakum.images.builders.protocol import Built, Task
from oakum.images.errors import BuildError
from oakum.images.log import Log
from oakum.registry import manifests
from oakum.registry.reference import parse_tag
from oakum.registry.transport import Transport

_DIGEST = re.compile(r"pushing manifest for .*@sha256:([0-9a-z]+) ")
_NO_LISTS = "does not currently support exporting manifest lists"
_HINT = "(hint: Specify image destination as multi-platform builds are not supported on local Docker)"


class BuildxBuilder:
    """Builds with BuildKit."""

    def __init__(self, engine: Engine, transport: Transport) -> None:
        self._engine, self._transport = engine, transport

    def build(self, task: Task, log: Log) -> Built:
        """Build and push to the destination, or load into the engine without one."""
        check_folder(task.path)
        destination = task.destination
        image = (
            f"{destination.new_image}:{naming.random_part()}-{naming.clean(task.name)}"
            if destination
            else naming.temporary(task.name)
        )
        log.write(task.name, f"starting build (using Docker buildx): {task.path} -> {image}")
        try:
            output = self._run(task, image, "--push" if destination else "--load", log)
            if destination is None:
                return Built(self._engine.keep(task.name, image, log, remove=True), self._engine)
        finally:
            log.write(task.name, "finished build (using Docker buildx)")
        return Built(f"{destination.new_image}@{self._digest(output, image)}")

    def _digest(self, output: Output, image: str) -> str:
        """The pushed digest: as printed, which not every driver does, else as the registry says."""
        match = _DIGEST.search(output.err)
        if match is not None:
            return f"sha256:{match[1]}"
        try:
            return manifests.resolve(self._transport, parse_tag(image)).digest
        except RegistryError as error:
            raise BuildError("Expected to find image digest in build output but did not") from error

    def _run(self, task: Task, image: str, where: str, log: Log) -> Output:
        flags = build_flags(task.options)
        argv = ["docker", "buildx", "build", "--progress=plain", *flags, "--tag", image, ".", where]
        try:
            return run(argv, task.name, log, folder=task.path)
        except BuildError as error:
            log.write(task.name, f"error: {error}")
            if isinstance(error, ProgramFailed) and _NO_LISTS in error.output.err:
                log.write(task.name, _HINT)
            raise
