"""A lab with an image in its registry, and pods made of it."""

import base64
import gzip
import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from oakum.lab import Lab
from oakum.lab.api.calls import DeleteOptions
from oakum.lab.load import load_image
from oakum.lab.registry import Storage

MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


@pytest.fixture(scope="session")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An OCI image layout with the image `test/tool:v1` of the one program."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler on this machine")
    folder = tmp_path_factory.mktemp("image")
    program = folder / "tool"
    subprocess.run([compiler, "-static", "-O1", "-o", program, Path(__file__).with_name("program.c")], check=True)
    write_layout(folder / "layout", [layer({"bin/tool": program.read_bytes()})], Entrypoint=["/bin/tool"])
    return folder / "layout"


def layer(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)


def write_layout(folder: Path, layers: list[bytes], name: str = "test/tool:v1", **settings: Any) -> None:
    def blob(content: bytes, media_type: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        path = folder / "blobs/sha256" / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return {"mediaType": f"application/vnd.oci.image.{media_type}", "digest": f"sha256:{digest}", "size": len(content)}

    config = {"architecture": MACHINE, "os": "linux", "config": settings, "rootfs": {"type": "layers", "diff_ids": []}}
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(config).encode(), "config.v1+json"),
        "layers": [blob(each, "layer.v1.tar+gzip") for each in layers],
    }
    entry = blob(json.dumps(manifest).encode(), "manifest.v1+json")
    entry["annotations"] = {"org.opencontainers.image.ref.name": name}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))


@dataclass
class Cluster:
    """A lab, and short ways to make and await things in it."""

    lab: Lab

    @property
    def image(self) -> str:
        return f"{self.lab.registry}/test/tool:v1"

    def create(self, resource: str, name: str, namespace: str = "default", **fields: Any) -> dict[str, Any]:
        found = self.lab.cluster.resource(resource)
        body = {"apiVersion": found.kind.api_version, "kind": found.kind.name, "metadata": {"name": name}}
        body["metadata"] |= fields.pop("metadata", {})
        return self.lab.cluster.create(found, body | fields, namespace)

    def pod(self, name: str, *arguments: str, spec: dict[str, Any] | None = None, **container: Any) -> None:
        container = {"name": "main", "image": self.image, "args": list(arguments), **container}
        pod = {"imagePullSecrets": [{"name": "login"}], "containers": [container], "restartPolicy": "Never"}
        self.create("pods", name, spec=pod | {"terminationGracePeriodSeconds": 2} | (spec or {}))

    def login(self, config: bytes | None = None) -> None:
        text = config or (self.lab.docker_config / "config.json").read_bytes()
        data = {".dockerconfigjson": base64.b64encode(text).decode()}
        self.create("secrets", "login", type="kubernetes.io/dockerconfigjson", data=data)

    def get(self, name: str, resource: str = "pods") -> dict[str, Any]:
        return self.lab.cluster.store.get(resource, name, "default")

    def until(self, done: Callable[[dict[str, Any]], Any], name: str, resource: str = "pods", wait: float = 15) -> Any:
        """Follow an object until `done` is true of it; what `done` said."""
        store = self.lab.cluster.store
        with store.watch(resource, "default") as watch:
            end = time.monotonic() + wait
            while time.monotonic() < end:
                found = store.find(resource, name, "default")
                if found is not None and (said := done(found)):
                    return said
                watch.next(0.2)  # what is asked for may be told by other things than the object
        raise AssertionError(f"{name} did not get there: {json.dumps(store.find(resource, name, 'default'), indent=1)}")

    def gone(self, name: str) -> None:
        store = self.lab.cluster.store
        with store.watch("pods", "default") as watch:
            end = time.monotonic() + 15
            while store.find("pods", name, "default") is not None:
                assert time.monotonic() < end, store.find("pods", name, "default")
                watch.next(1)

    def phase(self, name: str, phase: str) -> dict[str, Any]:
        self.until(lambda pod: (pod.get("status") or {}).get("phase") == phase, name)
        return self.get(name)

    def ready(self, name: str) -> dict[str, Any]:
        self.until(lambda pod: condition(pod, "Ready") == "True", name)
        return self.get(name)

    def output(self, name: str, *arguments: str, **container: Any) -> str:
        """What a pod prints that runs to its end."""
        self.pod(name, *arguments, **container)
        self.until(lambda pod: pod["status"].get("phase") in ("Succeeded", "Failed"), name)
        return self.log(name)

    def log(self, name: str) -> str:
        config = self.lab.client_config
        pool = urllib3.PoolManager(ca_certs=str(self.lab.folder.tls / "ca.crt"), retries=False)
        headers = {"Authorization": f"Bearer {config.identity.token}"}
        answer = pool.request("GET", f"{config.server}/api/v1/namespaces/default/pods/{name}/log", headers=headers)
        assert answer.status == 200, answer.data
        return answer.data.decode()


def condition(pod: dict[str, Any], kind: str) -> str | None:
    found = (pod.get("status") or {}).get("conditions") or []
    return next((each["status"] for each in found if each["type"] == kind), None)


def waiting(pod: dict[str, Any]) -> dict[str, Any]:
    statuses = (pod.get("status") or {}).get("containerStatuses") or [{"state": {}}]
    found: dict[str, Any] = statuses[0]["state"].get("waiting") or {}
    return found


@pytest.fixture
def cluster(lab: Lab, layout: Path) -> Cluster:
    """A lab with the tests' image, and a login for its registry in the Secret `login`."""
    load_image(Storage(lab.folder.registry, sync=False), layout)
    running = Cluster(lab)
    running.login()
    return running


def delete(cluster: Cluster, name: str, grace: int | None = None) -> None:
    pods = cluster.lab.cluster.resource("pods")
    cluster.lab.cluster.delete(pods, name, "default", DeleteOptions(grace=grace))


def is_running(argument: str) -> bool:
    """Whether some process has this argument."""
    lines = (Path("/proc") / name / "cmdline" for name in os.listdir("/proc") if name.isdigit())
    return any(argument.encode() in line.read_bytes().split(b"\0") for line in lines if line.exists())
