"""Pods that really run."""

import base64
import contextlib
import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from oakum.lab import Lab
from oakum.lab.api.calls import DeleteOptions
from oakum.lab.load import load_image
from oakum.lab.node.cgroups import Cgroups, Limits
from oakum.lab.registry import Storage

from .conftest import Cluster, condition, waiting

LIMITS = ("memory.limit_in_bytes", "cpu.cfs_quota_us", "memory.max", "cpu.max")


def fetch(address: str, port: int) -> str:
    with urllib.request.urlopen(f"http://{address}:{port}/", timeout=5) as answer:
        return str(answer.read().decode())


def delete(cluster: Cluster, name: str, grace: int | None = None) -> None:
    pods = cluster.lab.cluster.resource("pods")
    cluster.lab.cluster.delete(pods, name, "default", DeleteOptions(grace=grace))


def test_a_pod_pulls_with_its_secret_runs_and_reports_what_a_kubelet_reports(cluster: Cluster) -> None:
    cluster.pod("web")
    pod = cluster.ready("web")
    status = pod["status"]["containerStatuses"][0]
    assert status["imageID"].startswith(f"{cluster.lab.registry}/test/tool@sha256:")
    assert set(status["state"]) == {"running"}
    assert (status["ready"], status["started"], status["restartCount"]) == (True, True, 0)
    assert {each["type"] for each in pod["status"]["conditions"]} == {
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
    }
    assert pod["status"]["podIP"].startswith("127.97.")
    # Without a probe a container is ready when it runs, which may be before its first word.
    assert cluster.until(lambda _: cluster.log("web"), "web")
    assert cluster.log("web") == "serving on 8080\n"


def test_without_the_secret_the_pull_fails_and_a_secret_mends_it_at_once(cluster: Cluster) -> None:
    store = cluster.lab.cluster.store
    store.delete("secrets", "login", "default")
    cluster.pod("web")
    cluster.until(lambda pod: waiting(pod).get("reason") == "ErrImagePull", "web")
    cluster.until(lambda pod: waiting(pod).get("reason") == "ImagePullBackOff", "web")
    assert "UNAUTHORIZED" in waiting(cluster.get("web"))["message"]
    cluster.login()
    cluster.ready("web")


def test_an_image_that_is_not_there_and_a_name_that_is_none(cluster: Cluster) -> None:
    cluster.pod("missing", image=f"{cluster.lab.registry}/test/none:v1")
    cluster.until(lambda pod: waiting(pod).get("reason") == "ErrImagePull", "missing")
    cluster.pod("wrong", image="UPPER/case")
    cluster.until(lambda pod: waiting(pod).get("reason") == "InvalidImageName", "wrong")


def test_a_pod_that_ends_has_succeeded_or_failed(cluster: Cluster) -> None:
    cluster.pod("good", "exit", "0")
    ended = cluster.phase("good", "Succeeded")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (0, "Completed")
    cluster.pod("bad", "exit", "3")
    ended = cluster.phase("bad", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (3, "Error")
    assert condition(cluster.get("bad"), "Ready") == "False"


def test_a_container_that_keeps_ending_is_backed_off(cluster: Cluster) -> None:
    cluster.pod("loop", "exit", "1", spec={"restartPolicy": "Always"})
    cluster.until(lambda pod: waiting(pod).get("reason") == "CrashLoopBackOff", "loop")
    status = cluster.get("loop")["status"]["containerStatuses"][0]
    assert status["restartCount"] == 1
    assert status["lastState"]["terminated"]["exitCode"] == 1
    assert waiting(cluster.get("loop"))["message"].startswith("back-off 10s restarting failed container=main")


def test_a_program_that_is_missing_is_a_start_error(cluster: Cluster) -> None:
    cluster.pod("nope", command=["/bin/nope"])
    ended = cluster.phase("nope", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (128, "StartError")
    assert "/bin/nope: no such file or directory" in ended["message"]


def test_deleting_a_pod_gives_it_the_chance_to_stop(cluster: Cluster) -> None:
    cluster.pod("web")
    cluster.ready("web")
    delete(cluster, "web")
    cluster.gone("web")


def test_a_pod_that_ignores_the_signal_is_killed_after_its_grace(cluster: Cluster) -> None:
    cluster.pod("stubborn", spec={"terminationGracePeriodSeconds": 1}, command=["/bin/tool", "copy"], stdin=True)
    cluster.ready("stubborn")
    delete(cluster, "stubborn")
    cluster.gone("stubborn")


def test_a_pod_whose_image_cannot_be_pulled_is_deleted_at_once(cluster: Cluster) -> None:
    cluster.pod("missing", image=f"{cluster.lab.registry}/test/none:v1")
    cluster.until(lambda pod: waiting(pod).get("reason") == "ErrImagePull", "missing")
    delete(cluster, "missing")
    cluster.gone("missing")


def test_two_pods_listen_on_one_port_and_a_service_answers_on_the_host(cluster: Cluster) -> None:
    labels = {"metadata": {"labels": {"app": "web"}}}
    template = {**labels, "spec": {"containers": [{"name": "main", "image": cluster.image, "args": ["serve", "8080"]}]}}
    template["spec"]["imagePullSecrets"] = [{"name": "login"}]
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    cluster.create("deployments.apps", "web", spec=spec)
    cluster.create("services", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 8080}], "type": "NodePort"})
    cluster.until(lambda found: (found.get("status") or {}).get("readyReplicas") == 2, "web", "deployments.apps")
    service = cluster.get("web", "services")["spec"]
    assert fetch(service["clusterIP"], 8080) == "hello"
    assert fetch("127.0.0.1", service["ports"][0]["nodePort"]) == "hello"


def test_a_udp_service_answers_on_the_host_and_to_pods(cluster: Cluster) -> None:
    ports = [{"port": 5300, "targetPort": 5353, "protocol": "UDP"}]
    cluster.create("services", "loud", spec={"selector": {"app": "loud"}, "ports": ports, "type": "NodePort"})
    cluster.pod("loud", "shout", "5353")
    labels = {"metadata": {"labels": {"app": "loud"}}}
    cluster.lab.cluster.patch(cluster.lab.cluster.resource("pods"), "loud", labels, "merge", "default")
    cluster.ready("loud")
    cluster.until(lambda found: [each for each in found["subsets"] if each.get("addresses")], "loud", "endpoints")
    service = cluster.get("loud", "services")["spec"]
    for address, port in ((service["clusterIP"], 5300), ("127.0.0.1", service["ports"][0]["nodePort"])):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.5)
            client.connect((address, port))
            for attempt in range(20):  # datagrams may be lost, for instance before the program listens
                with contextlib.suppress(TimeoutError, ConnectionRefusedError):
                    client.send(b"hello %d" % attempt)
                    assert client.recv(100).startswith(b"HELLO")
                    break
            else:
                pytest.fail(f"nothing answers at {address}:{port}")
    shown = cluster.output("client", "say", "$(LOUD_SERVICE_HOST)", "$(LOUD_SERVICE_PORT)", "hello")
    if "connect" in shown:
        pytest.skip("this machine does not let pods be joined")
    assert shown == "HELLO\n"


def test_pods_reach_services_by_address_and_by_variables(cluster: Cluster) -> None:
    cluster.create("services", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]})
    cluster.create(
        "pods",
        "web",
        metadata={"labels": {"app": "web"}},
        spec={"containers": [{"name": "main", "image": cluster.image}], "imagePullSecrets": [{"name": "login"}]},
    )
    cluster.ready("web")
    shown = cluster.output("client", "fetch", "$(WEB_SERVICE_HOST)", "$(WEB_SERVICE_PORT)")
    if "connect" in shown:
        pytest.skip("this machine does not let pods be joined")
    assert shown == "hello\n"


def test_a_service_without_pods_refuses(cluster: Cluster) -> None:
    cluster.create("services", "none", spec={"selector": {"app": "none"}, "ports": [{"port": 8080}]})
    address = cluster.get("none", "services")["spec"]["clusterIP"]

    def ask() -> None:
        with socket.create_connection((address, 8080), 5) as connection:
            connection.recv(10)

    with pytest.raises(ConnectionError):
        ask()


def test_variables_come_from_literals_maps_secrets_and_fields(cluster: Cluster) -> None:
    cluster.create("configmaps", "map", data={"A": "from map", "B": "b"})
    cluster.create("secrets", "secret", data={"S": base64.b64encode(b"from secret").decode()})
    env = [
        {"name": "LITERAL", "value": "$(A) and $$(A) and $(MISSING)"},
        {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "secret", "key": "S"}}},
        {"name": "OPTIONAL", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "x", "optional": True}}},
        {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
    ]
    source = [{"configMapRef": {"name": "map"}}, {"configMapRef": {"name": "map"}, "prefix": "P_"}]
    shown = dict(
        line.split("=", 1) for line in cluster.output("env", "env", env=env, envFrom=source).splitlines() if "=" in line
    )
    wanted = {"LITERAL": "from map and $(A) and $(MISSING)", "SECRET": "from secret", "P_B": "b", "NAME": "env"}
    assert wanted.items() <= shown.items()
    assert shown["IP"].startswith("127.97.")
    assert "OPTIONAL" not in shown


def test_a_missing_config_map_is_reported_and_waited_for(cluster: Cluster) -> None:
    cluster.pod("late", "env", envFrom=[{"configMapRef": {"name": "late"}}])
    cluster.until(lambda pod: waiting(pod).get("reason") == "CreateContainerConfigError", "late")
    assert waiting(cluster.get("late"))["message"] == 'configmap "late" not found'
    cluster.create("configmaps", "late", data={"A": "b"})
    cluster.phase("late", "Succeeded")


def test_volumes_show_maps_and_secrets_and_share_an_empty_folder(cluster: Cluster) -> None:
    cluster.create("configmaps", "map", data={"key": "from map"})
    volumes = [{"name": "map", "configMap": {"name": "map"}}, {"name": "shared", "emptyDir": {}}]
    mounts = [{"name": "map", "mountPath": "/map"}, {"name": "shared", "mountPath": "/shared"}]
    first = {"name": "first", "image": cluster.image, "args": ["put", "/shared/file", "from init"], "volumeMounts": mounts}
    spec = {"volumes": volumes, "initContainers": [first]}
    assert cluster.output("shared", "show", "/shared/file", volumeMounts=mounts, spec=spec) == "from init"
    assert cluster.output("map", "show", "/map/key", volumeMounts=mounts, spec=spec) == "from map"
    read_only = [{"name": "map", "mountPath": "/map", "readOnly": True}]
    cluster.pod("write", "put", "/map/key", "x", volumeMounts=read_only, spec={"volumes": volumes})
    cluster.phase("write", "Failed")


def test_an_init_container_runs_once_also_where_the_others_are_restarted_for_ever(cluster: Cluster) -> None:
    first = {"name": "first", "image": cluster.image, "args": ["echo", "prepared"]}
    cluster.pod("prepared", "serve", "8080", spec={"initContainers": [first], "restartPolicy": "Always"})
    statuses = cluster.ready("prepared")["status"]["initContainerStatuses"]
    assert [(each["restartCount"], each["state"]["terminated"]["exitCode"]) for each in statuses] == [(0, 0)]


def test_a_claim_outlives_the_pod_that_wrote_it(cluster: Cluster) -> None:
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    cluster.create("persistentvolumeclaims", "data", spec=claim)
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    mounts = [{"name": "data", "mountPath": "/data"}]
    assert cluster.output("writer", "put", "/data/file", "kept", volumeMounts=mounts, spec={"volumes": volumes}) == ""
    delete(cluster, "writer", grace=0)
    shown = cluster.output("reader", "show", "/data/file", volumeMounts=mounts, spec={"volumes": volumes})
    assert shown == "kept"


def test_a_folder_of_the_host_is_not_mounted(cluster: Cluster) -> None:
    mounts = [{"name": "host", "mountPath": "/host"}]
    spec = {"volumes": [{"name": "host", "hostPath": {"path": "/etc"}}]}
    cluster.pod("curious", "show", "/host/passwd", volumeMounts=mounts, spec=spec)
    cluster.until(lambda pod: waiting(pod).get("reason") == "ContainerCreating", "curious")
    delete(cluster, "curious")
    cluster.gone("curious")


def test_a_config_map_that_changes_is_seen_by_the_running_container(cluster: Cluster) -> None:
    made = cluster.create("configmaps", "map", data={"key": "old"})
    volumes = {"volumes": [{"name": "map", "configMap": {"name": "map"}}]}
    cluster.pod("web", volumeMounts=[{"name": "map", "mountPath": "/map"}], spec=volumes)
    cluster.ready("web")
    uid = cluster.get("web")["metadata"]["uid"]
    name = made["metadata"]["name"]
    cluster.lab.cluster.store.mutate("configmaps", name, "default", lambda obj: obj.update(data={"key": "new"}))
    shown = cluster.lab.folder.node / "pods" / uid / "volumes" / "map" / "key"
    for _ in range(200):
        if shown.read_text() == "new":
            return
        time.sleep(0.02)
    raise AssertionError(shown.read_text())


def test_the_user_is_that_of_the_security_context(cluster: Cluster) -> None:
    context = {"runAsUser": 1234, "runAsGroup": 99}
    assert cluster.output("id", "id", securityContext=context) == "1234 99\n"
    cluster.pod("root", "id", securityContext={"runAsNonRoot": True})
    cluster.until(lambda pod: waiting(pod).get("reason") == "CreateContainerConfigError", "root")


def test_a_readiness_probe_decides(cluster: Cluster) -> None:
    probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
    cluster.pod("web", readinessProbe=probe)
    cluster.ready("web")
    cluster.pod("other", readinessProbe={"tcpSocket": {"port": 9999}, "periodSeconds": 1})
    cluster.phase("other", "Running")
    assert condition(cluster.get("other"), "Ready") == "False"


def test_a_failing_liveness_probe_restarts_the_container(cluster: Cluster) -> None:
    probe = {"exec": {"command": ["/bin/tool", "exit", "1"]}, "periodSeconds": 1, "failureThreshold": 1}
    cluster.pod("sick", livenessProbe=probe, spec={"restartPolicy": "Always"})
    cluster.until(lambda pod: pod["status"].get("containerStatuses", [{}])[0].get("restartCount"), "sick")


def test_pods_go_on_after_the_lab_has_been_restarted(layout: Path, tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        load_image(Storage(lab.folder.registry), layout)
        cluster = Cluster(lab)
        cluster.login()
        cluster.pod("web", spec={"restartPolicy": "Always"})
        cluster.ready("web")
        first = cluster.get("web")["status"]["containerStatuses"][0]["containerID"]
    with Lab(tmp_path) as lab:
        cluster = Cluster(lab)
        cluster.until(lambda pod: pod["status"]["containerStatuses"][0].get("containerID", first) != first, "web")
        cluster.ready("web")
        assert cluster.get("web")["status"]["containerStatuses"][0]["restartCount"] == 1


def test_nothing_runs_after_the_lab_has_ended(layout: Path) -> None:
    with Lab() as lab:
        load_image(Storage(lab.folder.registry, sync=False), layout)
        cluster = Cluster(lab)
        cluster.login()
        cluster.pod("web", "serve", "8080", "unmistakable-7f3a")
        cluster.ready("web")
        assert running("unmistakable-7f3a")
    assert not running("unmistakable-7f3a")


def running(argument: str) -> bool:
    """Whether some process has this argument."""
    lines = (Path("/proc") / name / "cmdline" for name in os.listdir("/proc") if name.isdigit())
    return any(argument.encode() in line.read_bytes().split(b"\0") for line in lines if line.exists())


def test_a_pod_pulls_over_tls_with_a_token(layout: Path) -> None:
    with Lab(registry_tls=True, registry_login="token") as lab:
        load_image(Storage(lab.folder.registry, sync=False), layout)
        cluster = Cluster(lab)
        cluster.login()
        assert cluster.output("id", "id", securityContext={"runAsUser": 7}) == "7 0\n"


@pytest.mark.lab(runtime="simulated")
def test_simulated_pods_do_what_their_annotation_says(lab: Lab) -> None:
    cluster = Cluster(lab)
    for name, phase in (("succeed", "Succeeded"), ("fail", "Failed"), ("run", "Running")):
        metadata = {"annotations": {"lab.oakum.dev/simulate": name}}
        spec = {"containers": [{"name": "main", "image": "any"}], "restartPolicy": "Never"}
        cluster.create("pods", name, metadata=metadata, spec=spec)
        cluster.phase(name, phase)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may do without user namespaces")
@pytest.mark.parametrize("runtime", ["privileged", "chroot"])
def test_root_runs_pods_without_user_namespaces_too(layout: Path, runtime: str) -> None:
    with Lab(runtime=runtime) as lab:
        load_image(Storage(lab.folder.registry, sync=False), layout)
        cluster = Cluster(lab)
        cluster.login()
        cluster.create("configmaps", "map", data={"key": "from map"})
        volumes = {"volumes": [{"name": "map", "configMap": {"name": "map"}}]}
        mounts = [{"name": "map", "mountPath": "/map"}]
        assert cluster.output("show", "show", "/map/key", volumeMounts=mounts, spec=volumes) == "from map"
        assert cluster.output("id", "id", securityContext={"runAsUser": 1234}) == "1234 0\n"
        assert cluster.output("file", "show", "/etc/hostname") == "file\n"
        cluster.pod("web", "serve", "18743", readinessProbe={"tcpSocket": {"port": 18743}})
        cluster.ready("web")
        delete(cluster, "web")
        cluster.gone("web")


def test_many_pods_of_a_new_image_start_at_once(cluster: Cluster) -> None:
    names = [f"web{number}" for number in range(8)]
    for name in names:
        cluster.pod(name)
    for name in names:
        cluster.ready(name)


def test_a_strict_umask_is_no_obstacle(cluster: Cluster) -> None:
    before = os.umask(0o077)
    try:
        cluster.create("configmaps", "map", data={"key": "from map"})
        volumes = [{"name": "map", "configMap": {"name": "map"}}, {"name": "empty", "emptyDir": {}}]
        mounts = [{"name": "map", "mountPath": "/map"}, {"name": "empty", "mountPath": "/empty"}]
        user = {"runAsUser": 1234}
        options = {"volumeMounts": mounts, "spec": {"volumes": volumes}, "securityContext": user}
        assert cluster.output("show", "show", "/map/key", **options) == "from map"
        assert cluster.output("put", "put", "/empty/file", "x", **options) == ""
    finally:
        os.umask(before)


@pytest.mark.parametrize("policy", ["IfNotPresent", "Always", "Never"])
def test_an_image_that_was_loaded_runs_under_the_name_of_its_own_registry(cluster: Cluster, layout: Path, policy: str) -> None:
    load_image(Storage(cluster.lab.folder.registry, sync=False), layout, "somebody/tool:v2")
    assert cluster.output("hub", "echo", "hello", image="somebody/tool:v2", imagePullPolicy=policy) == "hello\n"
    identity = cluster.get("hub")["status"]["containerStatuses"][0]["imageID"]
    assert identity.startswith("docker.io/somebody/tool@sha256:")


@pytest.fixture
def groups() -> None:
    tried = Cgroups()
    tried.close()
    if tried.refusal:
        pytest.skip(f"this machine lets no control groups be made: {tried.refusal}")


@pytest.mark.usefixtures("groups")
def test_a_container_beyond_its_limit_of_memory_is_killed_and_says_so(cluster: Cluster) -> None:
    cluster.pod("hungry", "eat", resources={"limits": {"memory": "32Mi"}})
    ended = cluster.phase("hungry", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


@pytest.mark.usefixtures("groups")
def test_control_groups_are_removed_also_when_a_killed_process_takes_a_moment_to_end() -> None:
    made = Cgroups()
    group = made.make("late", Limits(memory=64 << 20))
    assert group is not None
    with subprocess.Popen(["sleep", "0.5"]) as process:
        for descriptor in group.open():
            os.write(descriptor, str(process.pid).encode())
            os.close(descriptor)
        made.close()
    assert not list(Path("/sys/fs/cgroup").rglob(f"oakum-lab-{os.getpid()}-*/late"))


def _own_groups() -> set[Path]:
    return {path for path in Path("/sys/fs/cgroup").rglob("oakum-lab-*") if f"-{os.getpid()}-" in path.name}


@pytest.mark.usefixtures("groups")
def test_limits_are_the_kernels_while_a_container_runs_and_are_gone_with_the_lab(layout: Path) -> None:
    others = _own_groups()  # of labs of other tests that still run in this process
    with Lab() as lab:
        load_image(Storage(lab.folder.registry, sync=False), layout)
        cluster = Cluster(lab)
        cluster.login()
        cluster.pod("limited", "serve", resources={"limits": {"memory": "64Mi", "cpu": "250m"}})
        cluster.ready("limited")
        groups = _own_groups() - others
        said = {path.read_text().split()[0] for group in groups for path in group.glob("*/*") if path.name in LIMITS}
        assert said == {str(64 << 20), "25000"}
    assert not [path for path in groups if path.exists()]


def test_groups_of_version_2_have_their_limits_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory")
    made = Cgroups(tmp_path)
    assert made.refusal == ""
    group = made.make("name", Limits(memory=1 << 20, processors=0.5))
    assert group is not None
    folder = next(tmp_path.glob("oakum-lab-*/name"))
    assert (folder / "memory.max").read_text() == str(1 << 20)
    assert (folder / "cpu.max").read_text() == "50000 100000"
    assert (folder.parent / "cgroup.subtree_control").read_text() == "+memory +cpu"
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    assert group.out_of_memory()
    for path in (*folder.iterdir(), folder.parent / "cgroup.subtree_control"):
        path.unlink()  # the kernel's files go with their folder
    group.remove()
    made.close()
    assert not list(tmp_path.glob("oakum-lab-*"))


def test_a_machine_that_lets_no_groups_be_made_limits_nothing(tmp_path: Path) -> None:
    refused = Cgroups(tmp_path)
    assert "No such file" in refused.refusal
    assert refused.make("name", Limits(memory=1 << 20)) is None


def test_limits_are_those_of_the_specification() -> None:
    stated = {"resources": {"limits": {"memory": "1.5Gi", "cpu": "1500m", "ephemeral-storage": "1Gi"}}}
    assert Limits.of(stated) == Limits(memory=3 << 29, processors=1.5)
    assert (Limits.of(stated).quota, Limits.of({})) == (150_000, Limits())


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's containers have one user and one group")
def test_volumes_are_for_the_group_that_the_pod_asks_for(cluster: Cluster) -> None:
    cluster.create("secrets", "secret", stringData={"key": "from secret"}, type="Opaque")
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    cluster.create("persistentvolumeclaims", "data", spec=claim)
    volumes = [
        {"name": "secret", "secret": {"secretName": "secret", "defaultMode": 0o400, "items": [{"key": "key", "path": "a/b"}]}},
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "empty", "emptyDir": {}},
    ]
    mounts = [
        {"name": "secret", "mountPath": "/secret"},
        {"name": "data", "mountPath": "/data"},
        {"name": "empty", "mountPath": "/below", "subPath": "a/b"},
    ]
    spec = {"volumes": volumes, "securityContext": {"runAsUser": 1000, "runAsGroup": 2000, "fsGroup": 3000}}
    options = {"volumeMounts": mounts, "spec": spec}
    assert cluster.output("reads", "show", "/secret/a/b", **options) == "from secret"
    assert cluster.output("writes", "put", "/below/file", "x", **options) == ""
    assert cluster.output("keeps", "put", "/data/file", "x", **options) == ""
    folder = next((cluster.lab.folder.node / "volumes").iterdir())
    first = folder.stat().st_uid
    assert ((folder / "file").stat().st_uid, (folder / "file").stat().st_gid) == (first + 1000, first + 3000)


def test_a_program_opens_its_streams_by_name_whatever_its_user(cluster: Cluster) -> None:
    assert cluster.output("zero", "put", "/dev/stdout", "to the log") == "to the log"
    shown = cluster.output("user", "put", "/proc/self/fd/2", "to the log", securityContext={"runAsUser": 1234})
    assert shown == "to the log"


def test_resources_are_rounded_up_and_without_a_limit_those_of_the_node(cluster: Cluster) -> None:
    names = {"CPU": "limits.cpu", "MEMORY": "limits.memory", "ASKED": "requests.memory"}
    env = [{"name": name, "valueFrom": {"resourceFieldRef": {"resource": field}}} for name, field in names.items()]
    stated = {"limits": {"cpu": "1500m"}, "requests": {"cpu": "1"}}
    shown = dict(line.split("=", 1) for line in cluster.output("env", "env", env=env, resources=stated).splitlines())
    assert (shown["CPU"], shown["ASKED"]) == ("2", "0")
    assert int(shown["MEMORY"]) == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024 * 1024


def test_a_post_start_hook_that_fails_ends_the_container(cluster: Cluster) -> None:
    hook = {"postStart": {"exec": {"command": ["/bin/tool", "exit", "1"]}}}
    cluster.pod("hooked", lifecycle=hook)
    cluster.until(lambda pod: pod["status"].get("phase") in ("Succeeded", "Failed"), "hooked")
    events = [each["reason"] for each in cluster.lab.cluster.store.list("events").items]
    assert "FailedPostStartHook" in events


def test_a_probe_that_hangs_has_failed_and_leaves_no_process(cluster: Cluster) -> None:
    command = ["/bin/tool", "sleep", "unmistakable-8c1d"]
    cluster.pod("hangs", readinessProbe={"exec": {"command": command}, "periodSeconds": 1, "timeoutSeconds": 1})
    events = cluster.lab.cluster.store
    deadline = time.monotonic() + 20
    while not any(each["reason"] == "Unhealthy" for each in events.list("events").items):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    delete(cluster, "hangs", grace=0)
    cluster.gone("hangs")
    assert not running("unmistakable-8c1d")


def test_a_sidecar_that_ends_with_its_pod_says_so(cluster: Cluster) -> None:
    sidecar = {"name": "side", "image": cluster.image, "args": ["serve", "9090"], "restartPolicy": "Always"}
    cluster.pod("done", "exit", "0", spec={"initContainers": [sidecar]})
    cluster.until(lambda pod: "terminated" in pod["status"].get("initContainerStatuses", [{"state": {}}])[0]["state"], "done")
    cluster.phase("done", "Succeeded")


def test_a_volume_shows_the_pods_own_fields(cluster: Cluster) -> None:
    items = [
        {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
        {"path": "name", "fieldRef": {"fieldPath": "metadata.name"}},
        {"path": "cpu", "resourceFieldRef": {"containerName": "main", "resource": "limits.cpu", "divisor": "1m"}},
    ]
    container = {
        "name": "main",
        "image": cluster.image,
        "args": ["sleep"],
        "resources": {"limits": {"cpu": "250m"}},
        "volumeMounts": [{"name": "down", "mountPath": "/down"}],
    }
    spec = {"containers": [container], "volumes": [{"name": "down", "downwardAPI": {"items": items}}]}
    spec |= {"imagePullSecrets": [{"name": "login"}], "terminationGracePeriodSeconds": 0}
    cluster.create("pods", "shown", metadata={"labels": {"b": "2", "a": "1"}}, spec=spec)
    uid = cluster.ready("shown")["metadata"]["uid"]
    folder = cluster.lab.folder.node / "pods" / uid / "volumes" / "down"
    assert {item["path"]: (folder / item["path"]).read_text() for item in items} == {
        "labels": 'a="1"\nb="2"',
        "name": "shown",
        "cpu": "250",
    }


@pytest.mark.lab(runtime="simulated")
def test_a_pod_goes_also_when_some_of_its_files_have_to_stay(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(folder))

    monkeypatch.setattr("oakum.lab.node.pods.remove_tree", refuse)
    cluster = Cluster(lab)
    cluster.pod("web")
    cluster.ready("web")
    delete(cluster, "web")
    cluster.gone("web")


def test_an_ephemeral_container_runs_beside_the_others(cluster: Cluster) -> None:
    cluster.pod("web")
    cluster.ready("web")
    pods = cluster.lab.cluster.resource("pods")
    added = {"name": "debugger", "image": cluster.image, "args": ["echo", "seen"], "targetContainerName": "main"}
    change = {"spec": {"ephemeralContainers": [added]}}
    cluster.lab.cluster.patch(pods, "web", change, "strategic", "default", None, "ephemeralcontainers")
    statuses = "ephemeralContainerStatuses"
    ended = cluster.until(lambda pod: pod["status"].get(statuses, [{"state": {}}])[0]["state"].get("terminated"), "web")
    assert ended["exitCode"] == 0
    assert cluster.get("web")["status"]["phase"] == "Running"
    delete(cluster, "web", grace=1)
    cluster.gone("web")


def test_what_a_pod_asks_for_in_vain_is_told_by_events(cluster: Cluster) -> None:
    cluster.pod("web", spec={"shareProcessNamespace": True, "volumes": [{"name": "v", "emptyDir": {"medium": "Memory"}}]})
    cluster.ready("web")
    events = cluster.lab.cluster.store.list("events", "default").items
    told = [event["message"] for event in events if event["reason"] == "NotInThisLab"]
    assert len(told) == 2
    assert any("shareProcessNamespace" in each for each in told)


def test_names_are_resolved_as_the_pod_says(cluster: Cluster) -> None:
    own = {"nameservers": ["127.0.0.9"], "searches": ["a.b"], "options": [{"name": "ndots", "value": "1"}]}
    shown = cluster.output("own", "show", "/etc/resolv.conf", spec={"dnsPolicy": "None", "dnsConfig": own})
    assert shown == "search a.b\nnameserver 127.0.0.9\noptions ndots:1\n"
    more = cluster.output("more", "show", "/etc/resolv.conf", spec={"dnsConfig": own})
    assert "svc.cluster.local" in more
    assert "a.b\n" in more
