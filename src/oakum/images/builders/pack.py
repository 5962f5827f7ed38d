"""Cloud Native Buildpacks: `pack build`."""
from __future__ import annotations

import re

from oakum.images.builders.engine import Engine
from oakum.images.builders.invoke import invoke
from oakum.images.builders.protocol import Built, Task
from oakum.images.errors import BuildError
from oakum.images.log import Log

_IMAGE_ID = re.compile(r"Image ID: (?:sha256:)?([0-9a-z]+)")


class PackBuilder:
    """Builds with buildpacks into the local engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def build(self, task: Task, log: Log) -> Built:
        """Build, and give the image that pack printed its stable tag."""
        options = task.options
        builder = options.get("builder") or ""
        argv = ["pack", "build", "--verbose", task.name, "--path", ".", "--builder", builder]
        for buildpack in options.get("buildpacks") or ():
            argv += ["--buildpack", buildpack]
        argv += ["--clear-cache"] if options.get("clearCache") else []
        argv += options.get("rawOptions") or ()
        output = invoke(argv, "pack", task, log, lacks="" if builder else "builder")
        match = _IMAGE_ID.search(output.out)
        if match is None:
            raise BuildError("Expected to find image ID in pack output but did not")
        return Built(self._engine.keep_id(task.name, match[1], log), self._engine)
