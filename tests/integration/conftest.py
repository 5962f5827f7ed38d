"""A namespace a test, a stock kubectl, and an image to run, on whatever `--target` names."""
from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.repository import Repository, login_of

Client = Callable[..., str]
BIN = Path(sys.executable).parent
PROBE = Path(__file__).parent / "probe"
PULL_SECRET = "registry"


@dataclass(frozen=True)
class Kubectl:
    """Runs kubectl in one namespace."""

    environment: dict[str, str]
    namespace: str

    def __call__(self, *words: str, stdin: str | None = None, status: int = 0, env: dict[str, str] | None = None) -> str:
        """Standard output of `kubectl WORDS`; fails the test when the exit status is not `status`."""
        done = subprocess.run(
            [BIN / "kubectl", "--namespace", self.namespace, *words],
            input=stdin, env=self.environment | (env or {}), capture_output=True, text=True, timeout=120,
        )
        assert done.returncode == status, f"kubectl {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout + (done.stderr if status else "")

    def json(self, *words: str) -> Any:
        """The output of `kubectl WORDS -o json`, decoded."""
        return json.loads(self(*words, "-o", "json"))


@pytest.fixture
def environment(target, tmp_path) -> dict[str, str]:
    """Variables for programs that talk to the target."""
    return {**os.environ, **target.environment, "HOME": str(tmp_path), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def kubectl(environment) -> Iterator[Kubectl]:
    """kubectl in a namespace of the test's own, which is deleted after it."""
    name = f"oakum-{uuid.uuid4().hex[:8]}"
    run = Kubectl(environment, name)
    run("create", "namespace", name)
    yield run
    run("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def image(target, tmp_path_factory) -> str:
    """The probe program as an image in the target's registry, pinned; built by kbld without a daemon."""
    repository = f"{target.registry.removesuffix('/')}/library/probe"
    resources = [
        {"apiVersion": "kbld.k14s.io/v1alpha1", "kind": "Sources", "sources": [{"image": "probe", "path": str(PROBE)}]},
        {"apiVersion": "kbld.k14s.io/v1alpha1", "kind": "ImageDestinations",
         "destinations": [{"image": "probe", "newImage": repository}]},
        {"image": "probe"},
    ]
    home = str(tmp_path_factory.mktemp("home"))
    # No engine is to be found: the embedded builder is what every machine has.
    environment = {**os.environ, **target.environment, "HOME": home, "DOCKER_HOST": "unix:///nonexistent"}
    # The home is new: what Go has compiled for an earlier run is not compiled again.
    environment.setdefault("GOCACHE", str(Path.home() / ".cache/go-build"))
    done = subprocess.run(
        [BIN / "kbld", "-f-", "--images-annotation=false"],
        input="".join(f"---\n{json.dumps(resource)}\n" for resource in resources),
        env=environment, capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("image: ")[2].strip()


@pytest.fixture
def pod(kubectl, image, target) -> Callable[..., str]:
    """Makes a running pod of the probe and returns its name."""
    login = f"--from-file=.dockerconfigjson={target.docker_config}/config.json"
    kubectl("create", "secret", "generic", PULL_SECRET, login, "--type=kubernetes.io/dockerconfigjson")

    def make(*arguments: str, name: str = "probe", wait: bool = True) -> str:
        spec = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": {"app": name}},
            "spec": {
                "containers": [{"name": "main", "image": image, "args": list(arguments) or ["serve"]}],
                "imagePullSecrets": [{"name": PULL_SECRET}],
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": 1,
            },
        }
        kubectl("create", "-f-", stdin=json.dumps(spec))
        if wait:
            kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
        return name

    return make


@pytest.fixture
def own_ports(kubectl, pod) -> None:
    """Skips a test of pods that listen on the same port where each has the machine's ports and none of its own."""
    name = pod("wait", name="listener")
    with socket.create_server(("", 0)) as taken:
        port = str(taken.getsockname()[1])
        if kubectl("exec", name, "--", "/probe", "listen", port) == "taken\n":
            pytest.skip("pods share the machine's ports, as it has neither namespaces nor Docker for them")
    kubectl("delete", "pod", name)


# clients of the registry


@pytest.fixture
def repository(target) -> Iterator[Repository]:
    """A repository of the test's own, emptied after it."""
    host, _, project = target.registry.partition("/")
    name = "/".join(filter(None, [host, project or "library", f"clients-{uuid.uuid4().hex[:8]}"]))
    made = Repository(name, *login_of(target.docker_config, host))
    yield made
    made.empty()


def program(name: str, environment: dict[str, str], *always: str) -> Client:
    """Runs a client; fails the test when its exit status is not `status`. Skips it when the client is not installed."""
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")

    def run(*words: str, status: int = 0, stdin: str | None = None) -> str:
        done = subprocess.run(
            [name, *always, *words], input=stdin, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == status, f"{name} {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout + (done.stderr if status else "")

    return run


def private(environment: dict[str, str], folder: Path, config: Path) -> dict[str, str]:
    """An environment whose login file the client may change without touching the target's."""
    shutil.copytree(config, folder / "login")
    file = str(folder / "login/config.json")
    return environment | {"DOCKER_CONFIG": str(folder / "login"), "REGISTRY_AUTH_FILE": file}


@pytest.fixture
def login(environment, target, tmp_path) -> dict[str, str]:
    """The environment of clients, with a copy of the target's login."""
    return private(environment, tmp_path, target.docker_config)
