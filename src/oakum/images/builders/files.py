"""The embedded builder for plain files: a folder's files onto a base image, without any daemon."""
from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

from oakum.images import context
from oakum.images.builders import assemble
from oakum.images.builders.embedded import Workshop, member
from oakum.images.builders.protocol import Built, Task
from oakum.images.log import Log
from oakum.typing import Any

TITLE = "embedded file builder"


class FilesBuilder:
    """Adds the files of a folder (without what its `.dockerignore` names) as one layer at `into`, by default `/`."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def build(self, task: Task, log: Log) -> Built:
        """Build for each wanted platform. Raises RegistryError for a base that cannot be pulled."""
        return self._workshop.build(TITLE, task, log, lambda: self._make(task, log))

    def _make(self, task: Task, log: Log) -> str:
        workshop, options = self._workshop, task.options
        into = posixpath.join("/", options.get("into") or "/")
        entries = context.walk(Path(task.path))
        made = workshop.layer(task, [member(posixpath.join(into, entry.name), entry) for entry in entries], log)
        images = []
        for platform in assemble.wanted_platforms(options):
            base = workshop.pull(options.get("base") or "", platform, log)
            images.append((assemble.image(workshop.layout, base, [made], _config(options), platform), platform))
        return assemble.index(workshop.layout, images)


def _config(options: Mapping[str, Any]) -> dict[str, Any]:
    named = {"Entrypoint": options.get("entrypoint"), "Cmd": options.get("command")}
    return {name: list(words) for name, words in named.items() if words}
