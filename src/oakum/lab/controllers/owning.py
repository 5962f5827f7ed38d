"""Owners and what they own."""

from collections.abc import Iterator

from oakum.lab.api import selectors
from oakum.lab.api.kinds import Resource
from oakum.lab.store import Obj, Store


def controller_of(obj: Obj) -> Obj | None:
    """The owner reference that is marked as the controller's, or None."""
    return next((each for each in obj["metadata"].get("ownerReferences") or [] if each.get("controller")), None)


def reference(resource: Resource, owner: Obj) -> Obj:
    """The owner reference that a controller puts into what it makes."""
    metadata = owner["metadata"]
    return {
        "apiVersion": resource.kind.api_version,
        "kind": resource.kind.name,
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def owned(store: Store, key: str, owner: Obj) -> list[Obj]:
    """The objects of a resource that an owner controls, in its namespace."""
    uid, namespace = owner["metadata"]["uid"], owner["metadata"].get("namespace", "")
    return store.list(key, namespace, lambda obj: (controller_of(obj) or {}).get("uid") == uid).items


def selected(store: Store, key: str, namespace: str, selector: Obj | None) -> list[Obj]:
    """The objects whose labels a LabelSelector takes."""
    wanted = selectors.of_object(selector)
    if wanted is None:
        return []
    return store.list(key, namespace, lambda obj: selectors.selects(wanted, obj["metadata"].get("labels"))).items


def orphans(store: Store, key: str, owner: Obj) -> Iterator[Obj]:
    """The objects that an owner's selector takes and that nobody controls."""
    for obj in selected(store, key, owner["metadata"]["namespace"], owner["spec"].get("selector")):
        if controller_of(obj) is None and not obj["metadata"].get("deletionTimestamp"):
            yield obj


def adopt(store: Store, key: str, resource: Resource, owner: Obj) -> list[Obj]:
    """What an owner controls, after taking over matching objects that nobody controls."""
    if not owner["metadata"].get("deletionTimestamp"):
        for orphan in orphans(store, key, owner):
            metadata = orphan["metadata"]

            def take(obj: Obj) -> None:
                obj["metadata"].setdefault("ownerReferences", []).append(reference(resource, owner))

            store.mutate(key, metadata["name"], metadata["namespace"], take)
    return owned(store, key, owner)
