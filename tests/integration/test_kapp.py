"""kapp with an application that runs pods, on whatever `--target` names."""
from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import BIN, PULL_SECRET, Kubectl

APP = "shop"
Kapp = Callable[..., str]


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def deployment(image: str, *arguments: str, **environment: str) -> dict[str, Any]:
    container = {"name": "main", "image": image, "args": list(arguments) or ["serve"],
                 "env": [{"name": name, "value": value} for name, value in environment.items()]}
    pod = {"containers": [container], "imagePullSecrets": [{"name": PULL_SECRET}], "terminationGracePeriodSeconds": 1}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        # Without a probe, a program that fails is ready for as long as it runs.
        "spec": {"replicas": 1, "minReadySeconds": 5 * ("fail" in arguments), "progressDeadlineSeconds": 60, "selector": {"matchLabels": {"app": "web"}},
                 "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod}},
    }


def job(image: str, *arguments: str) -> dict[str, Any]:
    pod = {"containers": [{"name": "main", "image": image, "args": list(arguments)}], "restartPolicy": "Never",
           "imagePullSecrets": [{"name": PULL_SECRET}]}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "task"},
            "spec": {"backoffLimit": 0, "template": {"spec": pod}}}


@pytest.fixture
def kapp(kubectl: Kubectl) -> Kapp:
    """Runs kapp in the test's namespace; fails the test when its exit status is not `status`. Returns all it said."""

    def start(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [BIN / "kapp", *words, "-n", kubectl.namespace]
        return subprocess.run(command, env=kubectl.environment | (env or {}), capture_output=True, text=True, timeout=180)

    def run(*words: str, status: int = 0, env: dict[str, str] | None = None) -> str:
        done = start(*words, env=env)
        assert done.returncode == status, f"kapp {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    run.start = start  # type: ignore[attr-defined]  # for tests that do not know how it ends
    return run


@pytest.fixture
def written(tmp_path) -> Callable[..., Path]:
    """Writes resources to a file of their own."""

    def write(*resources: dict[str, Any], name: str = "app.json") -> Path:
        path = tmp_path / name
        path.write_text("".join(f"---\n{json.dumps(resource)}\n" for resource in resources))
        return path

    return write


@pytest.fixture
def deploy(kapp, written) -> Kapp:
    """Deploys resources as the app."""

    def run(*resources: dict[str, Any], words: tuple[str, ...] = (), **more: Any) -> str:
        return kapp("deploy", "-a", APP, "-f", str(written(*resources)), "-y", *words, **more)

    return run


@pytest.fixture
def pulls(kubectl, target) -> None:
    """The secret that pods pull the image with."""
    login = f"--from-file=.dockerconfigjson={target.docker_config}/config.json"
    kubectl("create", "secret", "generic", PULL_SECRET, login, "--type=kubernetes.io/dockerconfigjson")


def changes(kapp: Kapp) -> list[dict[str, str]]:
    """The app's changes, the newest first."""
    return list(json.loads(kapp("app-change", "ls", "-a", APP, "--json"))["Tables"][0]["Rows"])


def test_an_app_with_pods_from_first_to_last(kapp, deploy, kubectl, pulls, image):
    settings = config_map("settings", colour="red")
    told = deploy(settings, deployment(image))
    assert "ok: reconcile deployment/web (apps/v1)" in told
    assert told.rstrip().endswith("Succeeded")
    assert "Op:      0 create, 0 delete, 0 update, 0 noop, 0 exists" in deploy(settings, deployment(image))

    told = deploy(settings, deployment(image, GREETING="hello"), words=("--diff-changes",))
    assert "- name: GREETING" in told
    assert "Op:      0 create, 0 delete, 1 update, 0 noop, 0 exists" in told
    tree = kapp("inspect", "-a", APP, "--tree")
    assert "Deployment" in tree
    assert "L.." in tree, "the pods are below their ReplicaSet"

    kapp("rename", "-a", APP, "--new-name", "store", "-y")
    assert "store" in kapp("ls")
    told = kapp("deploy", "-a", "store", "-f", str(Path(kubectl.environment["HOME"]) / "app.json"), "-y")
    assert "Op:      0 create, 0 delete, 0 update, 0 noop, 0 exists" in told

    told = kapp("delete", "-a", "store", "-y")
    assert "ok: delete deployment/web (apps/v1)" in told
    for kind in ("deployments", "pods", "configmaps"):
        assert not [name for name in kubectl("get", kind, "-o", "name").split() if "kube-root-ca" not in name]


def test_what_an_app_no_longer_has_is_deleted(deploy, kubectl):
    deploy(config_map("kept"), config_map("dropped"))
    assert "Op:      0 create, 1 delete, 0 update, 0 noop, 0 exists" in deploy(config_map("kept"))
    assert "not found" in kubectl("get", "configmap", "dropped", status=1)


def test_a_task_that_fails_ends_the_deploy_with_its_reason(kapp, deploy, pulls, image):
    told = deploy(job(image, "fail"), status=1)
    assert "kapp: Error: waiting on reconcile job/task (batch/v1)" in told
    assert "BackoffLimitExceeded" in told
    assert changes(kapp)[0]["successful"] == "false"


def test_a_pod_that_crashes_ends_a_strict_deploy_early_with_its_last_words(deploy, pulls, image):
    told = deploy(deployment(image, "fail"), words=("--wait-strict",), status=1)
    assert "kapp: Error: waiting on reconcile deployment/web (apps/v1)" in told
    assert "failing as told" in told


def test_an_image_that_is_not_there_ends_a_strict_deploy_early(deploy, pulls, image):
    absent = image.partition("@")[0] + "@sha256:" + "0" * 64
    told = deploy(deployment(absent), words=("--wait-strict",), status=1)
    assert "ErrImagePull" in told or "ImagePullBackOff" in told


def test_a_deployment_that_makes_no_progress_fails(deploy, pulls, image):
    stuck = deployment(image, "fail")
    stuck["spec"]["progressDeadlineSeconds"] = 6
    assert "ProgressDeadlineExceeded" in deploy(stuck, status=1)


def test_logs(kapp, deploy, pulls, image):
    deploy(deployment(image))
    assert "> main | serving" in kapp("logs", "-a", APP)


def test_two_deploys_at_once_wait_for_one_another_when_they_lock(kapp, deploy, written):
    deploy(config_map("first", k="0"))
    told = at_once(kapp, written, "--lock", "--lock-wait", "60s")
    assert [status for status, _ in told] == [0, 0]
    assert all("Op:      0 create, 0 delete, 1 update" in text for _, text in told)
    assert [change["successful"] for change in changes(kapp)] == ["true"] * 3


def test_two_deploys_at_once_lose_no_history(kapp, deploy, written, kubectl):
    deploy(config_map("first", k="0"))
    told = at_once(kapp, written)
    assert 0 in [status for status, _ in told]
    recorded = sorted(change["successful"] for change in changes(kapp))
    assert recorded == sorted(["true", *("false" if status else "true" for status, _ in told)])
    assert kubectl.json("get", "configmap", "first")["data"]["k"] in "12"


def at_once(kapp: Kapp, written: Callable[..., Path], *words: str) -> list[tuple[int, str]]:
    """Exit statuses and outputs of two deploys of the app that begin together."""
    files = [written(config_map("first", k=str(n)), name=f"{n}.json") for n in (1, 2)]

    def run(file: Path) -> tuple[int, str]:
        done = kapp.start("deploy", "-a", APP, "-f", str(file), "-y", *words)
        return done.returncode, done.stdout + done.stderr

    with ThreadPoolExecutor() as both:
        return list(both.map(run, files))


@pytest.mark.parametrize("when", ["planning", "applying", "waiting"])
def test_after_kill_9_the_next_deploy_converges_and_the_record_says_so(kapp, deploy, written, kubectl, pulls, image, when):
    resources = [*(config_map(f"k{n}", k="v") for n in range(8)), deployment(image)]
    sign = {"planning": "Changes", "applying": "create configmap/k1 ", "waiting": "waiting on"}[when]
    command = [BIN / "kapp", "deploy", "-a", APP, "-f", written(*resources), "-y", "-n", kubectl.namespace]
    with subprocess.Popen(command, env=kubectl.environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if sign in line:
                break
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL, "it had ended by itself"
    assert deploy(*resources).rstrip().endswith("Succeeded")
    assert "Op:      0 create, 0 delete, 0 update, 0 noop, 0 exists" in deploy(*resources)
    assert sorted(kubectl("get", "configmaps", "-l", "kapp.k14s.io/app", "-o", "name").split()) == [f"configmap/k{n}" for n in range(8)]
    told = [change["successful"] for change in changes(kapp)]
    assert told[0] == "true"
    assert set(told[1:]) <= {"false", ""}, "the killed deploy is no success"


def test_a_user_without_rights_is_told_which_one_is_missing(kapp, deploy, kubectl, target, tmp_path):
    restricted = restricted_user(kubectl, target, tmp_path, "--verb=get,list,watch", "--resource=configmaps")
    told = deploy(config_map("settings"), status=1, env=restricted)
    assert "forbidden" in told.lower()
    assert "configmaps" in told
    assert "Traceback" not in told
    assert "not found" in kubectl("get", "configmap", "settings", status=1)


def test_a_user_with_rights_in_one_namespace_deploys_there(kapp, deploy, kubectl, target, tmp_path):
    restricted = restricted_user(kubectl, target, tmp_path, "--verb=*", "--resource=configmaps")
    assert deploy(config_map("settings", a="b"), env=restricted).rstrip().endswith("Succeeded")
    assert "settings" in kapp("inspect", "-a", APP, env=restricted)
    kapp("delete", "-a", APP, "-y", env=restricted)


def restricted_user(kubectl: Kubectl, target: Any, folder: Path, *role: str) -> dict[str, str]:
    """The environment of a service account with one role in the test's namespace and no other right."""
    kubectl("create", "serviceaccount", "limited")
    kubectl("create", "role", "limited", *role)
    kubectl("create", "rolebinding", "limited", "--role=limited", f"--serviceaccount={kubectl.namespace}:limited")
    view = json.loads(kubectl("config", "view", "--raw", "--minify", "--flatten", "-o", "json"))
    view["users"] = [{"name": user["name"], "user": {"token": kubectl("create", "token", "limited").strip()}}
                     for user in view["users"]]
    path = folder / "limited.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(view))
    return {"KUBECONFIG": str(path)}
