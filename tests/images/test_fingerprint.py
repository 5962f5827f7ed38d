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


@pytest.mark.parametrize(("raw", "seen"), [
    ([], True),
    (["--squash"], True),
    (["--build-arg=made=here"], True),
    (["--build-arg", "made=here", "--label", "a"], True),
    (["--build-arg=HOME"], False),
    (["--build-arg", "HOME"], False),
    (["--label", "x=y", "--build-arg", "HOME", "--squash"], False),
    (["--build-arg"], False),
    (["--secret", "id=a"], False),
    (["--cache-from=type=local"], False),
    (["-f", "../Dockerfile"], False),
    (["--file=../Dockerfile"], False),
    (["--metadata-file", "built.json"], False),
    (["-tother:1"], False),
    (["--format", "oci"], True),
])  # fmt: skip
def test_a_build_that_reads_or_writes_elsewhere_is_not_taken_for_unchanged(
    tmp_path: Path, raw: list[str], seen: bool
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    prints = Fingerprint(connect(environ={}), Probe({}), FolderHashes(tmp_path.parent / "hashes"))
    source = Source(ImageRef("app"), str(tmp_path), "buildx", {"rawOptions": raw})
    assert (prints.key("app", source, Destination(ImageRef("app"), "r.io/app")) is not None) is seen
