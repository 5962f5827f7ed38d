"""A folder with templates, and a namespace of the test's own to deploy them to."""
from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
VALUES = "#@data/values\n---\nport: 80\ncolour: red\n"
CONFIG = """#@ load("@ytt:data", "data")
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  colour: #@ data.values.colour
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata:
    name: web
  spec:
    selector: {app: web}
    ports:
    - port: #@ data.values.port
"""

SITE = """apiVersion: kbld.k14s.io/v1alpha1
kind: Config
sources:
- image: site
  path: site
  files: {{build: {{}}}}
destinations:
- image: site
  newImage: {to}
---
apiVersion: v1
kind: PodTemplate
metadata: {{name: site}}
template: {{spec: {{containers: [{{name: site, image: site}}]}}}}
"""


@pytest.fixture
def run(target, tmp_path):
    """Runs a program of ours in a folder with a template, against a namespace of the test's own."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/values.yml").write_text(VALUES)
    (tmp_path / "config/config.yml").write_text(CONFIG)
    environment = {**os.environ, **target.environment, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache"),
                   "OAKUM_CACHE": ""}
    namespace = f"oakum-{uuid.uuid4().hex[:8]}"
    kubectl = [BIN / "kubectl", "--kubeconfig", str(target.kubeconfig)]
    subprocess.run([*kubectl, "create", "namespace", namespace], check=True, capture_output=True)

    def call(*words, status=0):
        done = subprocess.run(
            [BIN / words[0], *words[1:], "-n", namespace], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    call.folder, call.environment, call.namespace, call.kubectl = tmp_path, environment, namespace, kubectl
    yield call
    subprocess.run([*kubectl, "delete", "namespace", namespace, "--wait=false"], check=True, capture_output=True)


@pytest.fixture
def site(run, target):
    """Where an image goes that is built from a folder."""
    to = f"{target.registry}/{run.namespace}/site"
    (run.folder / "site").mkdir()
    (run.folder / "site/page").write_text("hello")
    (run.folder / "config/site.yml").write_text(SITE.format(to=to))
    return to
