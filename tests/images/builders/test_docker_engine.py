"""The real Docker, where its engine answers; Docker reaches a registry on this machine without TLS."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.images.conftest import config
from tests.registry.conftest import Host

from oakum.images.builders.probe import Probe
from oakum.images.log import ListLog
from oakum.images.options import Options, Tools
from oakum.images.pipeline import resolve_documents
from oakum.registry import manifests
from oakum.registry.reference import parse

pytestmark = pytest.mark.skipif(not Probe(os.environ).answers, reason="no Docker engine answers here")


def test_docker_builds_and_pushes_and_an_unchanged_source_does_not_reach_it_again(
    registry: Host, log: ListLog, work: Path, tmp_path: Path
) -> None:
    (work / "src").mkdir()
    (work / "src" / "Dockerfile").write_text("FROM scratch\nCOPY x /x\n")
    (work / "src" / "x").write_text(str(tmp_path))
    tools = Tools(registry.transport, log, tmp_path / "cache", os.environ)
    sources = config(
        sources=[{"image": "oakum-test", "path": "src"}],
        destinations=[{"image": "oakum-test", "newImage": f"{registry.address}/built", "tags": ["v1"]}],
    )
    url = resolve_documents([{"image": "oakum-test"}, sources], Options(), tools).resolutions["oakum-test"].url
    assert manifests.resolve(registry.transport, parse(f"{registry.address}/built:v1")).digest == url[-71:]
    kept = next(line.split(": ")[1].split(" -> ")[0] for line in log.lines if "starting push" in line)
    pushed = next(line.split(" -> ")[1] for line in log.lines if "starting push" in line)
    subprocess.run(["docker", "rmi", kept, pushed], check=True, capture_output=True)
    log.lines.clear()
    again = resolve_documents([{"image": "oakum-test"}, sources], Options(), tools)
    assert again.resolutions["oakum-test"].url == url
    assert log.lines == [f"oakum-test | unchanged since it was last built: src -> {url}"]
