"""A builder's program run between its two log lines."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.images.builders.process import Output, run
from oakum.images.builders.protocol import Task
from oakum.images.errors import BuildError
from oakum.images.log import Log


def invoke(argv: Sequence[str], title: str, task: Task, log: Log, image: str = "", lacks: str = "") -> Output:
    """Run `argv` in the task's folder as the builder `title`, its failure on the log too. Raises BuildError.

    `lacks` names an option without which nothing can be run.
    """
    arrow = f" -> {image}" if image else ""
    log.write(task.name, f"starting build (using {title}): {task.path}{arrow}")
    try:
        if lacks:
            raise BuildError(f"Expected {lacks} to be specified, but was not")
        return _logged(argv, task, log)
    finally:
        log.write(task.name, f"finished build (using {title})")


def _logged(argv: Sequence[str], task: Task, log: Log) -> Output:
    try:
        return run(argv, task.name, log, folder=task.path)
    except BuildError as error:
        log.write(task.name, f"error: {error}")
        raise
