"""The real podman and buildah, which need no engine; their images go into a storage of the test's own."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.images.conftest import config
from tests.registry.conftest import Host

from oakum.images.log import ListLog
from oakum.images.options import Options, Tools
from oakum.images.pipeline import resolve_documents
from oakum.registry import manifests
from oakum.registry.reference import parse


@pytest.fixture(params=["podman", "buildah"])
def program(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    storage = tmp_path / "storage.conf"
    storage.write_text(f'[storage]\ndriver = "vfs"\nrunroot = "{tmp_path}/run"\ngraphroot = "{tmp_path}/images"\n')
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(storage))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    name = str(request.param)
    if shutil.which(name) is None or subprocess.run([name, "info"], capture_output=True, check=False).returncode:
        pytest.skip(f"{name} is not installed, or this user may not run it")
    return name


def test_what_is_built_is_pushed_under_the_digest_that_the_registry_has(
    program: str, registry: Host, log: ListLog, work: Path, tmp_path: Path
) -> None:
    (work / "src").mkdir()
    (work / "src" / "Dockerfile").write_text("FROM scratch AS one\nCOPY x /x\nFROM one\nLABEL a=b\n")
    (work / "src" / "x").write_text("x")
    tools = Tools(registry.transport, log, tmp_path / "cache", os.environ)
    sources = config(
        sources=[{"image": "cup", "path": "src", program: {"build": {"target": "one", "rawOptions": ["--layers"]}}}],
        destinations=[{"image": "cup", "newImage": f"{registry.address}/built", "tags": ["v1"]}],
    )
    url = resolve_documents([{"image": "cup"}, sources], Options(), tools).resolutions["cup"].url
    assert manifests.get(registry.transport, parse(url)).layers()
    assert manifests.resolve(registry.transport, parse(f"{registry.address}/built:v1")).digest == url[-71:]
    log.lines.clear()
    assert resolve_documents([{"image": "cup"}, sources], Options(), tools).resolutions["cup"].url == url
    assert log.lines == [f"cup | unchanged since it was last built: src -> {url}"]
