"""Somebody else's project: it installs `oakum[lab]` beside pytest and has the fixture `lab`, in several processes at once."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
TESTS = """
    import json, subprocess, sys, urllib.request, ssl
    import pytest
    from oakum.lab import Lab

    def listed(lab):
        context = ssl.create_default_context(cafile=str(lab.authority))
        config = lab.client_config
        request = urllib.request.Request(config.server + "/api/v1/namespaces/default/configmaps")
        request.add_header("Authorization", f"Bearer {config.identity.token}")
        with urllib.request.urlopen(request, context=context) as answer:
            return [item["metadata"]["name"] for item in json.load(answer)["items"]]

    def make(lab, name):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
        lab.cluster.create(lab.cluster.resource("configmaps"), body, "default")

    @pytest.mark.parametrize("number", range(4))
    def test_a_cluster_is_the_tests_own(lab, number):
        make(lab, f"mine-{number}")
        assert [name for name in listed(lab) if name.startswith("mine")] == [f"mine-{number}"]

    def test_there_may_be_more_of_them(lab):
        with Lab() as other:
            make(other, "theirs")
            assert "theirs" in listed(other) and "theirs" not in listed(lab)

    @pytest.mark.lab(runtime="simulated")
    def test_time_passes_when_told(lab):
        lab.clock.hold()
        before = lab.clock()
        lab.clock.advance(3600)
        assert (lab.clock() - before).total_seconds() == 3600
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with `oakum[lab]`, pytest and xdist, and nothing of this checkout on its path."""
    folder = tmp_path_factory.mktemp("stranger")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    found = folder / "venv/bin/python"
    install = [found, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wanted = [f"{CHECKOUT}[lab]", "pytest", "pytest-xdist", "--constraint", CHECKOUT / "constraints.txt"]
    installed = subprocess.run([*install, *wanted], capture_output=True, text=True)
    if "No matching distribution" in installed.stderr or "connection" in installed.stderr:
        pytest.skip("no package index answers on this machine")
    assert installed.returncode == 0, installed.stderr
    return found


def test_its_tests_have_clusters_of_their_own(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(textwrap.dedent(TESTS))
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    command = [python, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", tmp_path]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "6 passed" in done.stdout, done.stdout + done.stderr
