"""A registry of the lab's, tools that work with it, and a folder to work in."""
from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.registry.conftest import Host

from oakum.images.log import ListLog
from oakum.images.options import Options, Tools
from oakum.images.pipeline import Result, resolve_documents

Resolve = Callable[..., Result]


@pytest.fixture
def log() -> ListLog:
    return ListLog()


@pytest.fixture
def tools(registry: Host, log: ListLog, tmp_path: Path) -> Tools:
    environ = {"PATH": os.environ["PATH"], "DOCKER_HOST": "unix:///nowhere"}
    return Tools(registry.transport, log, tmp_path / "cache", environ)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def resolve(tools: Tools) -> Resolve:
    def run(*documents: dict[str, Any], **options: Any) -> Result:
        return resolve_documents(documents, Options(**options), tools)

    return run


def config(**sections: Any) -> dict[str, Any]:
    return {"apiVersion": "kbld.k14s.io/v1alpha1", "kind": "Config", **sections}
