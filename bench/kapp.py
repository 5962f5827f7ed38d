#!/usr/bin/env python3
"""Time kapp on the work that its speed is judged by.

    bench/kapp.py [--reference PATH] [--requests] [--objects N] [--runs N]

Prints a line for each kind of work: our median, the reference's, their ratio. The reference is the binary given, else
`kapp-go` on the PATH; without one, figures recorded on two cores against Kubernetes 1.36 are shown, marked so. Whole
processes are timed, in turn, against the cluster of KUBECONFIG, in a namespace that is made for it and deleted.

Each round also times the floor: the same number of bare writes to the API server over a few kept connections, from a
process that is already running and does nothing else. It is the yardstick of the day, where the server and the machine
are shared or busy. Where the reference is not to be had, `--requests` (which needs Go) times a program of its client
library beside ours that sends the reference's requests and does nothing else: the reference takes longer than that.

Ours is the program beside the Python that runs this, which is printed: one built with optimizations, as distributions
and the official images have it, needs about a fifth less processor time than one built without.
"""
from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from oakum.kube import connect
from oakum.kube.client import CONFIG_MAPS, NAMESPACES, Client
from oakum.kube.kubeconfig import load

RECORDED = {"create": 5.0, "unchanged": 1.0, "update": 5.6, "inspect": 0.19, "delete": 2.65, "ls": None}


def manifests(count: int, value: str) -> str:
    """`count` small ConfigMaps."""
    return "".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n:05d}}}\n"
                   f"data: {{key: {value}, other: 'some text of ordinary length'}}\n" for n in range(count))


CONNECTIONS = 8


@dataclass
class Bench:
    """A namespace on a cluster, and the files to deploy."""

    namespace: str
    folder: Path
    times: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)

    def run(self, who: str, what: str, program: str, *arguments: str) -> None:
        """Time one command; it must succeed."""
        begin = time.perf_counter()
        process = subprocess.Popen([program, *arguments, "-n", self.namespace], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        assert process.stderr is not None
        error = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - begin
        if status:
            sys.exit(f"{who} {what} failed: {error.decode()}")
        self.times.setdefault((who, what), []).append(took)
        self.memory[who] = max(self.memory.get(who, 0), usage.ru_maxrss)

    def round(self, who: str, program: str, *extra: str) -> None:
        """Every kind of work once."""
        app = f"bench-{who}".lower()
        old, new = str(self.folder / "old.yml"), str(self.folder / "new.yml")
        deploy = ("deploy", "-a", app, "-y", *extra)
        self.run(who, "create", program, *deploy, "-f", old)
        self.run(who, "unchanged", program, *deploy, "-f", old)
        self.run(who, "update", program, *deploy, "-f", new)
        self.run(who, "inspect", program, "inspect", "-a", app)
        self.run(who, "ls", program, "ls")
        self.run(who, "delete", program, "delete", "-a", app, "-y")


def floor(bench: Bench, client: Client, objects: int) -> None:
    """Time the server alone: ConfigMaps created and written once more, written twice, deleted."""
    def body(n: int, value: str) -> dict[str, object]:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"floor{n:05d}"},
                "data": {"key": value, "other": "some text of ordinary length"}}

    def put(n: int, value: str) -> None:
        client.replace(CONFIG_MAPS, body(n, value), f"floor{n:05d}", bench.namespace)

    def create(n: int) -> None:
        client.create(CONFIG_MAPS, body(n, "one"), bench.namespace)
        put(n, "once more")

    def update(n: int) -> None:
        put(n, "two")
        put(n, "twice")

    def delete(n: int) -> None:
        client.delete(CONFIG_MAPS, f"floor{n:05d}", bench.namespace)

    with ThreadPoolExecutor(CONNECTIONS) as workers:
        for what, call in (("create", create), ("update", update), ("delete", delete)):
            begin = time.perf_counter()
            list(workers.map(call, range(objects)))
            bench.times.setdefault(("floor", what), []).append(time.perf_counter() - begin)


def built(folder: Path) -> str:
    """The program of `bench/requests`, built in `folder`."""
    shutil.copytree(Path(__file__).with_name("requests"), folder / "requests")
    for command in (("mod", "tidy"), ("build", "-o", "program")):
        subprocess.run(["go", *command], cwd=folder / "requests", check=True)
    return str(folder / "requests" / "program")


def in_namespace(work: Callable[[str, Client], None]) -> None:
    """Call `work` with a namespace of its own, deleted afterwards, and a client."""
    client = connect(load())
    name = client.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace",
                                      "metadata": {"generateName": "bench-"}})["metadata"]["name"]
    try:
        work(name, client)
    finally:
        client.delete(NAMESPACES, name)
        client.transport.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", default=shutil.which("kapp-go"))
    parser.add_argument("--requests", action="store_true")
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    ours = str(Path(sys.executable).with_name("kapp"))

    def work(namespace: str, client: Client) -> None:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(namespace, Path(folder))
            (bench.folder / "old.yml").write_text(manifests(options.objects, "one"))
            (bench.folder / "new.yml").write_text(manifests(options.objects, "two"))
            requests = built(bench.folder) if options.requests else None
            for _ in range(options.runs):
                floor(bench, client, options.objects)
                if requests:
                    for what in ("create", "update", "delete"):
                        bench.run("requests", what, requests, what, str(options.objects))
                bench.round("ours", ours)
                bench.round("server-side", ours, "--server-side")
                if options.reference:
                    bench.round("reference", options.reference)
            report(bench, options.objects)

    in_namespace(work)


def report(bench: Bench, objects: int) -> None:
    """A line a kind of work."""
    print(f"{objects} ConfigMaps; seconds, medians; the floor is the bare writes of the reference's two-write way")
    print(f"ours runs in Python {sys.version} of {sys.base_prefix}")
    for what, recorded in RECORDED.items():
        measured = bench.times.get(("reference", what))
        reference = statistics.median(measured) if measured else recorded if objects == 1000 else None
        bare = bench.times.get(("floor", what))
        for who in ("ours", "server-side"):
            mine = statistics.median(bench.times[who, what])
            line = f"{what:<10} {who:<12} {mine:6.2f}"
            if reference:
                mark = "" if measured else " (recorded)"
                line += f"   reference {reference:6.2f}{mark}   {reference / mine:5.2f} times faster"
            if requests := bench.times.get(("requests", what)):
                alone = statistics.median(requests)
                line += f"   its requests {alone:6.2f}   {alone / mine:5.2f} times faster"
            if bare:
                line += f"   floor {statistics.median(bare):6.2f}: {mine / statistics.median(bare):5.2f} of it"
            print(line)
    print("peak memory MiB: " + ", ".join(f"{who} {kib / 1024:.0f}" for who, kib in bench.memory.items()))


if __name__ == "__main__":
    main()
