"""The main job as one command, `oakum deploy`."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from demo.walk_through import SECRET, ask, prepare

BIN = Path(sys.executable).parent


@pytest.fixture
def run(target, builder, tmp_path):
    """Runs a program beside a copy of the example, against a namespace of the test's own that may pull."""
    prepare(tmp_path / "config")
    environment = {**os.environ, **builder, **target.environment, "HOME": str(tmp_path)}
    namespace = f"oakum-{uuid.uuid4().hex[:8]}"

    def call(*words):
        done = subprocess.run(
            [BIN / words[0], *words[1:]], cwd=tmp_path / "config", env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    call.environment, call.namespace = environment, namespace
    call("kubectl", "create", "namespace", namespace)
    call("kubectl", "create", "secret", "generic", SECRET, "--namespace", namespace,
         f"--from-file=.dockerconfigjson={target.docker_config}/config.json", "--type=kubernetes.io/dockerconfigjson")
    yield call
    call("kubectl", "delete", "namespace", namespace, "--wait=false")


def test_the_example_is_prepared_without_git_too(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    prepare(tmp_path / "config")
    assert (tmp_path / "config/sample-app-go/app.go").is_file()


@pytest.mark.skipif(not shutil.which("git"), reason="origins need git")
def test_one_command_templates_builds_pushes_pins_and_deploys(run, project):
    place = ("-a", "simple-app", "-n", run.namespace)

    def deploy(greeting):
        return run(
            "oakum", "deploy", *place, "--into-ns", run.namespace, "-f", "config-step-4-build-and-push/", "--diff-changes", "-y",
            "-v", f"hello_msg={greeting}", "-v", "push_images=true", "-v", f"push_images_repo={project}/sample-app-go",
        )

    first = deploy("carvel user")
    assert f"@@ create deployment/simple-app (apps/v1) namespace: {run.namespace} @@" in first
    assert "Op:      2 create, 0 delete, 0 update, 0 noop, 0 exists" in first
    assert ask(run.environment, run.namespace) == "Hello carvel user!\n"
    record = last_change(run)
    assert "Op:      0 create, 0 delete, 0 update, 0 noop, 0 exists" in deploy("carvel user")
    assert last_change(run) == record, "nothing changed, so nothing is recorded"
    assert "Op:      0 create, 0 delete, 1 update, 0 noop, 0 exists" in deploy("oakum user")
    assert ask(run.environment, run.namespace) == "Hello oakum user!\n"
    assert "path: " in run("kapp", "inspect", *place, "--raw", "--filter-kind", "Deployment", "--tty=false")
    run("kapp", "delete", *place, "-y")


def last_change(run) -> str:
    """The change that the app's record names as its last."""
    record = run("kubectl", "get", "configmap", "simple-app", "--namespace", run.namespace, "-o", "json")
    return str(json.loads(json.loads(record)["data"]["spec"])["lastChangeName"])
