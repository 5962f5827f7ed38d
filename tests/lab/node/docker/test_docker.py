"""Pods in a real Docker engine."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from oakum.lab import Lab
from oakum.lab.api.calls import DeleteOptions
from oakum.lab.folder import Folder
from oakum.lab.load import load_image
from oakum.lab.node.docker.engine import Engine, EngineError, socket_path
from oakum.lab.node.docker.guard import LABEL
from oakum.lab.registry import Storage

from ..conftest import Cluster, waiting

PROGRAM = "import sys; from oakum.lab.background import *; start(Settings(sys.argv[1], runtime='docker'))"


def _refusal() -> str:
    try:
        Engine(socket_path()).call("GET", "/version")
    except EngineError as error:
        return str(error)
    return ""


pytestmark = pytest.mark.skipif(bool(_refusal()), reason=_refusal() or "an engine answers")


@pytest.fixture(scope="module")
def docker(layout: Path) -> Iterator[Cluster]:
    with Lab(runtime="docker") as lab:
        load_image(Storage(lab.folder.registry, sync=False), layout)
        cluster = Cluster(lab)
        cluster.login()
        yield cluster


@pytest.fixture
def joined() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can lead the pods of an engine to Services")


def containers(**labels: str) -> list[dict[str, Any]]:
    wanted = {"label": [f"{name.replace('_', '.')}={value}" for name, value in labels.items()]}
    found: list[dict[str, Any]] = Engine(socket_path()).call("GET", "/containers/json", all=1, filters=wanted)
    return found


def of_pod(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return containers(io_kubernetes_pod_uid=pod["metadata"]["uid"])


def eventually(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def kubectl(cluster: Cluster, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    program = shutil.which("kubectl")
    if program is None:
        pytest.skip("no kubectl on this machine")
    environment = os.environ | dict(cluster.lab.environment)
    return subprocess.run([program, *arguments], env=environment, input=text, capture_output=True, text=True, timeout=60)


def test_a_pod_is_containers_that_share_a_network_and_are_gone_with_it(docker: Cluster) -> None:
    containers = [{"name": name, "image": docker.image, "args": args} for name, args in
                  (("server", ["serve", "8080", "from the neighbour"]), ("client", ["sleep"]))]  # fmt: skip
    docker.pod("pair", spec={"containers": containers, "hostname": "two"})
    pod = docker.ready("pair")
    assert len(of_pod(pod)) == 3
    shown = kubectl(docker, "exec", "pair", "-c", "client", "--", "/bin/tool", "fetch", "127.0.0.1", "8080")
    assert shown.stdout == "from the neighbour\n", shown.stderr
    assert kubectl(docker, "exec", "pair", "-c", "client", "--", "/bin/tool", "show", "/etc/hostname").stdout == "two\n"
    docker.lab.cluster.delete(docker.lab.cluster.resource("pods"), "pair", "default", DeleteOptions())
    docker.gone("pair")
    eventually(lambda: not of_pod(pod))


def test_what_a_container_prints_is_its_log_and_its_end_is_told(docker: Cluster) -> None:
    first = {"name": "first", "image": docker.image, "args": ["echo", "prepared"]}
    assert docker.output("speaks", "echo", "a", "b c", spec={"initContainers": [first]}) == "a\nb c\n"
    docker.pod("fails", "exit", "3")
    ended = docker.phase("fails", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (3, "Error")
    docker.pod("nothing", command=["/bin/nope"])
    ended = docker.phase("nothing", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (128, "StartError")
    assert "/bin/nope: no such file or directory" in ended["message"]


def test_user_environment_and_folder_are_those_that_were_asked_for(docker: Cluster) -> None:
    env = [{"name": "A", "value": "a"}, {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]
    shown = docker.output("variables", "env", env=env).splitlines()
    assert "A=a" in shown
    assert f"IP={docker.get('variables')['status']['podIP']}" in shown
    assert docker.output("id", "id", securityContext={"runAsUser": 1234, "runAsGroup": 99}) == "1234 99\n"
    sealed = {"readOnlyRootFilesystem": True}
    docker.pod("sealed", "put", "file", "x", workingDir="/bin", securityContext=sealed)
    docker.phase("sealed", "Failed")
    assert docker.log("sealed") == "file: Read-only file system\n"


def test_volumes_are_those_of_the_lab(docker: Cluster) -> None:
    docker.create("configmaps", "map", data={"key": "from map"})
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    docker.create("persistentvolumeclaims", "data", spec=claim)
    volumes = [{"name": "map", "configMap": {"name": "map"}}, {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    mounts = [{"name": "map", "mountPath": "/map", "readOnly": True}, {"name": "data", "mountPath": "/data"}]
    options = {"volumeMounts": mounts, "spec": {"volumes": volumes}}
    assert docker.output("shows", "show", "/map/key", **options) == "from map"
    docker.pod("writes", "put", "/map/key", "x", **options)
    docker.phase("writes", "Failed")
    assert docker.output("keeps", "put", "/data/file", "kept", **options) == ""
    assert docker.output("reads", "show", "/data/file", **options) == "kept"


def test_probes_decide_and_a_container_that_keeps_ending_is_backed_off(docker: Cluster) -> None:
    docker.pod("probed", readinessProbe={"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1})
    docker.ready("probed")
    liveness = {"exec": {"command": ["/bin/tool", "exit", "1"]}, "periodSeconds": 1, "failureThreshold": 1}
    docker.pod("sick", livenessProbe=liveness, spec={"restartPolicy": "Always"})
    docker.until(lambda pod: pod["status"].get("containerStatuses", [{}])[0].get("restartCount"), "sick")
    docker.pod("loop", "exit", "1", spec={"restartPolicy": "Always"})
    docker.until(lambda pod: waiting(pod).get("reason") == "CrashLoopBackOff", "loop")


def test_a_container_beyond_its_limit_of_memory_is_killed_and_says_so(docker: Cluster) -> None:
    docker.pod("hungry", "eat", resources={"limits": {"memory": "32Mi"}})
    ended = docker.phase("hungry", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


def test_a_pod_that_ignores_the_signal_is_killed_after_its_grace(docker: Cluster) -> None:
    docker.pod("stubborn", spec={"terminationGracePeriodSeconds": 1}, command=["/bin/tool", "copy"], stdin=True)
    docker.ready("stubborn")
    docker.lab.cluster.delete(docker.lab.cluster.resource("pods"), "stubborn", "default", DeleteOptions())
    docker.gone("stubborn")


def test_commands_have_input_codes_and_terminals(docker: Cluster) -> None:
    docker.pod("entered")
    docker.ready("entered")
    assert kubectl(docker, "exec", "-i", "entered", "--", "/bin/tool", "copy", text="one\ntwo\n").stdout == "one\ntwo\n"
    assert kubectl(docker, "exec", "entered", "--", "/bin/tool", "exit", "7").returncode == 7
    assert kubectl(docker, "exec", "-t", "entered", "--", "/bin/tool", "echo", "x").stdout == "x\n"
    failed = kubectl(docker, "exec", "entered", "--", "/bin/none")
    assert "no such file or directory" in failed.stdout + failed.stderr
    assert failed.returncode == 126


def test_attaching_shows_what_is_printed_from_then_on(docker: Cluster) -> None:
    docker.pod("echoes", "copy", stdin=True, stdinOnce=True)
    docker.ready("echoes")
    assert "hello\n" in kubectl(docker, "attach", "-i", "echoes", text="hello\n").stdout


def test_a_port_is_forwarded(docker: Cluster) -> None:
    docker.pod("forwarded", "serve", "8080", "through the tunnel")
    docker.ready("forwarded")
    program = shutil.which("kubectl")
    if program is None:
        pytest.skip("no kubectl on this machine")
    environment = os.environ | dict(docker.lab.environment)
    command = [program, "port-forward", "pod/forwarded", ":8080"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as forwarding:
        assert forwarding.stdout is not None
        address = forwarding.stdout.readline().split()[2]
        with urllib.request.urlopen(f"http://{address}/", timeout=10) as answer:
            assert answer.read() == b"through the tunnel"
        forwarding.terminate()


def served(docker: Cluster) -> dict[str, Any]:
    """The Service `web`, with a pod behind it."""
    if docker.lab.cluster.store.find("services", "web", "default") is None:
        spec = {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}
        docker.create("services", "web", spec=spec)
        container = {"name": "main", "image": docker.image}
        spec = {"containers": [container], "imagePullSecrets": [{"name": "login"}]}
        docker.create("pods", "web", metadata={"labels": {"app": "web"}}, spec=spec)
        docker.ready("web")
    return docker.get("web", "services")


def test_a_service_answers_on_the_host(docker: Cluster) -> None:
    address, port = served(docker)["spec"]["clusterIP"], 80 if os.geteuid() == 0 else 8080
    with urllib.request.urlopen(f"http://{address}:{port}/", timeout=10) as answer:
        assert answer.read() == b"hello"


@pytest.mark.usefixtures("joined")
def test_pods_reach_services_the_api_and_names(docker: Cluster) -> None:
    served(docker)
    assert docker.output("client", "fetch", "$(WEB_SERVICE_HOST)", "80") == "hello\n"
    docker.pod("api", "fetch", "$(KUBERNETES_SERVICE_HOST)", "443")
    docker.phase("api", "Succeeded")
    assert docker.output("servers", "show", "/etc/resolv.conf").splitlines()[1] == "nameserver 127.96.0.10"


def test_where_networks_may_not_be_entered_pods_run_without_services(layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, flags: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("oakum.lab.node.sandbox.system.setns", refuse)
    with Lab(runtime="docker") as lab:
        load_image(Storage(lab.folder.registry, sync=False), layout)
        cluster = Cluster(lab)
        cluster.login()
        assert "nameserver 127.96.0.10" not in cluster.output("servers", "show", "/etc/resolv.conf")
        cluster.pod("web", readinessProbe={"tcpSocket": {"port": 8080}})
        cluster.ready("web")


@pytest.mark.parametrize("guarded", [True, False])
def test_a_lab_that_is_killed_leaves_nothing(layout: Path, tmp_path: Path, guarded: bool) -> None:
    folder = Folder(tmp_path / "lab")
    # By a process that ends, as a shell's command does: the lab is no child of the tests.
    subprocess.run([sys.executable, "-c", PROGRAM, str(folder.path)], check=True, timeout=60)
    state = folder.running()
    assert state is not None
    load_image(Storage(folder.registry), layout)
    environment = os.environ | {"KUBECONFIG": str(folder.kubeconfig)}
    command = ["kubectl", "run", "web", f"--image={state.registry}/test/tool:v1"]
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl on this machine")
    subprocess.run(command, env=environment, check=True, capture_output=True)
    mine = f"-{state.pid}-"
    eventually(lambda: len(left(mine)) == 2)
    assert left(mine)
    if not guarded:
        for process in processes(mine):
            os.kill(process, signal.SIGKILL)
    os.kill(state.pid, signal.SIGKILL)
    if not guarded:
        eventually(lambda: not folder.running())
        with Lab(runtime="docker") as lab:
            Cluster(lab).create("pods", "any", spec={"containers": [{"name": "main", "image": "none"}]})
            eventually(lambda: not left(mine))
    eventually(lambda: not left(mine))


def left(lab: str) -> list[dict[str, Any]]:
    everything = Engine(socket_path()).call("GET", "/containers/json", all=1, filters={"label": [LABEL]})
    return [each for each in everything if lab in each["Labels"][LABEL]]


def processes(argument: str) -> list[int]:
    """Those that have this text in one of their arguments."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it has ended meanwhile
                if any(argument.encode() in word for word in (folder / "cmdline").read_bytes().split(b"\0")):
                    found.append(int(folder.name))
    return found


@pytest.mark.parametrize(
    ("host", "reason"),
    [("tcp://192.0.2.1:2376", "unset DOCKER_HOST"), ("unix:///none/docker.sock", "no Docker engine answers at /none/docker.sock")],
)
def test_an_engine_elsewhere_or_none_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch, host: str, reason: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with Lab(runtime="docker") as lab:
        Cluster(lab).create("pods", "p", spec={"containers": [{"name": "main", "image": "any"}]})
        events = lab.cluster.store
        eventually(lambda: any(reason in each["message"] for each in events.list("events").items))


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user may not signal the engine's processes")
def test_a_command_that_nobody_waits_for_any_more_is_ended(docker: Cluster) -> None:
    command = ["/bin/tool", "sleep", "unmistakable-5e2b"]
    docker.pod("hangs", readinessProbe={"exec": {"command": command}, "periodSeconds": 100, "timeoutSeconds": 1})
    eventually(lambda: processes("unmistakable-5e2b"))
    eventually(lambda: not processes("unmistakable-5e2b"))
