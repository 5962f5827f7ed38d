"""A lab that is killed (SIGKILL) at any byte of any request, and started again in its folder."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from oakum.lab.background import stop
from oakum.lab.folder import Folder

PROGRAM = "import sys; from oakum.lab.background import *; start(Settings(sys.argv[1], runtime='simulated'))"
MAPS = "/api/v1/namespaces/default/configmaps"
LAYER = bytes(range(256)) * 4096
CONFIG = b"{}"
OCI = "application/vnd.oci.image"
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": {"mediaType": f"{OCI}.config.v1+json", "digest": f"sha256:{hashlib.sha256(CONFIG).hexdigest()}", "size": 2},
        "layers": [],
    }
).encode()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class Killable:
    """A lab in a process of its own, in one folder, with the same ports in each of its lives."""

    folder: Folder

    def start(self) -> None:
        # By a process that ends, as a shell's command does: the lab is no child of the tests.
        subprocess.run([sys.executable, "-c", PROGRAM, str(self.folder.path)], check=True, timeout=60)
        state = self.folder.running()
        assert state is not None
        self.state = state
        credentials = self.folder.credentials()
        self.bearer = {"Authorization": f"Bearer {credentials.token}"}
        self.login = urllib3.make_headers(basic_auth=f"oakum:{credentials.password}")
        self.pool = urllib3.PoolManager(ca_certs=str(self.folder.tls / "ca.crt"), retries=False, maxsize=8)

    def kill(self) -> None:
        os.kill(self.state.pid, signal.SIGKILL)
        while self.folder.running():
            pass

    def api(self, method: str, path: str, body: object = None) -> Any:
        url = f"https://{self.state.api}{path}"
        return self.pool.request(method, url, json=body, headers={**self.bearer, "Content-Type": "application/json"})

    def registry(self, method: str, path: str, body: bytes = b"", kind: str = "application/octet-stream") -> Any:
        headers = {**self.login, "Content-Type": kind}
        return self.pool.request(method, f"http://{self.state.registry}{path}", body=body, headers=headers)

    def upload(self) -> str:
        return str(self.registry("POST", "/v2/app/blobs/uploads/").headers["Location"])

    def push(self, content: bytes) -> int:
        return int(self.registry("PUT", f"{self.upload()}?digest={digest(content)}", content).status)

    def send_and_kill(self, method: str, path: str, body: bytes, kind: str, position: int) -> None:
        """Send a request up to a byte of its body and kill the lab when it has read that."""
        lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", f"Content-Type: {kind}"]
        lines += [f"{name}: {value}" for name, value in self.login.items()]
        host, _, port = self.state.registry.partition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body[:position])
            self.registry("GET", "/v2/")  # its answer comes after what was sent before has been read
            self.kill()


@contextmanager
def killable(folder: Path) -> Iterator[Killable]:
    """A lab of its own in `folder`."""
    running = Killable(Folder(folder))
    running.start()
    yield running
    stop(running.folder)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Killable]:
    with killable(tmp_path / "lab") as running:
        yield running


POSITIONS = (0, 1, 65536, len(LAYER) // 2 + 7, len(LAYER) - 1, len(LAYER))


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("form", ["monolithic", "chunked"])
def test_a_blob_is_whole_or_not_there_and_can_be_pushed_again(lab: Killable, form: str, position: int) -> None:
    location = lab.upload()
    if form == "monolithic":
        lab.send_and_kill("PUT", f"{location}?digest={digest(LAYER)}", LAYER, "application/octet-stream", position)
    else:
        lab.send_and_kill("PATCH", location, LAYER, "application/octet-stream", position)
    lab.start()
    found = lab.registry("GET", f"/v2/app/blobs/{digest(LAYER)}")
    assert found.status == 404 or (form == "monolithic" and position == len(LAYER) and found.data == LAYER)
    assert lab.push(LAYER) == 201
    assert lab.registry("GET", f"/v2/app/blobs/{digest(LAYER)}").data == LAYER


def test_an_upload_in_chunks_goes_on_where_the_lab_was_killed(lab: Killable) -> None:
    location = lab.upload()
    lab.send_and_kill("PATCH", location, LAYER, "application/octet-stream", len(LAYER) // 2)
    lab.start()
    taken = int(str(lab.registry("GET", location).headers["Range"]).removeprefix("0-")) + 1
    done = lab.registry("PUT", f"{location}?digest={digest(LAYER)}", LAYER[taken if taken > 1 else 0 :])
    assert (done.status, lab.registry("GET", f"/v2/app/blobs/{digest(LAYER)}").data == LAYER) == (201, True)


@pytest.mark.parametrize("position", [0, 1, len(MANIFEST) - 1, len(MANIFEST)])
def test_a_manifest_is_whole_or_not_there_and_can_be_pushed_again(lab: Killable, position: int) -> None:
    assert lab.push(CONFIG) == 201
    kind, path = f"{OCI}.manifest.v1+json", "/v2/app/manifests/v1"
    lab.send_and_kill("PUT", path, MANIFEST, kind, position)
    lab.start()
    found = lab.registry("GET", path)
    assert found.status == 404 or (position == len(MANIFEST) and found.data == MANIFEST)
    assert lab.registry("PUT", path, MANIFEST, kind).status == 201
    assert lab.registry("GET", path).data == MANIFEST
    assert lab.registry("GET", "/v2/app/tags/list").json()["tags"] == ["v1"]


@pytest.mark.parametrize("moment", [1, 40, 150])
def test_no_write_is_lost_that_was_acknowledged_and_versions_go_on(lab: Killable, moment: int) -> None:
    acknowledged: dict[str, int] = {}
    enough = threading.Event()

    def write(worker: int) -> None:
        for number in range(1000):
            name = f"m{worker}-{number}"
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"key": "x" * 500}}
            try:
                answer = lab.api("POST", MAPS, body)
            except urllib3.exceptions.HTTPError:
                return
            assert answer.status == 201
            acknowledged[name] = int(answer.json()["metadata"]["resourceVersion"])
            if len(acknowledged) >= moment:
                enough.set()

    workers = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for worker in workers:
        worker.start()
    assert enough.wait(60)
    lab.kill()
    for worker in workers:
        worker.join()
    lab.start()
    listing = lab.api("GET", MAPS).json()
    kept = {item["metadata"]["name"]: int(item["metadata"]["resourceVersion"]) for item in listing["items"]}
    assert acknowledged.items() <= kept.items()
    assert int(listing["metadata"]["resourceVersion"]) >= max(acknowledged.values())
    later = lab.api("POST", MAPS, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "later"}}).json()
    assert int(later["metadata"]["resourceVersion"]) > max(kept.values())
