"""Which pods' logs a deploy shows, and as what."""
from __future__ import annotations

import threading
from typing import Any

import pytest
from tests.kube.scripted import Reply, serving

from oakum.deploy.logs.during import DeployLogs
from oakum.deploy.logs.options import LogsOptions
from oakum.deploy.output import Grid
from oakum.deploy.resource import Resource
from oakum.kube.client import Client
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.transport import Transport

NOTE = "logs | # waiting for 'p > c' logs to become available...\n"
LOG = "logs | p > c | one\n"


class Written:
    """An Output that keeps what is said by kind; `notes` is set once something has been said."""

    def __init__(self) -> None:
        self.progress: list[str] = []
        self.proper: list[str] = []
        self.noted = threading.Event()

    def begin(self, text: str) -> None:
        self.progress.append(text)
        self.noted.set()

    def block(self, text: str) -> None:
        self.proper.append(text)

    line, confirm, expect_answer, paint = begin, NotImplemented, NotImplemented, NotImplemented

    def table(self, grid: Grid) -> None:
        raise AssertionError(grid)


def shown(state: dict[str, Any], *, existed: bool) -> Written:
    """What is said of the container `c` of a pod, while a deploy shows all logs."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n", "uid": "1"},
           "spec": {"containers": [{"name": "c"}], "restartPolicy": "Never"},
           "status": {"containerStatuses": [{"name": "c", "state": state}]}}

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        if "/log?" in path:
            return Reply(200, b"one\n")
        if "/pods?" in path:
            return Reply(200, b"" if "watch=1" in path else {"items": [pod], "metadata": {"resourceVersion": "1"}})
        return Reply(200, pod)

    out = Written()
    with serving(script) as (url, _):
        client = Client(Transport(ClusterConfig(url)))
        with DeployLogs(client, "a=b", LogsOptions(all=True), out, [Resource(pod)] if existed else [], ["n"]):
            assert out.noted.wait(30)
    return out


@pytest.mark.parametrize("state", [{"running": {}}, {"terminated": {"exitCode": 0}}])
def test_what_a_new_pod_writes_is_output_proper_that_is_also_there_without_a_terminal(state: dict[str, Any]) -> None:
    assert shown(state, existed=False).proper[:1] == [LOG]


def test_what_ended_before_the_deploy_is_not_shown_by_each_deploy_again() -> None:
    out = shown({"terminated": {"exitCode": 0}}, existed=True)
    assert (out.progress, out.proper) == ([NOTE], [])
