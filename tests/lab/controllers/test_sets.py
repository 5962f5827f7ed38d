from pathlib import Path
from typing import Any

from tests.lab.controllers.world import World

from oakum.lab.controllers import standard
from oakum.lab.store import Obj

LABELS = {"app": "db"}
TEMPLATE = {"metadata": {"labels": LABELS}, "spec": {"containers": [{"name": "c", "image": "db:1"}]}}
NEW_IMAGE = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "db:2"}]}}}}


def stateful(**spec: Any) -> Obj:
    body = {"replicas": 2, "serviceName": "db", "selector": {"matchLabels": LABELS}, "template": TEMPLATE}
    return {"metadata": {"name": "db"}, "spec": {**body, **spec}}


def images(world: World) -> dict[str, str]:
    return {pod["metadata"]["name"]: pod["spec"]["containers"][0]["image"] for pod in world.all("pods")}


def test_pods_of_a_stateful_set_come_one_after_the_other(world: World) -> None:
    world.create("statefulsets.apps", stateful())
    world.settle()
    assert world.names("pods") == ["db-0"]
    world.run_pods()
    assert world.names("pods") == ["db-0", "db-1"]
    world.run_pods()
    status = world.get("statefulsets.apps", "db")["status"]
    assert (status["readyReplicas"], status["availableReplicas"]) == (2, 2)
    assert status["currentRevision"] == status["updateRevision"]


def test_a_stateful_set_is_updated_from_its_last_pod_on(world: World) -> None:
    world.create("statefulsets.apps", stateful(podManagementPolicy="Parallel"))
    world.settle()
    world.run_pods()
    world.patch("statefulsets.apps", "db", NEW_IMAGE)
    world.settle()
    world.run_pods()
    assert images(world) == {"db-0": "db:1", "db-1": "db:2"}
    for _ in range(4):
        world.run_pods()
    assert set(images(world).values()) == {"db:2"}


def test_a_stateful_set_shrinks_from_its_end(world: World) -> None:
    world.create("statefulsets.apps", stateful(podManagementPolicy="Parallel"))
    world.settle()
    world.run_pods()
    world.patch("statefulsets.apps", "db", {"spec": {"replicas": 1}})
    world.settle()
    world.run_pods()
    assert world.names("pods") == ["db-0"]


def test_claims_of_a_stateful_set_are_bound_to_folders(world: World, tmp_path: Path) -> None:
    world.manager = standard(world.cluster, "CA", tmp_path)
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claims = [{"metadata": {"name": "data"}, "spec": wanted}]
    world.create("statefulsets.apps", stateful(replicas=1, volumeClaimTemplates=claims))
    world.settle()
    claim = world.get("persistentvolumeclaims", "data-db-0")
    assert claim["status"]["phase"] == "Bound"
    (folder,) = tmp_path.iterdir()
    assert folder.name == claim["spec"]["volumeName"]
    (pod,) = world.all("pods")
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}} in pod["spec"]["volumes"]


def test_a_claim_in_use_outlives_its_deletion(world: World, tmp_path: Path) -> None:
    world.manager = standard(world.cluster, "CA", tmp_path)
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    world.create("persistentvolumeclaims", {"metadata": {"name": "data"}, "spec": wanted})
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    pod = {"metadata": {"name": "user"}, "spec": {"containers": [{"name": "c", "image": "x"}], "volumes": volumes}}
    world.create("pods", pod)
    world.settle()
    world.delete("persistentvolumeclaims", "data")
    world.settle()
    assert world.names("persistentvolumeclaims") == ["data"]
    world.delete("pods", "user", grace=0)
    world.settle()
    assert world.names("persistentvolumeclaims") == []
    assert list(tmp_path.iterdir()) == []


def test_a_daemon_set_has_a_pod_on_each_node(world: World) -> None:
    world.create(
        "daemonsets.apps",
        {"metadata": {"name": "db"}, "spec": {"selector": {"matchLabels": LABELS}, "template": TEMPLATE}},
    )
    world.settle()
    world.run_pods()
    status = world.get("daemonsets.apps", "db")["status"]
    assert (status["desiredNumberScheduled"], status["numberReady"], status["updatedNumberScheduled"]) == (1, 1, 1)
    world.patch("daemonsets.apps", "db", NEW_IMAGE)
    for _ in range(3):
        world.settle()
        world.run_pods()
    assert set(images(world).values()) == {"db:2"}


def test_a_budget_counts_healthy_pods(world: World) -> None:
    world.create("statefulsets.apps", stateful(podManagementPolicy="Parallel"))
    budget = {"metadata": {"name": "b"}, "spec": {"minAvailable": 1, "selector": {"matchLabels": LABELS}}}
    world.create("poddisruptionbudgets.policy", budget)
    world.settle()
    world.run_pods()
    status = world.get("poddisruptionbudgets.policy", "b")["status"]
    wanted = {"currentHealthy": 2, "desiredHealthy": 1, "disruptionsAllowed": 1, "expectedPods": 2}
    assert {key: status[key] for key in wanted} == wanted


def test_a_quota_tells_what_is_used(world: World) -> None:
    world.create(
        "resourcequotas", {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "5", "requests.memory": "1Gi"}}}
    )
    resources = {"requests": {"memory": "64Mi"}}
    container = {"name": "c", "image": "x", "resources": resources}
    world.create("pods", {"metadata": {"name": "p"}, "spec": {"containers": [container]}})
    world.settle()
    assert world.get("resourcequotas", "q")["status"]["used"] == {"pods": "1", "requests.memory": "64Mi"}


def claims(**policy: str) -> Obj:
    template = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
    body = stateful(podManagementPolicy="Parallel", volumeClaimTemplates=[template])
    body["spec"]["persistentVolumeClaimRetentionPolicy"] = policy
    return body


def test_claims_of_pods_too_many_go_with_them_where_that_is_wanted(world: World) -> None:
    world.create("statefulsets.apps", claims(whenScaled="Delete", whenDeleted="Retain"))
    for _ in range(3):
        world.run_pods()
    world.patch("statefulsets.apps", "db", {"spec": {"replicas": 1}})
    for _ in range(3):
        world.settle()
        world.run_pods()
    assert world.names("persistentvolumeclaims") == ["data-db-0"]
    world.delete("statefulsets.apps", "db")
    for _ in range(3):
        world.settle()
        world.run_pods()
    assert world.names("persistentvolumeclaims") == ["data-db-0"]


def test_a_retention_policy_that_is_set_later_is_heeded_too(world: World) -> None:
    world.create("statefulsets.apps", claims(whenScaled="Retain", whenDeleted="Retain"))
    for _ in range(3):
        world.run_pods()
    policy = {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Retain", "whenDeleted": "Delete"}}
    world.patch("statefulsets.apps", "db", {"spec": policy})
    world.settle()
    world.delete("statefulsets.apps", "db")
    for _ in range(3):
        world.settle()
        world.run_pods()
    assert world.names("persistentvolumeclaims") == []


def test_events_name_the_controller_that_made_the_pods(world: World) -> None:
    one = {"replicas": 1, "template": TEMPLATE}
    world.create("replicationcontrollers", {"metadata": {"name": "rc"}, "spec": {**one, "selector": LABELS}})
    world.create("replicasets.apps", {"metadata": {"name": "rs"}, "spec": {**one, "selector": {"matchLabels": LABELS}}})
    world.settle()
    told = {event["involvedObject"]["kind"]: (event["source"], event["reportingComponent"])
            for event in world.all("events") if event["reason"] == "SuccessfulCreate"}
    assert told == {
        "ReplicationController": ({"component": "replication-controller"}, "replication-controller"),
        "ReplicaSet": ({"component": "replicaset-controller"}, "replicaset-controller")}
