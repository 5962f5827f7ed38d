from tests.lab.controllers.world import World, deployment

NEW_IMAGE = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "web:2"}]}}}}


def conditions(world: World) -> dict[str, tuple[str, str]]:
    found = world.get("deployments.apps", "web")["status"]["conditions"]
    return {each["type"]: (each["status"], each["reason"]) for each in found}


def started(world: World, **spec: object) -> None:
    world.create("deployments.apps", deployment(**spec))
    world.settle()
    world.run_pods()


def test_a_deployment_becomes_pods_and_is_available(world: World) -> None:
    started(world)
    status = world.get("deployments.apps", "web")["status"]
    assert {key: status[key] for key in ("replicas", "readyReplicas", "updatedReplicas", "availableReplicas")} == {
        "replicas": 2,
        "readyReplicas": 2,
        "updatedReplicas": 2,
        "availableReplicas": 2,
    }
    assert status["observedGeneration"] == 1
    assert conditions(world) == {
        "Available": ("True", "MinimumReplicasAvailable"),
        "Progressing": ("True", "NewReplicaSetAvailable"),
    }


def test_pods_are_owned_by_a_set_owned_by_the_deployment(world: World) -> None:
    started(world, replicas=1)
    (each,), (pod,) = world.all("replicasets.apps"), world.all("pods")
    assert pod["metadata"]["ownerReferences"][0]["uid"] == each["metadata"]["uid"]
    assert each["metadata"]["ownerReferences"][0]["kind"] == "Deployment"
    assert pod["metadata"]["labels"]["pod-template-hash"] in each["metadata"]["name"]


def test_a_rolling_update_never_falls_below_its_minimum(world: World) -> None:
    started(world, replicas=4)
    world.patch("deployments.apps", "web", NEW_IMAGE)
    world.settle()
    least = 9
    for _ in range(12):
        ready = [pod for pod in world.all("pods") if not pod["metadata"].get("deletionTimestamp")]
        least = min(least, sum(pod["status"]["phase"] == "Running" for pod in ready))
        world.run_pods()
    assert least == 3
    assert {pod["spec"]["containers"][0]["image"] for pod in world.all("pods")} == {"web:2"}
    assert len(world.all("pods")) == 4
    assert sorted(each["spec"]["replicas"] for each in world.all("replicasets.apps")) == [0, 4]


def test_a_second_revision_is_counted(world: World) -> None:
    started(world, replicas=1)
    world.patch("deployments.apps", "web", NEW_IMAGE)
    world.settle()
    revision = "deployment.kubernetes.io/revision"
    assert world.get("deployments.apps", "web")["metadata"]["annotations"][revision] == "2"


def test_an_earlier_template_brings_its_set_back(world: World) -> None:
    started(world, replicas=1)
    (first,) = world.names("replicasets.apps")
    old = world.get("deployments.apps", "web")["spec"]["template"]
    world.patch("deployments.apps", "web", NEW_IMAGE)
    for _ in range(4):
        world.run_pods()
    world.patch("deployments.apps", "web", {"spec": {"template": old}})
    for _ in range(4):
        world.run_pods()
    back = world.get("replicasets.apps", first)
    assert back["spec"]["replicas"] == 1
    assert back["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"


def test_recreate_waits_until_the_old_pods_are_gone(world: World) -> None:
    started(world, strategy={"type": "Recreate"})
    world.patch("deployments.apps", "web", NEW_IMAGE)
    world.settle()
    assert {pod["spec"]["containers"][0]["image"] for pod in world.all("pods")} == {"web:1"}
    world.run_pods()
    assert {pod["spec"]["containers"][0]["image"] for pod in world.all("pods")} == {"web:2"}


def test_a_paused_deployment_scales_but_does_not_roll(world: World) -> None:
    started(world, replicas=1)
    world.patch("deployments.apps", "web", {"spec": {"paused": True, "replicas": 3, **NEW_IMAGE["spec"]}})
    world.settle()
    assert [each["spec"]["replicas"] for each in world.all("replicasets.apps")] == [3]
    assert conditions(world)["Progressing"] == ("True", "NewReplicaSetAvailable")


def test_history_is_cut(world: World) -> None:
    started(world, replicas=1, revisionHistoryLimit=1)
    for number in range(2, 6):
        image = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": f"web:{number}"}]}}}}
        world.patch("deployments.apps", "web", image)
        for _ in range(4):
            world.run_pods()
    assert len(world.all("replicasets.apps")) == 2


def test_deleting_it_deletes_sets_and_pods(world: World) -> None:
    started(world)
    world.delete("deployments.apps", "web")
    world.settle()
    world.run_pods()
    assert (world.all("replicasets.apps"), world.all("pods")) == ([], [])


def test_deleting_it_in_the_foreground_waits_for_the_pods(world: World) -> None:
    started(world)
    world.delete("deployments.apps", "web", propagation="Foreground")
    world.settle()
    assert world.names("deployments.apps") == ["web"]
    world.run_pods()
    world.settle()
    assert (world.all("deployments.apps"), world.all("replicasets.apps"), world.all("pods")) == ([], [], [])


def test_deleting_it_can_leave_its_sets_behind(world: World) -> None:
    started(world)
    world.delete("deployments.apps", "web", propagation="Orphan")
    world.settle()
    (each,) = world.all("replicasets.apps")
    assert "ownerReferences" not in each["metadata"]
    assert len(world.all("pods")) == 2


def test_a_quota_that_is_too_small_is_told(world: World) -> None:
    world.create("resourcequotas", {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}})
    world.create("deployments.apps", deployment(replicas=2))
    world.settle()
    assert conditions(world)["ReplicaFailure"] == ("True", "FailedCreate")
    assert len(world.all("pods")) == 1
