"""An API server that is killed and started again, with its data, in the middle of a whole `kapp deploy`."""
from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.deploy.conftest import Place
from tests.deploy.test_each_request import KAPP
from tests.lab.test_killed import Killable, killable

from oakum.deploy.app.changes import Changes
from oakum.deploy.app.recorded import RecordedApp
from oakum.kube import connect
from oakum.kube.kubeconfig import load

COUNT = 30


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Killable]:
    """A lab of its own."""
    with killable(tmp_path / "lab") as made:
        yield made


def documents(value: str) -> str:
    """Some ConfigMaps."""
    return "".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n:02d}}}\ndata: {{k: v{value}}}\n"
                   for n in range(COUNT))


@pytest.mark.parametrize("sign", ["Changes", "create configmap/c05 ", "create configmap/c20 ", "waiting on"])
def test_the_next_deploy_converges_and_the_record_says_what_happened(server: Killable, tmp_path: Path, sign: str) -> None:
    file = tmp_path / "a.yml"
    file.write_text(documents("1"))
    command = [KAPP, "deploy", "-a", "app", "-y", "-f", str(file), "--apply-concurrency", "2"]
    environment = os.environ | {"KUBECONFIG": str(server.folder.path / "kubeconfig"), "KAPP_NAMESPACE": "default"}
    with subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if sign in line:
                break
        server.kill()
        server.start()
        process.stdout.read()
        told = process.stderr.read()
    assert process.returncode in (0, 1)
    assert told.count("kapp: Error:") == process.returncode
    assert "Traceback" not in told
    client = connect(load(path=environment["KUBECONFIG"]))
    place = Place(client, "default")
    before = [c.meta.successful for c in Changes(RecordedApp(client, "app", "default")).history()]
    # A deploy that is told of as done may yet fail: with the write to the application's own record after that.
    assert before in ([[True]] if process.returncode == 0 else [[], [None], [False], [True]])
    again = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert place.data() == {f"c{n:02d}": {"k": "v1"} for n in range(COUNT)}
    last = subprocess.run([*command, "--diff-run", "--diff-exit-status"], env=environment, check=False)
    assert last.returncode == 2, "nothing is left to do"
    client.transport.close()
