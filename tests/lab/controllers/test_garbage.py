from typing import Any

from tests.lab.controllers.world import World


def owned_map(name: str, *owners: Any, block: bool = False) -> Any:
    references = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "blockOwnerDeletion": block,
        }
        for owner in owners
    ]
    return {"metadata": {"name": name, "ownerReferences": references}}


def made(world: World, body: Any) -> Any:
    return world.create("configmaps", body)


def names(world: World) -> list[str]:
    return [name for name in world.names("configmaps") if name != "kube-root-ca.crt"]


def test_what_has_lost_its_owner_goes(world: World) -> None:
    owner = made(world, {"metadata": {"name": "owner"}})
    made(world, owned_map("child", owner))
    world.settle()
    world.delete("configmaps", "owner")
    world.settle()
    assert names(world) == []


def test_one_owner_is_enough_to_stay(world: World) -> None:
    first, second = made(world, {"metadata": {"name": "one"}}), made(world, {"metadata": {"name": "two"}})
    made(world, owned_map("child", first, second))
    world.settle()
    world.delete("configmaps", "one")
    world.settle()
    assert names(world) == ["child", "two"]
    owners = world.get("configmaps", "child")["metadata"]["ownerReferences"]
    assert [owner["name"] for owner in owners] == ["two"]


def test_an_owner_of_the_same_name_is_not_the_same_owner(world: World) -> None:
    owner = made(world, {"metadata": {"name": "owner"}})
    world.delete("configmaps", "owner")
    made(world, {"metadata": {"name": "owner"}})
    made(world, owned_map("child", owner))
    world.settle()
    assert names(world) == ["owner"]


def test_an_orphan_keeps_its_life_and_loses_its_owner(world: World) -> None:
    owner = made(world, {"metadata": {"name": "owner"}})
    made(world, owned_map("child", owner))
    world.settle()
    world.delete("configmaps", "owner", propagation="Orphan")
    world.settle()
    assert names(world) == ["child"]
    assert "ownerReferences" not in world.get("configmaps", "child")["metadata"]


def test_a_foreground_deletion_waits_for_what_blocks_it(world: World) -> None:
    owner = made(world, {"metadata": {"name": "owner"}})
    child = owned_map("child", owner, block=True)
    child["metadata"]["finalizers"] = ["example.test/hold"]
    made(world, child)
    world.settle()
    world.delete("configmaps", "owner", propagation="Foreground")
    world.settle()
    assert names(world) == ["child", "owner"]
    world.patch("configmaps", "child", {"metadata": {"finalizers": None}})
    world.settle()
    assert names(world) == []
