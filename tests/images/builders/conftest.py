"""Programs that only note how they were called, as Docker, ko and the others."""
from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.registry.conftest import connect

from oakum.images.builders.catalogue import Catalogue
from oakum.images.builders.embedded import Workshop
from oakum.images.builders.probe import Probe
from oakum.images.builders.protocol import Built, Task
from oakum.images.config import Destination, ImageRef
from oakum.images.log import ListLog
from oakum.registry.layout import Layout

SEVENS, NINES = "7" * 64, "9" * 64
DOCKER = f"""
case "$1" in
build) echo "building in ${{PWD##*/}} buildkit=${{DOCKER_BUILDKIT:-unset}}";;
buildx) echo "#11 pushing manifest for somewhere@sha256:{NINES} 0.2s done" >&2;;
inspect) echo '[{{"Id": "sha256:{SEVENS}", "RepoDigests": ["r.io/built@sha256:{NINES}"]}}]';;
push) echo "pushing";;
esac
"""


class Programs:
    """A folder of programs at the front of the PATH, and their calls so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls_file = folder / "calls"

    def add(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho "$(basename "$0") $*" >> "{self.calls_file}"\n{script}\n')
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        text = self.calls_file.read_text() if self.calls_file.exists() else ""
        return re.sub(r"rand-\d{15,}-\d+", "rand-N", text).splitlines()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return Programs(folder)


Build = Callable[..., Built]


@pytest.fixture
def build(tmp_path: Path, work: Path, log: ListLog) -> Build:
    (work / "src").mkdir()
    (work / "src" / "x").write_text("x")

    def run(name: str, /, *, pushed: bool = True, path: str = "src", **options: object) -> Built:
        workshop = Workshop(Layout(tmp_path / "layout"), connect())
        catalogue = Catalogue(workshop.layout, workshop.transport, Probe({"PATH": "", "DOCKER_HOST": "unix:///nowhere"}))
        destination = Destination(ImageRef("cup"), "r.io/built") if pushed else None
        return catalogue[name].build(Task("cup", path, options, destination), log)

    return run


def shown(log: ListLog) -> list[str]:
    """The lines of a log without what differs from run to run."""
    return [re.sub(r"rand-\d{15,}-\d+", "rand-N", line) for line in log.lines]
