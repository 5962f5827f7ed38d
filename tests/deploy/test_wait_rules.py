from typing import Any

import pytest

from oakum.deploy.config.config import parse_config
from oakum.deploy.resource import Resource
from oakum.deploy.wait.judge import Judge
from oakum.deploy.wait.state import State


def judged(kind: str, api: str = "v1", *, metadata: dict[str, Any] | None = None, judge: Judge | None = None,
           associated: tuple[Resource, ...] = (), **fields: Any) -> State:
    body = {"apiVersion": api, "kind": kind, "metadata": {"name": "x", **(metadata or {})}, **fields}
    return (judge or Judge()).state(Resource(body), associated)


def said(state: State) -> str:
    return f"{state.word}: {state.message}" if state.message else state.word


PROGRESS = {"type": "Progressing", "status": "False", "reason": "Deadline", "message": "late"}
WAITING = {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}


@pytest.mark.parametrize(("kind", "api", "fields", "text"), [
    ("Deployment", "apps/v1", {"metadata": {"generation": 2}, "status": {"observedGeneration": 1}},
     "ongoing: Waiting for generation 2 to be observed"),
    ("Deployment", "apps/v1", {"status": {"conditions": [PROGRESS]}},
     "fail: Deployment is not progressing: Deadline (message: late)"),
    ("Deployment", "apps/v1", {"status": {"unavailableReplicas": 1}}, "ongoing: Waiting for 1 unavailable replicas"),
    ("Deployment", "apps/v1", {"spec": {"replicas": 3}, "status": {"readyReplicas": 1}},
     "ongoing: Waiting for 2/3 replicas to be ready"),
    ("Deployment", "apps/v1", {"spec": {"replicas": 1}, "status": {"readyReplicas": 1}}, "ok"),
    ("DaemonSet", "apps/v1", {"status": {"desiredNumberScheduled": 2}}, "ongoing: Waiting for 2 updated pods to be scheduled"),
    ("StatefulSet", "apps/v1", {"spec": {}}, "fail: Error: Failed to find spec.replicas"),
    ("StatefulSet", "apps/v1", {"spec": {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 1}}}},
     "ongoing: Waiting for 2 replicas to be updated (updating only 2 of 3 total)"),
    ("Job", "batch/v1", {"status": {"active": 1}}, "ongoing: Waiting to complete (1 active, 0 failed, 0 succeeded)"),
    ("Job", "batch/v1", {"status": {"conditions": [{"type": "Complete", "status": "True"}]}}, "ok: Completed"),
    ("Pod", "v1", {"status": {"phase": "Pending", "containerStatuses": [WAITING]}},
     "ongoing: Pending: ImagePullBackOff (message: no such image)"),
    ("Pod", "v1", {"status": {"phase": "Running"}}, "ongoing: Condition Initialized is not set"),
    ("Pod", "v1", {"status": {"phase": "Failed"}}, "fail: Phase is failed"),
    ("Service", "v1", {"spec": {"type": "ExternalName"}}, "ok: External service"),
    ("Service", "v1", {"spec": {}}, "ongoing: ClusterIP is empty"),
    ("Service", "v1", {"spec": {"clusterIP": "1", "type": "LoadBalancer"}}, "ongoing: Load balancer ingress is empty"),
    ("ReplicaSet", "apps/v1", {"status": {}}, "ok"),
    ("ConfigMap", "v1", {"metadata": {"deletionTimestamp": "2024-01-01T00:00:00Z", "finalizers": ["a", "b"]}},
     "ongoing: Waiting on finalizers: a, b"),
    ("Deployment", "apps/v1", {"spec": {"replicas": "many"}},
     "fail: Error: Failed obj conversion: json: cannot unmarshal str into Go struct field .replicas of type int32"),
])
def test_built_in_kinds_are_judged_as_the_table_says(kind: str, api: str, fields: dict[str, Any], text: str) -> None:
    assert said(judged(kind, api, **fields)) == text


def test_a_deployment_can_be_done_with_fewer_replicas() -> None:
    notes = {"kapp.k14s.io/apps-v1-deployment-wait-minimum-replicas-available": "50%",
             "deployment.kubernetes.io/revision": "2"}
    replica_set = Resource({"apiVersion": "apps/v1", "kind": "ReplicaSet", "status": {"availableReplicas": 1},
                            "metadata": {"name": "r", "annotations": {"deployment.kubernetes.io/revision": "2"}}})
    state = judged("Deployment", "apps/v1", metadata={"annotations": notes}, spec={"replicas": 4},
                   status={"unavailableReplicas": 3}, associated=(replica_set,))
    assert said(state) == "ongoing: Waiting for at least 2 available replicas (currently 1 available)"


RULE = {"waitRules": [{"supportsObservedGeneration": True, "resourceMatchers": [{"allMatcher": {}}], "conditionMatchers": [
    {"type": "Broken", "status": "True", "failure": True}, {"type": "Ready", "status": "True", "success": True},
    {"type": "Warm", "status": "True", "unblockChanges": True}]}]}


@pytest.mark.parametrize(("condition", "text"), [
    ("Broken", "fail: Encountered failure condition Broken == True: why (message: how)"),
    ("Ready", "ok: Encountered successful condition Ready == True: why (message: how)"),
    ("Warm", "ongoing: Allowing blocked changes to proceed: Encountered condition Warm == True: why"),
    ("Other", "ongoing: No failing or successful conditions found"),
])
def test_conditions_decide_by_rules_of_ones_own(condition: str, text: str) -> None:
    judge = Judge(parse_config(Resource(RULE), ""))
    status = {"conditions": [{"type": condition, "status": "True", "reason": "why", "message": "how"}]}
    assert said(judged("Foo", "ex.test/v1", judge=judge, status=status)) == text
