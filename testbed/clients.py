"""Programs that kbld works with and Debian has not, built by the ordinary Go client from their own modules."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from testbed.process import Failed, run
from testbed.settings import cache

MODULES = {
    "cosign": "github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5",
    "ko": "github.com/google/ko@v0.19.1",
    "buildx": "github.com/docker/buildx/cmd/buildx@v0.15.1",
}
"""A program → the package it is built from, and the version."""
LIMIT_S = 1200
"""How long a build may take: it is minutes where nothing of it was built before."""


def find(name: str) -> str | None:
    """The path of the program `name` (a key of MODULES): on the PATH, else built here before, else None."""
    return shutil.which(name) or shutil.which(str(_built(name)))


def build() -> None:
    """Build those that are missing. One that cannot be had is told: the tests with it are skipped then."""
    for name, package in MODULES.items():
        if find(name):
            continue
        env = {**os.environ, "GOBIN": str(_built(name).parent), "CGO_ENABLED": "0"}
        try:
            run("go", "install", package, env=env, timeout=LIMIT_S)
        except (Failed, subprocess.TimeoutExpired) as error:
            print(f"{name} is not to be had: {error}", flush=True)


def _built(name: str) -> Path:
    return cache() / f"{name}-{MODULES[name].rpartition('@')[2]}" / name
