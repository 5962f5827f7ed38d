"""Pods that really run."""

import os
from pathlib import Path

import pytest

from oakum.lab import Lab
from oakum.lab.load import load_image
from oakum.lab.registry import Storage

from .conftest import Cluster, condition, delete, is_running, waiting


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


def test_an_init_container_runs_once_also_where_the_others_are_restarted_for_ever(cluster: Cluster) -> None:
    first = {"name": "first", "image": cluster.image, "args": ["echo", "prepared"]}
    cluster.pod("prepared", "serve", "8080", spec={"initContainers": [first], "restartPolicy": "Always"})
    statuses = cluster.ready("prepared")["status"]["initContainerStatuses"]
    assert [(each["restartCount"], each["state"]["terminated"]["exitCode"]) for each in statuses] == [(0, 0)]


def test_the_user_is_that_of_the_security_context(cluster: Cluster) -> None:
    context = {"runAsUser": 1234, "runAsGroup": 99}
    assert cluster.output("id", "id", securityContext=context) == "1234 99\n"
    cluster.pod("root", "id", securityContext={"runAsNonRoot": True})
    cluster.until(lambda pod: waiting(pod).get("reason") == "CreateContainerConfigError", "root")


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
        assert is_running("unmistakable-7f3a")
    assert not is_running("unmistakable-7f3a")


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


def test_a_program_opens_its_streams_by_name_whatever_its_user(cluster: Cluster) -> None:
    assert cluster.output("zero", "put", "/dev/stdout", "to the log") == "to the log"
    shown = cluster.output("user", "put", "/proc/self/fd/2", "to the log", securityContext={"runAsUser": 1234})
    assert shown == "to the log"


def test_a_post_start_hook_that_fails_ends_the_container(cluster: Cluster) -> None:
    hook = {"postStart": {"exec": {"command": ["/bin/tool", "exit", "1"]}}}
    cluster.pod("hooked", lifecycle=hook)
    cluster.until(lambda pod: pod["status"].get("phase") in ("Succeeded", "Failed"), "hooked")
    events = [each["reason"] for each in cluster.lab.cluster.store.list("events").items]
    assert "FailedPostStartHook" in events


def test_a_sidecar_that_ends_with_its_pod_says_so(cluster: Cluster) -> None:
    sidecar = {"name": "side", "image": cluster.image, "args": ["serve", "9090"], "restartPolicy": "Always"}
    cluster.pod("done", "exit", "0", spec={"initContainers": [sidecar]})
    cluster.until(lambda pod: "terminated" in pod["status"].get("initContainerStatuses", [{"state": {}}])[0]["state"], "done")
    cluster.phase("done", "Succeeded")


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
