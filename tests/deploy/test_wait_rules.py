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


def condition(kind: str, status: str) -> dict[str, str]:
    return {"type": kind, "status": status, "reason": "why", "message": "how"}


SEEN = {"observedGeneration": 1}
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
    ("Deployment", "apps/v1", {"spec": {"replicas": 1}, "status": {"readyReplicas": 1, "updatedReplicas": 1}}, "ok"),
    ("Deployment", "apps/v1", {"spec": {"replicas": 1}, "status": {"readyReplicas": 2}},
     "ongoing: Waiting for 1 replicas to be updated"),
    ("Deployment", "apps/v1", {"spec": {"replicas": 1, "paused": True}, "status": {"readyReplicas": 1}}, "ok"),
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
    ("Deployment", "apps/v1", {"status": {"conditions": [condition("ReplicaFailure", "True")]}},
     "ongoing: Deployment has encountered replica failure: why (message: how)"),
    ("Deployment", "apps/v1", {"status": {"conditions": [condition("ReplicaFailure", "True"), PROGRESS]}},
     "ongoing: Deployment has encountered replica failure: why (message: how)"),
    ("Deployment", "apps/v1", {"status": {"conditions": [PROGRESS, condition("ReplicaFailure", "True")]}},
     "fail: Deployment is not progressing: Deadline (message: late)"),
    ("Deployment", "apps/v1", {"spec": {"replicas": 0}}, "ok"),
    ("Deployment", "apps/v1beta1", {"status": {"unavailableReplicas": 1}}, "ok"),
    ("DaemonSet", "apps/v1", {"metadata": {"generation": 2}}, "ongoing: Waiting for generation 2 to be observed"),
    ("DaemonSet", "apps/v1", {"status": {"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberUnavailable": 1}},
     "ongoing: Waiting for 1 unavailable pods"),
    ("DaemonSet", "apps/v1", {"status": {"desiredNumberScheduled": 2, "updatedNumberScheduled": 2}}, "ok"),
    ("StatefulSet", "apps/v1", {"metadata": {"generation": 2}}, "ongoing: Waiting for generation 2 to be observed"),
    ("StatefulSet", "apps/v1", {"spec": {"replicas": 2}}, "ongoing: Waiting for 2 replicas to be updated"),
    ("StatefulSet", "apps/v1", {"spec": {"replicas": 2}, "status": {"updatedReplicas": 2, "readyReplicas": 1}},
     "ongoing: Waiting for 1 replicas to be ready"),
    ("StatefulSet", "apps/v1", {"spec": {"replicas": 1}, "status": {"updatedReplicas": 1, "readyReplicas": 1, "replicas": 3}},
     "ongoing: Waiting for 2 replicas to be deleted"),
    ("StatefulSet", "apps/v1", {"spec": {"replicas": 1}, "status": {"updatedReplicas": 1, "readyReplicas": 1, "replicas": 1}},
     "ok"),
    ("Job", "batch/v1", {"metadata": {"generation": 9}, "status": {"conditions": [condition("Failed", "True")]}},
     "fail: Failed with reason why: how"),
    ("Job", "batch/v1", {"status": {"failed": 2, "succeeded": 3, "conditions": [condition("Suspended", "True")]}},
     "ongoing: Waiting to complete (0 active, 2 failed, 3 succeeded)"),
    *(("CronJob", f"batch/{version}", {"metadata": {"generation": 2}}, "ok") for version in ("v1", "v1beta1", "v2alpha1")),
    ("Pod", "v1", {"status": {"phase": "Pending"}}, "ongoing: Pending"),
    ("Pod", "v1", {"status": {"phase": "Pending", "initContainerStatuses": [{"state": {"waiting": {"reason": "First"}}}],
                              "containerStatuses": [WAITING]}}, "ongoing: Pending: First"),
    ("Pod", "v1", {"status": {"phase": "Pending", "conditions": [
        {**condition("PodScheduled", "False"), "reason": "Unschedulable"}]}},
     "ongoing: Pending: Unschedulable (message: how)"),
    ("Pod", "v1", {"status": {"phase": "Running", "conditions": [condition("Initialized", "True")]}},
     "ongoing: Condition Ready is not set"),
    ("Pod", "v1", {"status": {"phase": "Running", "conditions": [condition("Initialized", "True"), condition("Ready", "False")]}},
     "ongoing: Condition Ready is not True (False)"),
    ("Pod", "v1", {"status": {"phase": "Running", "conditions": [
        condition(c, "True") for c in ("Initialized", "Ready", "PodScheduled")]}}, "ok"),
    ("Pod", "v1", {"status": {"phase": "Succeeded"}}, "ok"),
    ("Pod", "v1", {"status": {"phase": "Unknown"}}, "fail: Phase is unknown"),
    ("Pod", "v1", {}, "ongoing: Undetermined phase"),
    ("Service", "v1", {"spec": {"clusterIP": "None"}}, "ok"),
    ("Service", "v1", {"spec": {"clusterIP": "1", "type": "LoadBalancer"},
                       "status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}}, "ok"),
    *(("CustomResourceDefinition", f"apiextensions.k8s.io/{version}", {"status": {"conditions": have}}, text)
      for version in ("v1", "v1beta1") for have, text in (
          ([], "ongoing: Condition Established is not set"),
          ([condition("Established", "True")], "ongoing: Condition NamesAccepted is not set"),
          ([condition("Established", "True"), condition("NamesAccepted", "False")],
           "ongoing: Condition NamesAccepted is not True (False)"),
          ([condition("Established", "True"), condition("NamesAccepted", "True")], "ok"))),
    *(("APIService", f"apiregistration.k8s.io/{version}", {"status": {"conditions": [condition("Available", said)]}}, text)
      for version in ("v1", "v1beta1") for said, text in (
          ("False", "ongoing: Condition Available is not True (False)"), ("True", "ok"))),
    *((kind, api, {"status": have, "metadata": {"generation": 1, **meta}}, text) for kind, api in (
        ("App", "kappctrl.k14s.io/v1alpha1"), ("PackageInstall", "packaging.carvel.dev/v1alpha1"),
        ("PackageRepository", "packaging.carvel.dev/v1alpha1")) for have, meta, text in (
            ({}, {}, "ongoing: Waiting for generation 1 to be observed"),
            ({**SEEN, "conditions": [condition("Reconciling", "True")]}, {}, "ongoing: Reconciling"),
            ({**SEEN, "conditions": [condition("ReconcileFailed", "True")]}, {}, "fail: Reconcile failed: why (message: how)"),
            ({**SEEN, "usefulErrorMessage": "do this", "conditions": [condition("DeleteFailed", "True")]}, {},
             "fail: Delete failed: why (message: do this)"),
            ({**SEEN, "conditions": [condition("ReconcileSucceeded", "True")]}, {}, "ok"),
            (SEEN, {"deletionTimestamp": "2024-01-01T00:00:00Z"}, "ongoing: Deleting"))),
    *((kind, api, {}, "ok") for kind, api in (
        ("PersistentVolumeClaim", "v1"), ("Ingress", "networking.k8s.io/v1"), ("Namespace", "v1"),
        ("PodDisruptionBudget", "policy/v1"), ("HorizontalPodAutoscaler", "autoscaling/v2"), ("Foo", "example.com/v1"))),
    ("Pod", "v1", {"metadata": {"deletionTimestamp": "2024-01-01T00:00:00Z"}, "status": {"phase": "Failed"}},
     "ongoing: Deleting"),
    ("Deployment", "apps/v1", {"spec": {"replicas": "many"}},
     "fail: Error: Failed obj conversion: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"),
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


NOTE = "kapp.k14s.io/apps-v1-deployment-wait-minimum-replicas-available"


@pytest.mark.parametrize(("wanted", "replicas", "generation", "available", "text"), [
    ("3", 4, 1, 2, "ongoing: Waiting for at least 3 available replicas (currently 2 available)"),
    ("3", 4, 1, 3, "ok"),
    ("9", 2, 1, 1, "ongoing: Waiting for at least 2 available replicas (currently 1 available)"),
    ("10%", 5, 1, 0, "ongoing: Waiting for at least 1 available replicas (currently 0 available)"),
    ("50%", 5, 1, 2, "ok"),
    ("0", 0, 1, 0, "ok"),
    ("1", 1, 2, 1, "ongoing: Waiting for generation 2 to be observed"),
    ("many", 1, 1, 1, f"fail: Error: Failed to parse {NOTE}: strconv.Atoi: parsing \"many\": invalid syntax"),
    ("1", None, 1, 1, "fail: Error: Failed to find spec.replicas"),
])
def test_the_least_number_of_replicas_is_a_number_or_a_share(
        wanted: str, replicas: int | None, generation: int, available: int, text: str) -> None:
    newest = Resource({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {
        "name": "r", "generation": generation, "annotations": {"deployment.kubernetes.io/revision": "2"}},
        "status": {"availableReplicas": available, **SEEN}})
    state = judged("Deployment", "apps/v1", metadata={"annotations": {NOTE: wanted, "deployment.kubernetes.io/revision": "2"}},
                   spec={} if replicas is None else {"replicas": replicas}, associated=(newest,))
    assert said(state) == text


@pytest.mark.parametrize(("notes", "text"), [
    ({}, "Expected to find 'deployment.kubernetes.io/revision' but did not"),
    ({"deployment.kubernetes.io/revision": "3"},
     "Expected to find replica set (rev 3) in associated resources but did not")])
def test_without_its_newest_replica_set_a_deployment_has_failed(notes: dict[str, str], text: str) -> None:
    other = Resource({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}})
    state = judged("Deployment", "apps/v1", metadata={"annotations": {NOTE: "1", **notes}}, spec={"replicas": 1},
                   associated=(other,))
    assert said(state) == f"fail: Error: Failed to find latest replicaset: {text}"


def test_a_failing_api_service_is_ignored_when_asked() -> None:
    status = {"conditions": [condition("Available", "False")]}
    state = judged("APIService", "apiregistration.k8s.io/v1", judge=Judge(ignore_failing_apis=True), status=status)
    assert said(state) == "ok: Ignoring (Condition Available is not True (False))"


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


@pytest.mark.parametrize(("kind", "fields", "why"), [
    ("Deployment", {"status": {"conditions": {"a": "b"}}}, "object into Go struct field DeploymentStatus.status.conditions of type "
     "[]v1.DeploymentCondition"),
    ("Deployment", {"status": {"conditions": ["Ready"]}}, "string into Go struct field DeploymentStatus.status.conditions of type "
     "v1.DeploymentCondition"),
    ("Deployment", {"status": {"conditions": [{"type": ["x"]}]}}, "array into Go struct field DeploymentCondition.status.conditions.type "
     "of type string"),
    ("Deployment", {"status": {"observedGeneration": "2"}}, "string into Go struct field DeploymentStatus.status.observedGeneration of "
     "type int64"),
    ("Deployment", {"spec": "x"}, "string into Go struct field Deployment.spec of type v1.DeploymentSpec"),
    ("Deployment", {"spec": {"replicas": 1.5}}, "number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32"),
])
def test_a_built_in_kind_of_another_shape_has_failed(kind: str, fields: dict[str, Any], why: str) -> None:
    assert said(judged(kind, "apps/v1", **fields)) == f"fail: Error: Failed obj conversion: json: cannot unmarshal {why}"


@pytest.mark.parametrize("status", [5, "x", ["x"], {"conditions": {"Ready": True}}, {"conditions": [1]},
                                    {"conditions": [{"type": "Ready", "status": True}]}, {"observedGeneration": "2"}])
def test_a_custom_resource_of_any_shape_is_done_but_not_by_a_rule_about_conditions(status: Any) -> None:
    rule = {"conditionMatchers": [{"type": "Ready", "status": "True", "success": True}], "resourceMatchers": [{"allMatcher": {}}]}
    config = parse_config(Resource({"apiVersion": "kapp.k14s.io/v1alpha1", "kind": "Config", "waitRules": [rule]}), "0.60.0")
    assert judged("Thing", "x.test/v1", status=status).successful
    assert said(judged("Thing", "x.test/v1", status=status, judge=Judge(config))).startswith(
        "fail: Error: Failed obj conversion: json: cannot unmarshal ")


@pytest.mark.parametrize("status", [5, "x", ["x"], {"conditions": {"Ready": True}}, {"conditions": [1, {"type": ["x"]}]}])
def test_neither_is_it_failed_where_waiting_is_strict(status: Any) -> None:
    assert judged("Thing", "x.test/v1", status=status, judge=Judge(strict=True)).successful
