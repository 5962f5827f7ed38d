"""Time that a test lets pass: CronJobs, deadlines, back-offs and graces go by the lab's clock."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3

from oakum.lab import Lab
from oakum.lab.api.calls import DeleteOptions
from oakum.lab.clock import Clock

pytestmark = pytest.mark.lab(runtime="simulated")


def pod(behaviour: str = "run", **spec: Any) -> dict[str, Any]:
    annotations = {"lab.oakum.dev/simulate": behaviour}
    containers = [{"name": "main", "image": "simulated"}]
    return {"metadata": {"annotations": annotations, "labels": {"app": "x"}}, "spec": {"containers": containers, **spec}}


def create(lab: Lab, resource: str, body: dict[str, Any]) -> None:
    found = lab.cluster.resource(resource)
    metadata = {"name": "x", **body.pop("metadata", {})}
    head = {"apiVersion": found.kind.api_version, "kind": found.kind.name, "metadata": metadata}
    lab.cluster.create(found, head | body, "default")


def get(lab: Lab, resource: str) -> dict[str, Any]:
    return lab.cluster.store.get(resource, "x", "default")


def conditions(obj: dict[str, Any]) -> dict[str, str]:
    return {each["type"]: each.get("reason", "") for each in obj["status"]["conditions"] if each["status"] != "Unknown"}


@pytest.fixture
def held(lab: Lab) -> Lab:
    """A lab in which no time passes but when told."""
    lab.clock.hold()
    return lab


def test_an_hour_that_passes_starts_each_job_of_its_minutes(held: Lab) -> None:
    template = {"spec": {"template": pod("succeed", restartPolicy="Never")}}
    spec = {"schedule": "*/10 * * * *", "jobTemplate": template, "successfulJobsHistoryLimit": 100}
    create(held, "cronjobs.batch", {"spec": spec})
    held.clock.advance(3600)
    jobs = held.cluster.store.list("jobs.batch", "default").items
    assert [conditions(job).get("Complete") for job in jobs] == ["CompletionsReached"] * 6
    minutes = {datetime.fromisoformat(job["metadata"]["creationTimestamp"]).minute for job in jobs}
    assert minutes == {0, 10, 20, 30, 40, 50}


def test_a_clock_that_jumps_past_them_starts_the_last_only(held: Lab) -> None:
    template = {"spec": {"template": pod("succeed", restartPolicy="Never")}}
    create(held, "cronjobs.batch", {"spec": {"schedule": "*/10 * * * *", "jobTemplate": template}})
    held.clock.advance(0)
    held.clock.jump(3600)
    held.clock.advance(0)
    assert len(held.cluster.store.list("jobs.batch", "default").items) == 1


def test_a_job_has_its_deadline_and_not_before(held: Lab) -> None:
    create(held, "jobs.batch", {"spec": {"activeDeadlineSeconds": 600, "template": pod(restartPolicy="Never")}})
    held.clock.advance(590)
    assert get(held, "jobs.batch")["status"]["active"] == 1
    held.clock.advance(20)
    assert conditions(get(held, "jobs.batch"))["Failed"] == "DeadlineExceeded"


def test_a_job_that_fails_is_tried_with_growing_pauses(held: Lab) -> None:
    create(held, "jobs.batch", {"spec": {"backoffLimit": 3, "template": pod("fail", restartPolicy="Never")}})
    failed = []
    for seconds in (0, 12, 22, 42):
        held.clock.advance(seconds)
        failed.append(get(held, "jobs.batch")["status"].get("failed"))
    assert failed == [1, 2, 3, 4]
    assert conditions(get(held, "jobs.batch"))["Failed"] == "BackoffLimitExceeded"


def test_a_roll_out_that_never_gets_ready_is_late_after_its_deadline(held: Lab) -> None:
    body = {"selector": {"matchLabels": {"app": "x"}}, "progressDeadlineSeconds": 120, "template": pod("unready")}
    create(held, "deployments.apps", {"spec": body})
    held.clock.advance(110)
    assert conditions(get(held, "deployments.apps"))["Progressing"] == "ReplicaSetUpdated"
    held.clock.advance(20)
    assert conditions(get(held, "deployments.apps"))["Progressing"] == "ProgressDeadlineExceeded"


def test_a_container_that_fails_is_restarted_after_ten_seconds_then_twenty_then_forty(held: Lab) -> None:
    create(held, "pods", pod("fail"))
    restarts = []
    for seconds in (0, 9, 2, 20, 40):
        held.clock.advance(seconds)
        restarts.append(get(held, "pods")["status"]["containerStatuses"][0]["restartCount"])
    assert restarts == [1, 1, 2, 3, 4]


def test_a_pod_has_its_deadline_and_then_has_failed(held: Lab) -> None:
    create(held, "pods", pod("hang", activeDeadlineSeconds=600, terminationGracePeriodSeconds=5))
    held.clock.advance(590)
    assert get(held, "pods")["status"]["phase"] == "Running"
    held.clock.advance(20)
    status = get(held, "pods")["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")
    assert status["message"] == "Pod was active on the node longer than the specified deadline"
    assert status["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 137
    assert conditions(get(held, "pods"))["Ready"] == "PodFailed"
    held.clock.advance(3600)
    assert get(held, "pods")["status"]["phase"] == "Failed"


def test_a_deadline_that_is_set_later_counts_from_the_start_too(held: Lab) -> None:
    create(held, "pods", pod())
    held.clock.advance(100)
    deadline = {"spec": {"activeDeadlineSeconds": 60}}
    held.cluster.patch(held.cluster.resource("pods"), "x", deadline, "merge", "default")
    held.clock.advance(0)
    assert get(held, "pods")["status"]["reason"] == "DeadlineExceeded"


def test_a_pod_whose_image_never_comes_has_its_deadline_too(held: Lab) -> None:
    late = pod(activeDeadlineSeconds=60)
    late["spec"]["containers"][0]["image"] = "unpullable"
    create(held, "pods", late)
    held.clock.advance(61)
    assert get(held, "pods")["status"]["reason"] == "DeadlineExceeded"


def test_a_pod_that_hangs_has_its_grace(held: Lab) -> None:
    create(held, "pods", pod("hang"))
    held.clock.advance(0)
    held.cluster.delete(held.cluster.resource("pods"), "x", "default", DeleteOptions())
    held.clock.advance(29)
    assert get(held, "pods")["metadata"]["deletionGracePeriodSeconds"] == 30
    held.clock.advance(2)
    assert held.cluster.store.find("pods", "x", "default") is None


def test_a_probe_needs_no_process(held: Lab) -> None:
    create(held, "pods", pod())
    held.clock.advance(0)
    assert "Ready" in conditions(get(held, "pods"))


def test_time_that_is_held_stands_still_and_goes_on_from_there() -> None:
    clock = Clock()
    clock.hold()
    before = clock()
    assert clock() == before
    clock.jump(-60)
    assert clock() == before - timedelta(seconds=60)
    clock.hold(False)
    assert clock() > before - timedelta(seconds=60)
    assert clock() < datetime.now(UTC)


def test_a_sleeper_wakes_when_its_time_is_passed_over() -> None:
    clock, slept = Clock(), threading.Event()
    clock.hold()

    def sleep() -> None:
        asyncio.run(clock.sleep(3600))
        slept.set()

    thread = threading.Thread(target=sleep, daemon=True)
    thread.start()
    while not slept.wait(0.01):
        clock.advance(600)
    thread.join()


def order(lab: Lab, body: bytes) -> urllib3.BaseHTTPResponse:
    config = lab.client_config
    pool = urllib3.PoolManager(ca_certs=str(lab.folder.tls / "ca.crt"), retries=False)
    headers = {"Authorization": f"Bearer {config.identity.token}"}
    return pool.request("POST", f"{config.server}/oakum/clock", headers=headers, body=body)


def test_time_passes_on_order_from_outside(lab: Lab) -> None:
    shown = order(lab, b'{"hold": true, "advance": 7200}').json()
    assert shown["held"]
    assert datetime.fromisoformat(shown["now"]) > datetime.now(UTC) + timedelta(minutes=119)


@pytest.mark.parametrize(
    "body", [b"[]", b'{"leap": 1}', b'{"advance": "x"}', b'{"advance": -1}', b'{"jump": 1e300}', b"no JSON"]
)
def test_an_order_to_the_clock_that_makes_no_sense_is_refused(lab: Lab, body: bytes) -> None:
    answer = order(lab, body)
    assert (answer.status, list(answer.json())) == (400, ["error"])
