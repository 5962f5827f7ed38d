from tests.lab.controllers.world import World, deployment

SERVICE = {
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]},
}


def test_ready_pods_are_behind_their_service(world: World) -> None:
    world.create("services", SERVICE)
    world.create("deployments.apps", deployment())
    world.settle()
    world.run_pods()
    ips = sorted(pod["status"]["podIP"] for pod in world.all("pods"))
    (subset,) = world.get("endpoints", "web")["subsets"]
    assert sorted(each["ip"] for each in subset["addresses"]) == ips
    assert subset["ports"] == [{"port": 8080, "protocol": "TCP"}]
    (each,) = world.all("endpointslices.discovery.k8s.io")
    assert sorted(end["addresses"][0] for end in each["endpoints"] if end["conditions"]["ready"]) == ips
    assert each["metadata"]["ownerReferences"][0]["name"] == "web"


def test_pods_that_are_not_ready_are_kept_apart(world: World) -> None:
    world.create("services", SERVICE)
    world.create("deployments.apps", deployment(replicas=1))
    world.settle()
    world.run_pods(ready=False)
    (subset,) = world.get("endpoints", "web")["subsets"]
    assert "addresses" not in subset
    assert len(subset["notReadyAddresses"]) == 1


def test_a_service_takes_its_endpoints_along(world: World) -> None:
    world.create("services", SERVICE)
    world.settle()
    world.delete("services", "web")
    world.settle()
    assert (world.all("endpoints"), world.all("endpointslices.discovery.k8s.io")) == ([], [])
