"""ko: Go programs into the local engine, without a Dockerfile."""
from __future__ import annotations

from oakum.images.builders.engine import Engine
from oakum.images.builders.invoke import invoke
from oakum.images.builders.protocol import Built, Task
from oakum.images.log import Log


class KoBuilder:
    """Builds with `ko publish --local`; what it prints is the image."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def build(self, task: Task, log: Log) -> Built:
        """Build; the image keeps the name that ko gave it."""
        argv = ["ko", "publish", ".", "--local", *(task.options.get("rawOptions") or ())]
        return Built(invoke(argv, "ko", task, log).out.strip("\n"), self._engine)
