"""Nothing is built or pushed before it is known to be of use."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.registry.conftest import Host

from oakum.dataclass import replace
from oakum.errors import DeployError
from oakum.images.errors import ResolveErrors
from oakum.images.gate import Closed, Gate
from oakum.images.log import ListLog
from oakum.images.options import Options, Tools
from oakum.images.pipeline import resolve_documents
from oakum.registry import tags
from oakum.registry.reference import parse_repository

from .conftest import config


class Asked:
    """A check that counts how often it is made, and may fail."""

    def __init__(self, error: DeployError | None = None) -> None:
        self.times, self.error = 0, error

    def __call__(self) -> None:
        self.times += 1
        if self.error is not None:
            raise self.error


def test_what_is_checked_is_checked_once() -> None:
    for asked in (Asked(), Asked(DeployError("no"))):
        gate = Gate(asked)
        for _ in range(3):
            if asked.error is None:
                gate()
            else:
                with pytest.raises(Closed, match="no"):
                    gate()
        assert asked.times == 1


@pytest.fixture
def build(work: Path, tools: Tools, registry: Host) -> Callable[..., Any]:
    """Builds two images of folders, with a check before it."""
    for name in ("one", "two"):
        (work / name).mkdir()
        (work / name / "page").write_text(name)

    def run(ready: Asked, tagged: tuple[str, ...] = (), **options: Any) -> None:
        sources = [{"image": name, "path": name, "files": {"build": {}}} for name in ("one", "two")]
        to = [{"image": name, "newImage": f"{registry.address}/{name}", "tags": list(tagged)} for name in ("one", "two")]
        resolve_documents([config(sources=sources, destinations=to), {"image": "one", "more": {"image": "two"}}],
                          Options(**options), replace(tools, ready=ready))

    return run


def test_an_error_of_the_check_is_told_as_it_is_and_nothing_is_built(build: Callable[..., Any], log: ListLog) -> None:
    with pytest.raises(DeployError, match="^the cluster is gone$"):
        build(Asked(DeployError("the cluster is gone")))
    assert log.lines == []


def test_images_that_are_as_they_were_ask_for_no_check_unless_something_is_written(
    build: Callable[..., Any], registry: Host, log: ListLog
) -> None:
    build(first := Asked())
    build(again := Asked())
    assert (first.times, again.times) == (1, 0)
    with pytest.raises(DeployError):
        build(Asked(DeployError("no")), tagged=("v1",))
    with pytest.raises(DeployError):
        build(Asked(DeployError("no")), sbom="spdx")
    assert "v1" not in list(tags.tags(registry.transport, parse_repository(f"{registry.address}/one")))
    build(once := Asked(), tagged=("v1",))
    build(then := Asked(), tagged=("v1",))
    assert (once.times, then.times) == (1, 0)


def test_a_dry_run_asks_for_no_check(build: Callable[..., Any]) -> None:
    build(asked := Asked(), dry_run=True)
    assert asked.times == 0


def test_a_build_that_fails_is_still_the_images_error(build: Callable[..., Any], work: Path) -> None:
    (work / "one").rename(work / "gone")
    with pytest.raises(ResolveErrors, match="Resolving image 'one': Checking if path 'one' is a directory"):
        build(Asked())
