from __future__ import annotations

import subprocess
from itertools import pairwise
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
    assert (key(tmp_path, raw) is not None) is seen


def key(folder: Path, raw: list[str] | None = None) -> str | None:
    """The key of a build by buildx in `folder`."""
    prints = Fingerprint(connect(environ={}), Probe({}), FolderHashes(folder.parent / "hashes"))
    source = Source(ImageRef("app"), str(folder), "buildx", {"rawOptions": raw or []})
    return prints.key("app", source, Destination(ImageRef("app"), "r.io/app"))


@pytest.mark.parametrize(("name", "text"), [
    ("Dockerfile", "FROM scratch\nADD https://example.org/a.tgz /\n"),
    ("Dockerfile.dockerignore", ""),
])  # fmt: skip
def test_a_build_whose_inputs_cannot_all_be_seen_is_not_taken_for_unchanged(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    assert key(tmp_path)
    (tmp_path / name).write_text(text)
    assert key(tmp_path) is None


def test_a_commit_a_tag_and_another_platform_are_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    seen = [key(tmp_path)]
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"], ["tag", "v1"], ["status"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
        seen.append(key(tmp_path))
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/arm64")
    seen.append(key(tmp_path))
    assert [one == two for one, two in pairwise(seen)] == [False, True, False, False, True, False]


def test_what_the_environment_tells_go_belongs_to_the_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "go").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "go").chmod(0o755)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.go").write_text("package main\n")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    prints = Fingerprint(connect(environ={}), Probe({}), FolderHashes(tmp_path / "hashes"))
    source = Source(ImageRef("app"), str(tmp_path / "src"), "go")
    seen = [prints.key("app", source, None), prints.key("app", source, None)]
    monkeypatch.setenv("GOAMD64", "v3")
    seen.append(prints.key("app", source, None))
    assert seen[0] == seen[1] != seen[2]
    assert None not in seen
