from typing import Any

import pytest

from oakum.deploy.resource import Resource
from oakum.deploy.wait.judge import Judge
from oakum.deploy.wait.stuck import Stuck, last_words, refused, who_failed, why_stuck


def pod(**status: Any) -> Resource:
    return Resource({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "status": status})


def reason(resources: list[Resource]) -> str:
    found = why_stuck(resources)
    return found.reason if found is not None else ""


def waiting(reason: str) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "c", "state": {"waiting": {"reason": reason, "message": "m"}}}]}


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "CrashLoopBackOff", "CreateContainerConfigError"])
def test_a_container_that_cannot_start_is_named_with_the_reason(reason: str) -> None:
    found = why_stuck([pod(**waiting(reason))])
    assert found is not None
    assert (found.reason, found.culprit.name, found.container) == (f"{reason}: m", "p", "c")


def test_a_container_that_is_just_being_made_is_not_stuck() -> None:
    assert why_stuck([pod(**waiting("ContainerCreating"))]) is None


def test_a_container_that_failed_again_after_a_restart_is_stuck_whatever_the_kubelet_calls_it() -> None:
    failed = {"name": "c", "restartCount": 1, "state": {"terminated": {"exitCode": 3, "reason": "Error"}}}
    found = why_stuck([pod(containerStatuses=[failed])])
    assert found is not None
    assert (found.reason, found.container) == ("failed again after a restart (exit status 3)", "c")
    assert why_stuck([pod(containerStatuses=[failed | {"restartCount": 0}])]) is None
    assert why_stuck([pod(containerStatuses=[failed | {"state": {"terminated": {"exitCode": 0}}}])]) is None


def test_a_pod_that_fits_no_node_and_a_quota_that_is_used_up_are_named() -> None:
    unschedulable = pod(conditions=[{"type": "PodScheduled", "reason": "Unschedulable", "message": "0/1 nodes"}])
    assert reason([unschedulable]) == "Unschedulable: 0/1 nodes"
    failure = {"type": "ReplicaFailure", "status": "True", "message": "pods is forbidden: exceeded quota: small"}
    replica_set = Resource({"kind": "ReplicaSet", "metadata": {"name": "r"}, "status": {"conditions": [failure]}})
    assert "exceeded quota" in reason([replica_set])


@pytest.mark.parametrize(("kind", "api", "fields", "message"), [
    ("ReplicaSet", "apps/v1", {"spec": {"replicas": 2}, "status": {"readyReplicas": 1}}, "Waiting for 1 replicas to be ready"),
    ("PersistentVolumeClaim", "v1", {"spec": {"storageClassName": "s"}, "status": {"phase": "Pending"}},
     "Waiting for the claim to be bound (phase Pending)"),
    ("Ingress", "networking.k8s.io/v1", {"spec": {"ingressClassName": "i"}}, "Waiting for an address"),
    ("Thing", "ex.test/v1", {"status": {"conditions": [{"type": "Ready", "status": "False"}]}},
     "Condition Ready is not True (False)")])
def test_more_kinds_are_waited_for_only_when_asked(kind: str, api: str, fields: dict[str, Any], message: str) -> None:
    r = Resource({"apiVersion": api, "kind": kind, "metadata": {"name": "x"}, **fields})
    assert Judge().state(r).done
    assert Judge(strict=True).state(r).message == message


class Logs:
    """A client whose pods have these logs: of the run before this one, and of this one."""

    def __init__(self, before: str, now: str) -> None:
        self.texts = {True: before, False: now}

    def log(self, *_: object, previous: bool, **__: object) -> "Logs":
        self.asked = self.texts[previous]
        return self

    def lines(self) -> list[bytes]:
        return self.asked.encode().splitlines()


def test_the_last_words_are_of_the_run_before_unless_the_kubelet_has_cleaned_it_away() -> None:
    client: Any = Logs("old words", "new words")
    stuck = Stuck("failed", pod(), "c")
    assert last_words(client, stuck) == ["c | old words"]
    client = Logs("unable to retrieve container logs for containerd://05839d94", "new words")
    assert last_words(client, stuck) == ["c | new words"]


class Events:
    """A client that has these events."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.items = [*events]

    def list(self, *_: object, fields: str) -> "Events":
        self.asked = fields
        return self


def test_a_quota_that_only_an_event_tells_of_is_named_if_the_event_is_no_old_one() -> None:
    owner = Resource({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "uid": "u"}})
    told = {"message": 'create Pod s-0 failed: pods "s-0" is forbidden: exceeded quota: q', "lastTimestamp": "2026-01-01T00:00:10Z"}
    client: Any = Events(told)
    at = 1767225610.0
    found = refused(client, owner, at)
    assert found is not None
    assert (found.reason, client.asked) == (told["message"], "involvedObject.uid=u,reason=FailedCreate")
    assert refused(client, owner, at + 5) is None
    assert refused(client, pod(), at) is None


def test_of_pods_that_failed_the_newest_is_named() -> None:
    def failed(name: str, at: str, code: int) -> Resource:
        state = {"name": "c", "state": {"terminated": {"exitCode": code}}}
        return Resource({"kind": "Pod", "metadata": {"name": name, "creationTimestamp": at}, "status": {"containerStatuses": [state]}})

    pods = [failed("a", "2026-01-01T00:00:03Z", 3), failed("b", "2026-01-01T00:00:02Z", 4), failed("c", "2026-01-01T00:00:04Z", 0)]
    found = who_failed(pods)
    assert found is not None
    assert (found.culprit.name, found.container) == ("a", "c")
    assert who_failed([pods[2]]) is None
