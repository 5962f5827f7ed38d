"""A machine that lets the lab isolate nothing: pods say why they do not run, and can be deleted."""

import time
from collections.abc import Callable

import pytest

from oakum.lab import Lab
from oakum.lab.api.calls import DeleteOptions
from oakum.lab.node.processes import Processes
from oakum.lab.node.sandbox.client import SandboxError
from oakum.lab.node.simulated import Simulated


def eventually(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_pods_say_why_they_cannot_run_and_can_be_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(self: Processes) -> None:
        raise SandboxError("this machine refuses to isolate pods: namespaces: Operation not permitted")

    monkeypatch.setattr(Processes, "start", refuse)
    with Lab(runtime="namespaces") as lab:
        cluster, pods = lab.cluster, lab.cluster.resource("pods")
        spec = {"containers": [{"name": "main", "image": "any"}]}
        cluster.create(pods, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}, "default")
        eventually(lambda: any("refuses to isolate" in each["message"] for each in cluster.store.list("events").items))
        cluster.delete(pods, "p", "default", DeleteOptions())
        eventually(lambda: cluster.store.find("pods", "p", "default") is None)


def test_where_nothing_else_works_pods_run_in_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(self: Processes) -> None:
        raise SandboxError("this machine refuses to isolate pods: namespaces: Operation not permitted")

    monkeypatch.setattr(Processes, "start", refuse)
    # An engine that needs no engine.
    monkeypatch.setattr("oakum.lab.node.docker.runtime.Docker", lambda *_: Simulated())
    with Lab() as lab:
        cluster, pods = lab.cluster, lab.cluster.resource("pods")
        spec = {"containers": [{"name": "main", "image": "any"}]}
        cluster.create(pods, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}, "default")
        eventually(lambda: cluster.store.get("pods", "p", "default")["status"]["phase"] == "Running")
