"""Where the walk-through builds, and what it leaves in an engine."""
from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.repository import Repository, login_of


@pytest.fixture(params=["docker", "embedded"])
def builder(request) -> Iterator[dict[str, str]]:
    """The variables that make kbld build with Docker, or without it."""
    if request.param == "embedded":
        # The tests' homes are new: what Go has compiled for an earlier one is not compiled again.
        cache = os.environ.get("GOCACHE") or str(Path.home() / ".cache/go-build")
        yield {"DOCKER_HOST": "unix:///nonexistent", "GOCACHE": cache}
        return
    if not shutil.which("docker"):
        pytest.skip("docker is not installed")
    if subprocess.run(["docker", "version"], capture_output=True).returncode:
        pytest.skip("no Docker engine answers")
    if subprocess.run(["docker", "image", "inspect", "golang:1.12"], capture_output=True).returncode:
        pytest.skip("the engine has no golang:1.12, and nothing is pulled for a test")
    yield {}


@pytest.fixture
def project(target, builder) -> Iterator[str]:
    """A place in the target's registry for one test, emptied after it, in the engine too."""
    host, _, path = target.registry.partition("/")
    project = "/".join(filter(None, [host, path, f"walk-{uuid.uuid4().hex[:8]}"]))
    yield project
    Repository(f"{project}/sample-app-go", *login_of(target.docker_config, host)).empty()
    if not builder:
        listed = ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}", f"{project}/sample-app-go"]
        left = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
        if left:
            subprocess.run(["docker", "rmi", *left], capture_output=True, check=True)
