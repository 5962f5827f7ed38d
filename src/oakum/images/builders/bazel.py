"""Bazel: `bazel run` of a target that loads an image into Docker."""
from __future__ import annotations

import re

from oakum.images.builders.engine import Engine
from oakum.images.builders.invoke import invoke
from oakum.images.builders.protocol import Built, Task
from oakum.images.errors import BuildError
from oakum.images.log import Log

_IMAGE_ID = re.compile(r"Loaded image ID: (?:sha256:)([0-9a-z]+)")


class BazelBuilder:
    """Builds with Bazel into the local engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def build(self, task: Task, log: Log) -> Built:
        """Run the target, and give the image that it printed its stable tag."""
        target = task.options.get("target") or ""
        argv = ["bazel", "run", target, *(task.options.get("rawOptions") or ())]
        output = invoke(argv, "bazel", task, log, lacks="" if target else "target")
        match = _IMAGE_ID.search(output.out)
        if match is None:
            raise BuildError("Expected to find image ID in bazel output but did not")
        return Built(self._engine.keep_id(task.name, match[1], log), self._engine)
