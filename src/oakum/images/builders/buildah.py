"""`buildah build` and `buildah push`, which say ids and digests in files and need no engine."""
from __future__ import annotations

from oakum.images.builders import naming
from oakum.images.builders.docker import build_flags
from oakum.images.builders.engine import plain_http_flags
from oakum.images.builders.process import check_folder, run, told
from oakum.images.builders.protocol import Built, Task
from oakum.images.config import Destination
from oakum.images.errors import BuildError
from oakum.images.log import Log


class BuildahBuilder:
    """Builds into, and pushes from, buildah's own storage."""

    def build(self, task: Task, log: Log) -> Built:
        """Build under a temporary tag, then keep the image under a stable one."""
        check_folder(task.path)
        image = naming.temporary(task.name)
        log.write(task.name, f"starting build (using buildah): {task.path} -> {image}")
        try:
            argv = ["buildah", "build", *build_flags(task.options), "--tag", image]
            found = told(argv, "--iidfile", ["."], task.name, log, folder=task.path)
            stable = naming.stable(task.name, found)
            run(["buildah", "tag", image, stable], task.name, log)
            run(["buildah", "rmi", image], task.name, log)
            return Built(stable, self)
        except BuildError as error:
            log.write(task.name, f"error: {error}")
            raise
        finally:
            log.write(task.name, "finished build (using buildah)")

    def publish(self, image: str, destination: Destination, log: Log) -> str:
        """Push under a random tag; the digest that buildah says it pushed."""
        name = destination.new_image
        target = f"{name}:kbld-{naming.random_part()}"
        log.write(name, f"starting push (using buildah): {image} -> {target}")
        try:
            argv = ["buildah", "push", *plain_http_flags(name)]
            return f"{name}@{told(argv, '--digestfile', [image, f'docker://{target}'], name, log)}"
        except BuildError as error:
            log.write(name, f"push error: {error}")
            raise
        finally:
            log.write(name, "finished push (using buildah)")
