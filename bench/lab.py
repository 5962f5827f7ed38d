#!/usr/bin/env python3
"""Measure the lab: `bench/lab.py [start] [objects] [blob] [soak] [--seconds N] [--gib N]`; if not told, all but `soak`.

start    a fresh cluster in this process (median of 20), and `oakum lab up --detach` as a command
objects  5,000 ConfigMaps by 8 clients, then one list of them
blob     a blob of --gib GiB pushed and pulled: the lab's largest resident memory
soak     deployments, watches, pushes and deletions for --seconds: resident memory, ten times on the way

The lab of the last three is a process of its own, with data on disk; its memory is what /proc says of it.
"""
from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import orjson
import urllib3

from oakum.lab import Lab
from oakum.lab.folder import Folder

OAKUM = Path(sys.executable).with_name("oakum")
MAPS = "/api/v1/namespaces/default/configmaps"
CHUNK = 1 << 20


class Running:
    """A lab in a process of its own, and how to talk to it."""

    def __init__(self, data: Path) -> None:
        begin = time.perf_counter()
        command = [OAKUM, "lab", "up", "--detach", "--data", data, "--runtime", "simulated"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self.took = time.perf_counter() - begin
        folder = Folder(data)
        state, credentials = folder.running(), folder.credentials()
        assert state is not None
        self.pid, self.api, self.registry = state.pid, f"https://{state.api}", f"http://{state.registry}"
        bearer = {"Authorization": f"Bearer {credentials.token}"}
        self.pool = urllib3.PoolManager(maxsize=16, ca_certs=str(folder.tls / "ca.crt"), headers=bearer)
        self.login = urllib3.util.make_headers(basic_auth=f"oakum:{credentials.password}")

    def call(self, method: str, path: str, body: object = None) -> bytes:
        """One request to the API server."""
        data = orjson.dumps(body) if body is not None else None
        headers = {**self.pool.headers, "Content-Type": "application/json"}
        answer = self.pool.request(method, self.api + path, body=data, headers=headers)
        assert answer.status < 300, (method, path, answer.status, answer.data[:300])
        return answer.data

    def memory(self, which: str = "VmRSS") -> float:
        """Resident memory in MiB: now, or the most so far (`VmHWM`)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(which):
                return int(line.split()[1]) / 1024
        raise LookupError(which)


@contextmanager
def running() -> Iterator[Running]:
    """A lab in a temporary folder, stopped afterwards."""
    with tempfile.TemporaryDirectory(prefix="oakum-bench-") as name:
        try:
            yield Running(Path(name))
        finally:
            subprocess.run([OAKUM, "lab", "down", "--data", name], check=False)


def start(options: argparse.Namespace) -> None:
    """How long a cluster takes to answer."""
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        with Lab():
            times.append(time.perf_counter() - begin)
    print(f"fresh cluster: median {statistics.median(times) * 1000:.0f} ms, best {min(times) * 1000:.0f} ms")
    with running() as lab:
        print(f"oakum lab up --detach: {lab.took:.2f} s")


def config_map(name: str) -> dict[str, object]:
    """A small ConfigMap."""
    data = {"key": "some text of ordinary length"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def objects(options: argparse.Namespace) -> None:
    """Many objects by many clients, and one list."""
    with running() as lab, ThreadPoolExecutor(8) as pool:
        begin = time.perf_counter()
        list(pool.map(lambda number: lab.call("POST", MAPS, config_map(f"m{number}")), range(5000)))
        created = time.perf_counter()
        found = len(orjson.loads(lab.call("GET", MAPS))["items"])
        assert found >= 5000
        listed = time.perf_counter() - created
        print(f"5,000 ConfigMaps by 8 clients: {created - begin:.1f} s; listed in {listed:.2f} s")


def push(lab: Running, pieces: Callable[[], Iterator[bytes]], size: int, digest: str) -> None:
    """Push a blob in one stream."""
    begun = lab.pool.request("POST", f"{lab.registry}/v2/bench/blobs/uploads/", headers=lab.login)
    url = f"{lab.registry}{begun.headers['Location']}?digest={digest}"
    headers = {**lab.login, "Content-Length": str(size), "Content-Type": "application/octet-stream"}
    done = lab.pool.request("PUT", url, body=pieces(), headers=headers)
    assert done.status == 201, done.data


def blob(options: argparse.Namespace) -> None:
    """A large blob through the registry."""
    count = int(options.gib * 1024)
    block = os.urandom(CHUNK)

    def pieces() -> Iterator[bytes]:
        return (number.to_bytes(8, "big") + block[8:] for number in range(count))

    hashed = hashlib.sha256()
    for piece in pieces():
        hashed.update(piece)
    with running() as lab:
        before = lab.memory()
        begin = time.perf_counter()
        push(lab, pieces, count * CHUNK, f"sha256:{hashed.hexdigest()}")
        pushed = time.perf_counter()
        url = f"{lab.registry}/v2/bench/blobs/sha256:{hashed.hexdigest()}"
        answer = lab.pool.request("GET", url, headers=lab.login, preload_content=False)
        received = sum(len(piece) for piece in answer.stream(CHUNK))
        assert received == count * CHUNK
        pulled = time.perf_counter() - pushed
        print(f"blob of {options.gib} GiB: pushed in {pushed - begin:.0f} s, pulled in {pulled:.0f} s; "
              f"memory {before:.0f} MiB before, {lab.memory('VmHWM'):.0f} MiB at most")


def round_of_work(lab: Running, number: int) -> None:
    """What a client does to the lab again and again; nothing of it is left afterwards."""
    names = [f"r{number}-{each}" for each in range(20)]
    for name in names:
        lab.call("POST", MAPS, config_map(name))
    version = orjson.loads(lab.call("GET", MAPS))["metadata"]["resourceVersion"]
    labels = {"app": f"r{number}"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "simulated"}]}}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": f"r{number}"},
                  "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}}
    where = "/apis/apps/v1/namespaces/default/deployments"
    lab.call("POST", where, deployment)
    for name in names:
        lab.call("DELETE", f"{MAPS}/{name}")
    watch = lab.pool.request("GET", f"{lab.api}{MAPS}?watch=1&resourceVersion={version}", preload_content=False)
    for _ in itertools.islice(watch, 20):
        pass
    watch.close()
    content = f"{number}".encode() * 1000
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    push(lab, lambda: iter([content]), len(content), digest)
    lab.pool.request("DELETE", f"{lab.registry}/v2/bench/blobs/{digest}", headers=lab.login)
    lab.call("DELETE", f"{where}/r{number}?propagationPolicy=Foreground")


def soak(options: argparse.Namespace) -> None:
    """The same work for a long time."""
    with running() as lab:
        begin, shown, rounds = time.perf_counter(), 0, 0
        while (passed := time.perf_counter() - begin) < options.seconds:
            if passed >= shown * options.seconds / 10:
                print(f"  {passed:4.0f} s  {rounds:6d} rounds  {lab.memory():6.1f} MiB", flush=True)
                shown += 1
            round_of_work(lab, rounds)
            rounds += 1
        print(f"  {passed:4.0f} s  {rounds:6d} rounds  {lab.memory():6.1f} MiB")


def main() -> None:
    """Run what was asked for."""
    works = {"start": start, "objects": objects, "blob": blob, "soak": soak}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", nargs="*", choices=[*works, []], default=[])
    parser.add_argument("--seconds", type=float, default=300, help="length of the soak")
    parser.add_argument("--gib", type=float, default=5, help="size of the blob")
    options = parser.parse_args()
    for name in options.work or ["start", "objects", "blob"]:
        works[name](options)


if __name__ == "__main__":
    main()
