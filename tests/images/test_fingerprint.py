from __future__ import annotations

from pathlib import Path

import pytest

from oakum.images.builders.probe import Probe
from oakum.images.config import Destination, ImageRef, Source
from oakum.images.fingerprint import Fingerprint
from oakum.images.hashes import FolderHashes
from oakum.registry.client import connect


def test_no_engine_is_asked_about_a_folder_that_only_docker_can_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("oakum.images.builders.probe._reachable", lambda host: asked.append(host))
    monkeypatch.setattr("shutil.which", lambda program, path=None: program)
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY x /\n")
    (tmp_path / "x").write_text("x")
    prints = Fingerprint(connect(environ={}), Probe({}), FolderHashes(tmp_path.parent / "hashes"))
    source = Source(ImageRef("app"), str(tmp_path))
    assert prints.key("app", source, Destination(ImageRef("app"), "r.io/app"))
    assert asked == []
    (tmp_path / "main.go").write_text("package main\n")
    assert prints.embedded(source)
    assert asked
