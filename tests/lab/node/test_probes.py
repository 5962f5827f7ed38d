"""Probes of containers."""

import time

from .conftest import Cluster, condition, delete, is_running


def test_a_readiness_probe_decides(cluster: Cluster) -> None:
    probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
    cluster.pod("web", readinessProbe=probe)
    cluster.ready("web")
    cluster.pod("other", readinessProbe={"tcpSocket": {"port": 9999}, "periodSeconds": 1})
    cluster.phase("other", "Running")
    assert condition(cluster.get("other"), "Ready") == "False"


def test_a_failing_liveness_probe_restarts_the_container(cluster: Cluster) -> None:
    probe = {"exec": {"command": ["/bin/tool", "exit", "1"]}, "periodSeconds": 1, "failureThreshold": 1}
    cluster.pod("sick", livenessProbe=probe, spec={"restartPolicy": "Always"})
    cluster.until(lambda pod: pod["status"].get("containerStatuses", [{}])[0].get("restartCount"), "sick")


def test_a_probe_that_hangs_has_failed_and_leaves_no_process(cluster: Cluster) -> None:
    command = ["/bin/tool", "sleep", "unmistakable-8c1d"]
    cluster.pod("hangs", readinessProbe={"exec": {"command": command}, "periodSeconds": 1, "timeoutSeconds": 1})
    events = cluster.lab.cluster.store
    deadline = time.monotonic() + 20
    while not any(each["reason"] == "Unhealthy" for each in events.list("events").items):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    delete(cluster, "hangs", grace=0)
    cluster.gone("hangs")
    assert not is_running("unmistakable-8c1d")
