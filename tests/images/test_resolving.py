"""With `fail_fast`, a failure is told as soon as it is known; without, when everything else is done, as kbld does."""
from __future__ import annotations

from collections.abc import Callable
from errno import EACCES
from pathlib import Path

import pytest
from tests.registry.conftest import Host

from oakum.dataclass import replace
from oakum.images import context
from oakum.images.errors import ResolveErrors
from oakum.images.options import Options, Tools
from oakum.images.pipeline import resolve_documents

from .conftest import config

PACK = "#!/bin/sh\necho building\n{}\n"


@pytest.fixture
def resolve(work: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Resolves images, of which `slow` is built by a program that runs these lines."""
    (work / "bin").mkdir()
    (work / "src").mkdir()
    environ = {**tools.environ, "PATH": f"{work}/bin:{tools.environ['PATH']}"}
    monkeypatch.setenv("PATH", environ["PATH"])

    def run(lines: str, *images: str, fail_fast: bool = True) -> None:
        (work / "bin" / "pack").write_text(PACK.format(lines))
        (work / "bin" / "pack").chmod(0o755)
        sources = [{"image": name, "path": "src", "pack": {"build": {"builder": "b"}}} for name in ("slow", "slow2")]
        resolve_documents([config(sources=sources), *({"image": image} for image in images)],
                          Options(fail_fast=fail_fast, concurrency=1), replace(tools, environ=environ))

    return run


def test_an_image_that_is_not_there_ends_what_is_being_built(resolve: Callable[..., None], registry: Host) -> None:
    gone = f"{registry.address}/library/gone"
    with pytest.raises(ResolveErrors) as found:
        resolve("exec sleep 60", gone, f"{gone}2", "slow", "slow2")
    assert [image for image, _ in found.value.failures] == [gone, f"{gone}2"]


def test_a_build_that_fails_ends_those_that_wait(resolve: Callable[..., None], work: Path) -> None:
    with pytest.raises(ResolveErrors) as found:
        resolve("echo x >> begun; exit 3", "slow", "slow2")
    assert [image for image, _ in found.value.failures] == ["slow"]
    assert (work / "src" / "begun").read_text() == "x\n"


def test_otherwise_everything_is_tried_and_every_failure_told(resolve: Callable[..., None], registry: Host) -> None:
    gone = f"{registry.address}/library/gone"
    with pytest.raises(ResolveErrors) as found:
        resolve("exit 3", gone, "slow", "slow2", fail_fast=False)
    assert [image for image, _ in found.value.failures] == [gone, "slow", "slow2"]


def test_a_file_that_may_not_be_read_is_a_failure_of_its_image(
    work: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(EACCES, "Permission denied", "src/secret")  # root, too, may run this test

    (work / "src").mkdir()
    monkeypatch.setattr(context, "walk", refused)
    sources = [{"image": name, "path": path, "files": {"build": {}}} for name, path in (("a", "src"), ("b", "none"))]
    with pytest.raises(ResolveErrors) as found:
        resolve_documents([config(sources=sources), {"image": "a"}, {"image": "b"}], Options(), tools)
    assert str(found.value) == (
        "\n- Resolving image 'a': src/secret: permission denied"
        "\n- Resolving image 'b': Checking if path 'none' is a directory: stat none: no such file or directory")
