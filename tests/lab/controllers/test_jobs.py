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
