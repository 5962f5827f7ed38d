"""A registry that is killed at any moment shows whole content or none, and resumes an upload."""

import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .conftest import Client, digest

PROGRAM = """
    import sys, time
    from pathlib import Path
    from oakum.lab.registry import app, serving
    with serving(app(Path(sys.argv[1]))) as address:
        print(address, flush=True)
        time.sleep(600)
"""


@contextmanager
def process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Client]]:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running, Client(running.stdout.readline().strip())
        finally:
            running.kill()


def send_half_a_blob(client: Client, location: str, content: bytes) -> None:
    host, port = client.address.split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"PUT {location}?digest={digest(content)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(head.encode() + content[: len(content) // 2])
        # The server has read it all once it answers another request.
        client("GET", "/v2/")


def test_a_registry_killed_during_an_upload_shows_nothing_of_it_and_takes_it_up_again(folder: Path) -> None:
    content = bytes(range(256)) * 1024
    with process(folder) as (running, client):
        location = str(client("POST", "/v2/app/blobs/uploads/").headers["Location"])
        client("PATCH", location, content[:1000])
        send_half_a_blob(client, location, content)
        running.send_signal(signal.SIGKILL)
        running.wait()
    with process(folder) as (_, client):
        assert client("HEAD", f"/v2/app/blobs/{digest(content)}").status == 404
        progress = client("GET", location)
        received = int(progress.headers["Range"].removeprefix("0-")) + 1
        assert received >= 1000
        client("DELETE", location)
        client.push_blob("app", content)
    with process(folder) as (_, client):
        assert client("GET", f"/v2/app/blobs/{digest(content)}").data == content


def test_a_registry_killed_between_pushes_keeps_what_it_acknowledged(folder: Path) -> None:
    with process(folder) as (running, client):
        pushed = client.push_image("app", "v1")
        running.send_signal(signal.SIGKILL)
    with process(folder) as (_, client):
        assert digest(client("GET", "/v2/app/manifests/v1").data) == pushed
        assert client("GET", f"/v2/app/blobs/{digest(b'layer')}").data == b"layer"
