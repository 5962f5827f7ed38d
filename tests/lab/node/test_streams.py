"""Logs, exec, attach and port-forward, by the stock kubectl."""

import asyncio
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from oakum.lab.node.logs import Collector, LogFile

from .conftest import Cluster

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl on this machine")
SWITCHES = ("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", "KUBECTL_PORT_FORWARD_WEBSOCKETS")


@pytest.fixture(params=["WebSocket", "SPDY"])
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With SPDY kubectl behaves as it did before 1.31, and as many libraries still do."""
    for name in SWITCHES:
        monkeypatch.setenv(name, str(request.param == "WebSocket").lower())


def kubectl(cluster: Cluster, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **cluster.lab.environment}
    return subprocess.run(
        ["kubectl", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        **options,  # type: ignore[call-overload, no-any-return] # passed through as they are
    )


@pytest.mark.usefixtures("transport")
def test_a_command_runs_in_the_container_and_its_output_and_code_come_back(cluster: Cluster) -> None:
    cluster.pod("web")
    cluster.ready("web")
    shown = kubectl(cluster, "exec", "web", "--", "/bin/tool", "echo", "a", "b c")
    assert (shown.stdout, shown.returncode) == ("a\nb c\n", 0), shown.stderr
    assert kubectl(cluster, "exec", "web", "--", "/bin/tool", "exit", "7").returncode == 7
    failed = kubectl(cluster, "exec", "web", "--", "/bin/none")
    assert "no such file or directory" in failed.stderr


@pytest.mark.usefixtures("transport")
def test_input_reaches_the_command(cluster: Cluster) -> None:
    cluster.pod("web")
    cluster.ready("web")
    echoed = kubectl(cluster, "exec", "-i", "web", "--", "/bin/tool", "copy", input="one\ntwo\n")
    assert echoed.stdout == "one\ntwo\n", echoed.stderr


@pytest.mark.usefixtures("transport")
def test_a_terminal_is_one(cluster: Cluster) -> None:
    cluster.pod("web")
    cluster.ready("web")
    # Without a terminal of its own kubectl says so and goes on.
    shown = kubectl(cluster, "exec", "-t", "web", "--", "/bin/tool", "echo", "x")
    assert "x" in shown.stdout


@pytest.mark.usefixtures("transport")
def test_attaching_shows_what_comes_from_now_on_and_takes_input(cluster: Cluster) -> None:
    cluster.pod("copy", "copy", stdin=True, stdinOnce=True)
    cluster.ready("copy")
    shown = kubectl(cluster, "attach", "-i", "copy", input="hello\n")
    assert "hello" in shown.stdout, shown.stderr


@pytest.mark.usefixtures("transport")
def test_a_port_is_forwarded(cluster: Cluster) -> None:
    probe = {"tcpSocket": {"port": 8080}, "periodSeconds": 1}
    cluster.pod("web", "serve", "8080", "forwarded", readinessProbe=probe)
    cluster.ready("web")
    environment = {**os.environ, **cluster.lab.environment}
    command = ["kubectl", "port-forward", "pod/web", ":8080", "--address", "127.0.0.1"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as forwarding:
        assert forwarding.stdout is not None
        try:
            port = forwarding.stdout.readline().split(" -> ")[0].rpartition(":")[2]
            for _ in range(3):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                    assert answer.read() == b"forwarded"
        finally:
            forwarding.terminate()


def test_logs_can_be_cut_stamped_and_followed(cluster: Cluster) -> None:
    cluster.pod("web", "echo", "one", "two", "three")
    cluster.phase("web", "Succeeded")
    assert kubectl(cluster, "logs", "web").stdout == "one\ntwo\nthree\n"
    assert kubectl(cluster, "logs", "web", "--tail=1").stdout == "three\n"
    assert kubectl(cluster, "logs", "web", "--timestamps").stdout.splitlines()[0].endswith("Z one")
    assert kubectl(cluster, "logs", "web", "-f").stdout == "one\ntwo\nthree\n"


def test_logs_of_a_container_that_has_not_started_say_why(cluster: Cluster) -> None:
    cluster.pod("missing", image=f"{cluster.lab.registry}/test/none:v1")
    cluster.until(lambda pod: (pod.get("status") or {}).get("containerStatuses"), "missing")
    refused = kubectl(cluster, "logs", "missing")
    assert 'container "main" in pod "missing" is waiting to start' in refused.stderr


def test_following_ends_with_the_container(cluster: Cluster, tmp_path: Path) -> None:
    cluster.pod("web")
    cluster.ready("web")
    environment = {**os.environ, **cluster.lab.environment}
    with subprocess.Popen(["kubectl", "logs", "-f", "web"], env=environment, stdout=subprocess.PIPE, text=True) as follow:
        assert follow.stdout is not None
        assert follow.stdout.readline() == "serving on 8080\n"
        kubectl(cluster, "delete", "pod", "web", "--wait=false")
        assert follow.stdout.read() == "stopping\n"


def test_who_attaches_after_the_end_of_the_output_is_told_of_it(tmp_path: Path) -> None:
    async def late() -> bytes:
        collector = Collector(LogFile(tmp_path / "log"), "stdout", asyncio.get_running_loop().create_future())
        collector.connection_lost(None)
        return await asyncio.wait_for(collector.attach().get(), 1)

    assert asyncio.run(late()) == b""


def test_an_interactive_run_shows_what_a_short_command_prints(cluster: Cluster) -> None:
    patched = kubectl(cluster, "patch", "sa", "default", "-p", '{"imagePullSecrets":[{"name":"login"}]}')
    assert patched.returncode == 0, patched.stderr
    run = ("run", "it", "--image", cluster.image, "--rm", "-i", "--restart=Never", "--", "echo", "said")
    assert "said" in kubectl(cluster, *run).stdout
