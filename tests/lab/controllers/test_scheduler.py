from typing import Any

from tests.lab.controllers.world import World


def pod(**spec: Any) -> Any:
    return {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}


def scheduled(world: World) -> Any:
    conditions = world.get("pods", "p")["status"]["conditions"]
    return next(each for each in conditions if each["type"] == "PodScheduled")


def test_a_pod_is_bound_to_the_node_that_is_ready(world: World) -> None:
    world.create("pods", pod())
    world.settle()
    assert world.get("pods", "p")["spec"]["nodeName"] == "one"
    assert scheduled(world)["status"] == "True"


def test_a_pod_that_fits_nowhere_says_why(world: World) -> None:
    world.create("pods", pod(nodeSelector={"disk": "ssd"}))
    world.settle()
    assert (scheduled(world)["reason"], scheduled(world)["message"]) == (
        "Unschedulable",
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, "
        "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    )


def test_a_pod_is_bound_once_a_node_fits(world: World) -> None:
    world.create("pods", pod(nodeSelector={"disk": "ssd"}))
    world.settle()
    label = {"metadata": {"labels": {"disk": "ssd"}}}
    world.cluster.patch(world.cluster.resource("nodes"), "one", label, "merge")
    world.settle()
    assert world.get("pods", "p")["spec"]["nodeName"] == "one"


def test_a_taint_needs_a_toleration(world: World) -> None:
    taint = {"spec": {"taints": [{"key": "only", "value": "db", "effect": "NoSchedule"}]}}
    world.cluster.patch(world.cluster.resource("nodes"), "one", taint, "merge")
    world.create("pods", pod())
    world.settle()
    assert "untolerated taint" in scheduled(world)["message"]
    world.delete("pods", "p")
    world.create("pods", pod(tolerations=[{"key": "only", "operator": "Exists"}]))
    world.settle()
    assert scheduled(world)["status"] == "True"
