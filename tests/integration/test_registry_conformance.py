"""The conformance program of the OCI distribution specification itself, against the lab's registry.

    go install github.com/opencontainers/distribution-spec/conformance@latest
"""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from oakum.lab import Lab

PROGRAM = shutil.which("conformance", path=os.pathsep.join([os.environ["PATH"], str(Path.home() / "go/bin")]))
# Parts that the program only tries when told; it has one more, manifests of which the content is missing, which the lab refuses.
OPTIONAL = ("OCI_API_MANIFESTS_TAG_PARAM", "OCI_API_BLOBS_UPLOAD_CANCEL", "OCI_API_MANIFESTS_DIGEST_HEADER",
            "OCI_API_BLOBS_DIGEST_HEADER")


@pytest.mark.skipif(PROGRAM is None, reason="the specification's conformance program is not installed")
def test_the_lab_passes_all_that_the_specification_asks_for(tmp_path):
    with Lab(runtime="simulated") as lab:
        user, password = lab.registry_login
        settings = {"OCI_REGISTRY": lab.registry, "OCI_TLS": "disabled", "OCI_REPO1": "conformance/one",
                    "OCI_REPO2": "conformance/two", **dict.fromkeys(OPTIONAL, "true"), "OCI_USERNAME": user, "OCI_PASSWORD": password}
        done = subprocess.run([PROGRAM], env={**os.environ, **settings}, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    suite = ElementTree.parse(tmp_path / "results/junit.xml").getroot().find("testsuite")
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("0", "0")
    assert suite.attrib.get("skipped", "0") == "0"
    assert int(suite.attrib["tests"]) > 500
