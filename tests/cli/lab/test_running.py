"""`oakum lab` as processes: started, found, killed, stopped."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import urllib3

from oakum.lab.background import stop
from oakum.lab.folder import Folder
from oakum.lab.registry import Storage
from oakum.lab.registry.names import digest_of

from ...lab.node.conftest import layer, write_layout

PROGRAM = "import sys; from oakum.cli.program import main; from oakum.cli.lab import COMMAND; sys.exit(main(COMMAND))"


def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, timeout=60)


BARE = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in ("starlette", "wsproto") else found(name, *rest)
sys.modules["starlette"] = None
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "a lab"
    yield str(folder)
    stop(Folder(folder))


def test_up_prints_what_a_shell_can_evaluate_and_down_ends_it(data: str) -> None:
    started = lab("up", "--detach", "--data", data)
    assert started.returncode == 0, started.stderr
    assert started.stdout.splitlines()[0] == f"export KUBECONFIG='{data}/kubeconfig'"
    assert lab("status", "--data", data).returncode == 0
    assert lab("up", "--detach", "--data", data).stdout == started.stdout
    assert lab("down", "--data", data).returncode == 0
    assert lab("status", "--data", data).returncode == 1
    assert "API server at" in lab("logs", "--data", data).stdout


def test_another_port_is_refused_where_a_lab_runs_already(data: str) -> None:
    lab("up", "--detach", "--data", data)
    state = Folder(Path(data)).running()
    assert state is not None
    port = state.api.rpartition(":")[2]
    assert lab("up", "--detach", "--data", data, "--port", port).returncode == 0
    refused = lab("up", "--detach", "--data", data, "--port", "1025")
    assert refused.returncode == 1
    assert f"already in {data} on port {port}: stop it with 'oakum lab down' first" in refused.stderr


def test_the_registry_has_tls_and_tokens_when_it_is_asked_to(data: str) -> None:
    assert lab("up", "--detach", "--data", data, "--registry-tls", "--registry-login", "token").returncode == 0
    state = Folder(Path(data)).running()
    assert state is not None
    pool = urllib3.PoolManager(ca_certs=f"{data}/tls/ca.crt", retries=False)
    assert pool.request("GET", f"https://{state.registry}/v2/").headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("address", ["0.0.0.0", "localhost", "::"])
def test_all_addresses_at_once_are_refused(data: str, address: str) -> None:
    refused = lab("up", "--detach", "--data", data, "--listen", address)
    assert refused.returncode == 1
    assert f"--listen takes one IPv4 address of this machine, not '{address}'" in refused.stderr


def test_a_killed_lab_is_not_running_and_can_be_started_again(data: str) -> None:
    lab("up", "--detach", "--data", data)
    state = Folder(Path(data)).running()
    assert state is not None
    os.kill(state.pid, signal.SIGKILL)
    while Folder(Path(data)).running():
        pass
    assert lab("status", "--data", data).returncode == 1
    again = lab("up", "--detach", "--data", data)
    assert again.returncode == 0
    restarted = Folder(Path(data)).running()
    assert restarted is not None
    assert (restarted.api, restarted.registry) == (state.api, state.registry)


def test_in_the_foreground_it_runs_until_it_is_told_to_end(data: str) -> None:
    command = [sys.executable, "-c", PROGRAM, "up", "--data", data]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("export KUBECONFIG=")
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0


def test_a_port_that_is_taken_is_an_error_with_a_reason(data: str, tmp_path: Path) -> None:
    lab("up", "--detach", "--data", data)
    state = Folder(Path(data)).running()
    assert state is not None
    refused = lab("up", "--detach", "--data", str(tmp_path / "other"), "--port", state.api.partition(":")[2])
    assert refused.returncode == 1
    assert "Address already in use" in refused.stderr


def test_reset_deletes_a_labs_folder_and_nothing_else(data: str, tmp_path: Path) -> None:
    lab("up", "--detach", "--data", data)
    assert lab("reset", "--data", data).returncode == 0
    assert not Path(data).exists()
    (tmp_path / "precious").write_text("mine")
    assert lab("reset", "--data", str(tmp_path)).stderr == f"there is no lab in {tmp_path}\n"
    assert (tmp_path / "precious").exists()


def test_an_unknown_runtime_is_refused(data: str) -> None:
    assert "--runtime is one of auto" in lab("up", "--runtime", "magic", "--data", data).stderr


def test_an_image_is_loaded_into_the_registry(data: str, tmp_path: Path) -> None:
    write_layout(tmp_path / "layout", [layer({"a": b"x"})])
    lab("up", "--detach", "--data", data)
    state = Folder(Path(data)).running()
    assert state is not None
    loaded = lab("load-image", str(tmp_path / "layout"), "--data", data)
    assert loaded.stdout == f"{state.registry}/test/tool:v1\n", loaded.stderr
    refused = lab("load-image", str(tmp_path), "--data", data)
    assert (refused.returncode, "neither an OCI image layout" in refused.stderr) == (1, True)


def test_a_fault_is_ordered_listed_and_cleared(data: str) -> None:
    assert "no lab is running" in lab("fault", "--data", data).stderr
    lab("up", "--detach", "--data", data)
    ordered = lab("fault", "--status", "429", "--path", "/pods", "--data", data)
    assert '"status":429' in ordered.stdout, ordered.stderr
    assert lab("fault", "--clear", "--data", data).stdout == ""
    assert "target is api or registry" in lab("fault", "--target", "moon", "--drop", "--data", data).stderr


def test_the_clock_is_held_and_moved(data: str) -> None:
    lab("up", "--detach", "--data", data, "--runtime", "simulated")
    held = lab("clock", "--hold", "--data", data)
    assert held.stdout.endswith(" (held)\n"), held.stderr
    assert lab("clock", "--data", data).stdout == held.stdout
    later = lab("clock", "--advance", "60", "--data", data).stdout
    moments = [datetime.fromisoformat(text.split()[0]) for text in (held.stdout, later)]
    assert moments[1] - moments[0] == timedelta(seconds=60)
    assert "held" not in lab("clock", "--hold=false", "--data", data).stdout


def test_a_port_that_cannot_be_is_refused(data: str) -> None:
    told = lab("up", "--detach", "--data", data, "--port", "70000")
    assert (told.returncode, told.stderr) == (1, "lab: Error: --port is a number from 0 to 65535, not 70000\n")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--status", "99"), "a fault's status is that of a whole answer, from 200 to 599, not 99"),
        (("--drop", "--rate", "2"), "a fault's rate is from 0 to 1, not 2.0"),
        (("--delay", "-1"), "a fault's delay is from 0 to 86400, not -1.0"),
        (("--drop", "--rate", "nan"), 'invalid argument "nan" for "--rate" flag: not a finite number'),
        (("--jump", "inf"), 'invalid argument "inf" for "--jump" flag: not a finite number'),
        (("--path", "x"), "--path says nothing of what happens to the requests: add one of --delay, --status, --drop"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(data: str, flags: tuple[str, ...], told: str) -> None:
    lab("up", "--detach", "--runtime", "simulated", "--data", data)
    refused = lab("fault", *flags, "--data", data)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert told in refused.stderr
    assert lab("fault", "--data", data).stdout == ""


@pytest.mark.parametrize("command", [("up", "--detach"), ("status",), ("down",)])
def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    refused = lab(*command, "--data", str(file))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"the lab's data folder {file}: it is no folder (hint: choose another with --data)" in refused.stderr
    assert file.read_text() == "mine"


def test_a_folder_without_an_image_says_what_it_lacks(data: str, tmp_path: Path) -> None:
    refused = lab("load-image", str(tmp_path), "--data", data)
    assert refused.returncode == 1
    assert refused.stderr.endswith("nor an image that docker has saved (it has no manifest.json)\n")


def test_what_no_image_needs_is_deleted_on_demand(data: str) -> None:
    assert f"there is no lab in {data}" in lab("collect-garbage", "--data", data).stderr
    lab("up", "--detach", "--data", data)
    folder = Folder(Path(data))
    Storage(folder.registry).blobs.write(digest_of(b"lost"), b"lost")
    assert lab("collect-garbage", "--data", data).stdout == "deleted 0 blobs of 0 bytes\n"
    assert lab("collect-garbage", "--data", data, "--age", "0").stdout == "deleted 1 blobs of 4 bytes\n"


@pytest.mark.parametrize("words", [
    ("up",), ("up", "--detach"), ("status",), ("logs",), ("load-image", "x"), ("collect-garbage",), ("clock",), ("fault", "--drop"),
])  # fmt: skip
def test_without_its_packages_each_command_says_what_to_install(data: str, words: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-c", BARE + PROGRAM, *words, "--data", data], capture_output=True, text=True)
    told = "lab: Error: the lab needs packages that are not installed: starlette, wsproto (hint: pip install 'oakum[lab]')\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
    assert not Path(data).exists()
