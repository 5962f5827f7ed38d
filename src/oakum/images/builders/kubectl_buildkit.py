"""BuildKit inside a cluster: `kubectl buildkit build`."""
from __future__ import annotations

import re

from oakum.images.builders import naming
from oakum.images.builders.docker import build_flags
from oakum.images.builders.invoke import invoke
from oakum.images.builders.protocol import Built, Task
from oakum.images.errors import BuildError
from oakum.images.log import Log

_DIGEST = re.compile(r"exporting manifest (?:sha256:)?([0-9a-z]+) ")


class KubectlBuildkitBuilder:
    """Builds in the cluster; pushes by itself when there is a destination."""

    def build(self, task: Task, log: Log) -> Built:
        """Build, and read the digest off what was printed."""
        destination = task.destination
        where = destination.new_image if destination else "kbld"
        image = f"{where}:{naming.random_part()}-{naming.clean(task.name)}"
        flags = build_flags(task.options, platform=True) + (["--push"] if destination else [])
        argv = ["kubectl", "buildkit", "build", "--progress=plain", *flags, "--tag", image, "."]
        output = invoke(argv, "kubectl buildkit", task, log, image)
        match = _DIGEST.search(output.err)
        if match is None:
            raise BuildError("Expected to find image digest in build output but did not")
        return Built(f"{destination.new_image}@sha256:{match[1]}" if destination else image)
