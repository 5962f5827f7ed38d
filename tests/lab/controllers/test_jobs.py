from typing import Any

import pytest
from tests.lab.controllers.world import World

from oakum.lab.store import Obj


def job(**spec: Any) -> Obj:
    pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "task:1"}]}
    return {"metadata": {"name": "task"}, "spec": {"template": {"spec": pod}, **spec}}


def conditions(world: World) -> dict[str, str]:
    found = world.get("jobs.batch", "task")["status"].get("conditions", [])
    return {each["type"]: each["reason"] for each in found if each["status"] == "True"}


def test_a_job_is_complete_when_its_pod_has_succeeded(world: World) -> None:
    world.create("jobs.batch", job())
    world.settle()
    world.run_pods("Succeeded", ready=False)
    assert conditions(world)["Complete"] == "CompletionsReached"
    assert world.get("jobs.batch", "task")["status"]["succeeded"] == 1


def test_a_job_fails_beyond_its_backoff_limit(world: World) -> None:
    world.create("jobs.batch", job(backoffLimit=1))
    for _ in range(3):
        world.settle()
        world.run_pods("Failed", ready=False)
    assert conditions(world)["Failed"] == "BackoffLimitExceeded"
    assert world.get("jobs.batch", "task")["status"]["failed"] == 2


def test_an_indexed_job_runs_each_index_once(world: World) -> None:
    world.create("jobs.batch", job(completions=3, parallelism=2, completionMode="Indexed"))
    for _ in range(3):
        world.settle()
        world.run_pods("Succeeded", ready=False)
    assert world.get("jobs.batch", "task")["status"]["completedIndexes"] == "0-2"
    assert len(world.all("pods")) == 3


def test_pods_of_an_indexed_job_are_told_their_index_and_have_names_of_it(world: World) -> None:
    world.create("jobs.batch", job(completions=2, parallelism=2, completionMode="Indexed"))
    world.settle()
    pods = sorted(world.all("pods"), key=lambda pod: pod["metadata"]["name"])
    assert [pod["metadata"]["generateName"] for pod in pods] == ["task-0-", "task-1-"]
    assert [pod["spec"]["hostname"] for pod in pods] == ["task-0", "task-1"]
    variable = pods[1]["spec"]["containers"][0]["env"][0]
    field = "metadata.labels['batch.kubernetes.io/job-completion-index']"
    assert variable == {"name": "JOB_COMPLETION_INDEX", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": field}}}
    assert pods[1]["metadata"]["labels"]["batch.kubernetes.io/job-completion-index"] == "1"


def test_a_suspended_job_has_no_pods(world: World) -> None:
    world.create("jobs.batch", job(suspend=True))
    world.settle()
    assert world.all("pods") == []
    world.patch("jobs.batch", "task", {"spec": {"suspend": False}})
    world.settle()
    assert len(world.all("pods")) == 1


def test_a_job_keeps_its_template(world: World) -> None:
    from oakum.lab.api.status import ApiError

    world.create("jobs.batch", job())
    changed = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "task:2"}]}}}}
    with pytest.raises(ApiError, match="spec.template: Invalid value: .* field is immutable"):
        world.patch("jobs.batch", "task", changed)


def end(world: World, phase: str, code: int = 0, index: str = "") -> None:
    """Play the node: pods that wait end, those of one index only where one is given."""
    for pod in world.all("pods"):
        mark = (pod["metadata"].get("labels") or {}).get("batch.kubernetes.io/job-completion-index", "")
        if pod["status"]["phase"] == "Pending" and (not index or mark == index):
            statuses = [{"name": "c", "state": {"terminated": {"exitCode": code}}}]
            change = {"phase": phase, "containerStatuses": statuses}

            def report(obj: Obj, change: Obj = change) -> None:
                obj["status"] |= change

            world.cluster.store.mutate("pods", pod["metadata"]["name"], "default", report)
    world.settle()


def test_an_index_beyond_its_own_limit_is_not_tried_again_and_fails_the_job_at_its_end(world: World) -> None:
    world.create("jobs.batch", job(completions=2, parallelism=2, completionMode="Indexed", backoffLimitPerIndex=0))
    world.settle()
    end(world, "Failed", 1, index="0")
    status = world.get("jobs.batch", "task")["status"]
    assert (status["failedIndexes"], status["failed"], conditions(world)) == ("0", 1, {})
    end(world, "Succeeded", index="1")
    assert conditions(world)["Failed"] == "FailedIndexes"
    assert len(world.all("pods")) == 2


def test_too_many_failed_indexes_end_a_job(world: World) -> None:
    limits = {"backoffLimitPerIndex": 0, "maxFailedIndexes": 1}
    world.create("jobs.batch", job(completions=4, parallelism=3, completionMode="Indexed", **limits))
    world.settle()
    end(world, "Failed", 1, index="0")
    assert conditions(world) == {}
    end(world, "Failed", 1, index="1")
    assert conditions(world)["Failed"] == "MaxFailedIndexesExceeded"


def test_a_failure_may_end_a_job_or_count_for_nothing_by_its_exit_code(world: World) -> None:
    rules = [
        {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [7]}},
        {"action": "FailJob", "onExitCodes": {"containerName": "c", "operator": "NotIn", "values": [1]}},
    ]
    world.create("jobs.batch", job(backoffLimit=0, podFailurePolicy={"rules": rules}))
    world.settle()
    end(world, "Failed", 7)
    assert (conditions(world), len(world.all("pods"))) == ({}, 2)
    end(world, "Failed", 42)
    failed = next(each for each in world.get("jobs.batch", "task")["status"]["conditions"] if each["type"] == "Failed")
    assert failed["reason"] == "PodFailurePolicy"
    assert failed["message"].startswith("Container c for pod default/task-")
    assert failed["message"].endswith(" failed with exit code 42 matching FailJob rule at index 1")


def test_a_job_is_complete_when_the_indexes_that_matter_have_succeeded(world: World) -> None:
    rules = [{"succeededIndexes": "0,2-3", "succeededCount": 2}]
    spec = {"completions": 5, "parallelism": 5, "completionMode": "Indexed", "successPolicy": {"rules": rules}}
    world.create("jobs.batch", job(**spec))
    world.settle()
    for index in ("1", "2"):
        end(world, "Succeeded", index=index)
        assert conditions(world) == {}
    end(world, "Succeeded", index="3")
    assert conditions(world)["Complete"] == "SuccessPolicy"
    assert world.get("jobs.batch", "task")["status"]["completedIndexes"] == "1-3"
