import pytest
from tests.lab.controllers.world import World

from oakum.lab.api.calls import DeleteOptions
from oakum.lab.api.status import ApiError


def test_a_namespace_gets_an_account_and_a_bundle(world: World) -> None:
    world.create("namespaces", {"metadata": {"name": "shop"}}, "")
    world.settle()
    assert world.get("serviceaccounts", "default", "shop")
    assert world.get("configmaps", "kube-root-ca.crt", "shop")["data"] == {"ca.crt": "CA"}


def test_a_deleted_namespace_takes_its_contents_along(world: World) -> None:
    world.create("namespaces", {"metadata": {"name": "shop"}}, "")
    world.create("configmaps", {"metadata": {"name": "goods"}}, "shop")
    world.cluster.delete(world.cluster.resource("namespaces"), "shop")
    with pytest.raises(ApiError, match="because it is being terminated"):
        world.create("configmaps", {"metadata": {"name": "late"}}, "shop")
    world.settle()
    assert world.cluster.store.find("namespaces", "shop") is None
    assert world.all("configmaps", "shop") == []


def test_a_finalizer_holds_the_namespace(world: World) -> None:
    world.create("namespaces", {"metadata": {"name": "shop"}}, "")
    held = {"metadata": {"name": "goods", "finalizers": ["example.test/hold"]}}
    world.create("configmaps", held, "shop")
    world.cluster.delete(world.cluster.resource("namespaces"), "shop", "", DeleteOptions())
    world.settle()
    assert world.get("namespaces", "shop", "")["status"]["phase"] == "Terminating"
    world.cluster.patch(
        world.cluster.resource("configmaps"), "goods", {"metadata": {"finalizers": None}}, "merge", "shop"
    )
    world.settle()
    assert world.cluster.store.find("namespaces", "shop") is None
