"""The walk-through that oakum exists for, from template to a running, inspected application.

Runs on the embedded registry and Kubernetes, which it starts and stops; with DEMO_REGISTRY=host:port/project set, on
the cluster of your KUBECONFIG and a registry of your own that your Docker configuration has a login for.
"""
from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oakum.kube import kubeconfig
from oakum.kube.client import Client
from oakum.kube.errors import ApiError
from oakum.kube.kinds import ResourceType
from oakum.kube.transport import Transport

ROOT = Path(__file__).resolve().parent.parent
WORK = Path(os.environ.get("DEMO_WORK", ROOT / ".demo"))
BIN = Path(sys.executable).parent
SECRET = "registry-credentials"
SECRETS = ResourceType("", "v1", "secrets", "Secret", True)
SERVICES = ResourceType("", "v1", "services", "Service", True)


def main() -> int:
    """Run the walk-through; exit status 0 when every step did what it should."""
    prepare(WORK / "config")
    with place() as (environment, registry):
        began = time.monotonic()
        tour = Tour({**os.environ, **environment, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}, registry)
        tour.secret()
        try:
            tour.deploy("carvel user")
            tour.look()
            tour.greet("Hello carvel user!")
            again = time.monotonic()
            tour.deploy("oakum user")
            print(f"# the second deploy took {time.monotonic() - again:.1f} s")
            tour.greet("Hello oakum user!")
        finally:
            tour.show("kapp delete -a simple-app --yes")
        print(f"# done in {time.monotonic() - began:.1f} s")
    return 0


def prepare(folder: Path) -> None:
    """A fresh copy of the example in `folder`, its sources in a git repository, so that there are origins to tell.

    Without git there are fewer to tell.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "examples", folder)
    if not shutil.which("git"):
        return
    identity = ["-c", "user.name=demo", "-c", "user.email=demo@example.com", "-c", "init.defaultBranch=main"]
    steps = (
        ["init", "--quiet"],
        ["remote", "add", "origin", "https://git.example.com/sample-app-go.git"],
        ["add", "."],
        ["commit", "--quiet", "-m", "A small web server"],
    )
    for step in steps:
        subprocess.run(["git", *identity, *step], cwd=folder / "sample-app-go", check=True)


@contextmanager
def place() -> Iterator[tuple[dict[str, str], str]]:
    """Where to deploy to: environment variables that lead there, and the registry's address."""
    own = os.environ.get("DEMO_REGISTRY")
    if own:
        yield {}, own
        return
    from oakum.lab import Lab

    with Lab(WORK / "lab") as lab:
        print(f"# embedded registry at {lab.registry}, Kubernetes at {lab.server}")
        yield dict(lab.environment), f"{lab.registry}/library"


class Tour:
    """The commands of the walk-through, shown as they are run."""

    def __init__(self, environment: dict[str, str], registry: str) -> None:
        self.environment = environment
        self.repository = f"{registry}/sample-app-go"

    def show(self, command: str) -> None:
        """Print a shell command and run it. Raises SystemExit when it fails."""
        print(f"\n$ {command}", flush=True)
        shell = ["bash", "-o", "pipefail", "-c", command]
        status = subprocess.run(shell, cwd=WORK / "config", env=self.environment).returncode
        if status:
            raise SystemExit(status)

    def secret(self) -> None:
        """The login of the registry, for the cluster to pull with."""
        folder = self.environment.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
        login = Path(folder, "config.json")
        if shutil.which("kubectl", path=self.environment["PATH"]):
            subprocess.run(["kubectl", "delete", "secret", SECRET, "--ignore-not-found", "--wait"],
                           env=self.environment, check=True, capture_output=True)
            self.show(f"kubectl create secret generic {SECRET} --from-file=.dockerconfigjson={shlex.quote(str(login))} "
                      "--type=kubernetes.io/dockerconfigjson")
        else:
            make_secret(self.environment, login)

    def deploy(self, greeting: str) -> None:
        """Template, build, push, pin and deploy."""
        self.show(
            f"ytt template -f config-step-4-build-and-push/ -v hello_msg={json.dumps(greeting)} -v push_images=true "
            f"-v push_images_repo={self.repository} | kbld -f- | kapp deploy -a simple-app -f- --diff-changes --yes"
        )

    def look(self) -> None:
        """What runs, from which sources."""
        self.show("kapp inspect -a simple-app --raw --filter-kind Deployment --tty=false | kbld inspect -f-")
        self.show("kapp inspect -a simple-app --tree")
        self.show("kapp ls")

    def greet(self, expected: str) -> None:
        """Ask the application, through its Service. Raises SystemExit when it says something else."""
        answer = ask(self.environment)
        print(f"\n$ curl the application\n{answer}", end="")
        if answer.strip() != expected:
            raise SystemExit(f"expected {expected!r}")


def client_of(environment: dict[str, str]) -> Client:
    """A client of the cluster that the environment leads to."""
    return Client(Transport(kubeconfig.load(env=environment)))


def make_secret(environment: dict[str, str], login: Path) -> None:
    """The secret that `kubectl create secret generic` would make, where no kubectl is installed."""
    print(f"# making secret {SECRET} (no kubectl here)")
    client = client_of(environment)
    with suppress(ApiError):
        client.delete(SECRETS, SECRET, "default")
    client.create(SECRETS, {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": SECRET},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": b64encode(login.read_bytes()).decode()},
    }, "default")


def ask(environment: dict[str, str], namespace: str = "default") -> str:
    """What the Service `simple-app` answers: at its own address in the lab, elsewhere through the API server."""
    client = client_of(environment)
    address = client.get(SERVICES, "simple-app", namespace)["spec"]["clusterIP"]
    if address.startswith("127."):
        # In the lab: at port 80 when it runs as root, else 8000 higher.
        with suppress(OSError):
            return fetch(f"http://{address}/")
        return fetch(f"http://{address}:8080/")
    proxy = f"{SERVICES.path(namespace, 'simple-app:80')}/proxy/"
    return client.transport.request("GET", proxy, accept="*/*").body.decode()


def fetch(url: str) -> str:
    """The body that `url` answers with. Raises OSError."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


if __name__ == "__main__":
    sys.exit(main())
