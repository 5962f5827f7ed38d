"""A dry run: what is known of images is told, and nothing is built, pushed, tagged or attached."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.registry.conftest import Host

from oakum.errors import RegistryError
from oakum.images.annotation import read
from oakum.images.errors import ResolveErrors
from oakum.images.log import ListLog
from oakum.registry import tags
from oakum.registry.reference import parse_repository

from .conftest import Resolve, config


@pytest.fixture
def folder(work: Path) -> Path:
    (work / "src").mkdir()
    (work / "src" / "page").write_text("x")
    return work / "src"


def entries(to: str = "", *tags: str) -> dict[str, Any]:
    sources = [{"image": "app", "path": "src", "files": {"build": {}}}]
    destinations = [{"image": "app", "newImage": to, "tags": list(tags)}] if to else []
    return config(sources=sources, destinations=destinations)


def written(registry: Host, name: str) -> list[str]:
    try:
        return list(tags.tags(registry.transport, parse_repository(f"{registry.address}/{name}")))
    except RegistryError:
        return []


def test_an_image_that_is_still_to_be_built_says_so(
    registry: Host, resolve: Resolve, log: ListLog, folder: Path
) -> None:
    to = f"{registry.address}/app"
    document = resolve({"image": "app"}, entries(to, "v1"), dry_run=True).documents[0]
    assert document["image"] == f"{to} (to be built)"
    entry = read(document)[0]
    assert entry["url"] == f"{to} (to be built)"
    assert entry["origins"] == [{"local": {"path": str(folder)}}, {"tagged": {"tags": ["v1"]}}]
    assert log.lines == [f"app | not built in a dry run, so whether it changes is not known: src -> {to}"]
    assert written(registry, "app") == []


def test_an_image_without_a_destination_is_called_by_its_name(resolve: Resolve, folder: Path) -> None:
    found = resolve({"image": "app:1"}, config(sources=[{"imageRepo": "app", "path": "src"}]), dry_run=True)
    assert found.documents[0]["image"] == "app (to be built)"
    assert found.resolutions["app:1"].pending


def test_an_unchanged_image_is_given_by_its_digest_and_gets_no_tag(
    registry: Host, resolve: Resolve, folder: Path
) -> None:
    to = f"{registry.address}/app"
    built = resolve({"image": "app"}, entries(to)).documents[0]
    before = written(registry, "app")
    dry = resolve({"image": "app"}, entries(to, "v1"), dry_run=True, sbom="spdx").documents[0]
    assert dry["image"] == built["image"]
    assert {"tagged": {"tags": ["v1"]}} in read(dry)[0]["origins"]
    assert written(registry, "app") == before


def test_what_a_dry_run_found_is_not_taken_for_built(registry: Host, resolve: Resolve, folder: Path) -> None:
    to = f"{registry.address}/app"
    resolve({"image": "app"}, entries(to), dry_run=True)
    assert resolve({"image": "app"}, entries(to)).documents[0]["image"].startswith(f"{to}@sha256:")


@pytest.mark.parametrize(("found", "words"), [
    (config(sources=[{"image": "app", "path": "none"}]), "Checking if path 'none' is a directory"),
    (entries("127.0.0.1:1/App"), "Generating image dst tag '127.0.0.1:1/App': "),
    (entries("127.0.0.1:1/app", "bad tag"), "tag can only contain the characters"),
])  # fmt: skip
def test_mistakes_that_need_no_building_are_told(
    resolve: Resolve, folder: Path, found: dict[str, Any], words: str
) -> None:
    with pytest.raises(ResolveErrors, match=words):
        resolve({"image": "app"}, found, dry_run=True)
