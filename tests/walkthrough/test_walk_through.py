"""The main job, by the real commands in a shell pipeline, with Docker and with the embedded builder."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not shutil.which("git"), reason="origins need git")
def test_the_demo_goes_from_template_to_a_running_inspected_application(target, project, builder, tmp_path):
    environment = {**os.environ, **builder, "DEMO_WORK": str(tmp_path), "HOME": str(tmp_path)}
    if target.name != "lab":
        environment |= {**target.environment, "DEMO_REGISTRY": project}
    done = subprocess.run(
        [sys.executable, ROOT / "demo/walk_through.py"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (
        f"starting build (using {'embedded Go builder' if builder else 'Docker'})",
        "resolve | final: quay.io/eduk8s-labs/sample-app-go -> ",
        "@@ create deployment/simple-app (apps/v1) namespace: default @@",
        "Op:      2 create, 0 delete, 0 update, 0 noop, 0 exists",
        "ok: reconcile deployment/simple-app (apps/v1) namespace: default",
        "Hello carvel user!",
        "@@ update deployment/simple-app (apps/v1) namespace: default @@",
        "Op:      0 create, 0 delete, 1 update, 0 noop, 0 exists",
        "Hello oakum user!",
        "Succeeded",
    ):
        assert line in done.stdout + done.stderr
    second = done.stdout.partition("@@ update deployment/simple-app")[2].partition("\n\nChanges")[0]
    changed = [line for line in second.splitlines() if " - " in line[7:12] or " + " in line[7:12]]
    assert len(changed) == 2, "only the greeting changes"
    check_origins(done.stdout.partition("| kbld inspect -f-\n")[2].partition("\n\n$ ")[0], tmp_path / "config/sample-app-go")


def check_origins(told: str, sources: Path) -> None:
    """What `kbld inspect` says of the image: pinned, and from which folder and commit."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=sources, capture_output=True, text=True).stdout.strip()
    lines = [line.rstrip() for line in told.splitlines()]
    assert re.fullmatch(r"\S+/sample-app-go@sha256:[0-9a-f]{64}", lines[0])
    assert lines[1:] == [
        "- local:",
        f"    path: {sources}",
        "- git:",
        "    dirty: false",
        "    remoteURL: https://git.example.com/sample-app-go.git",
        f"    sha: {commit}",
        "deployment/simple-app (apps/v1) namespace: default",
    ]
