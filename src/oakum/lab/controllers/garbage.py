"""The garbage collector: what loses its owners goes, in the background, before its owner, or not at all."""

from collections.abc import Iterator, Mapping

from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.deletion import FOREGROUND, ORPHAN
from oakum.lab.api.kinds import Resource
from oakum.lab.api.status import ApiError
from oakum.lab.controllers.manager import Key, Keys
from oakum.lab.store import Obj

_OPTIONS = Options(manager="kube-controller-manager")
_Place = tuple[str, str, str]
"""A stored resource, a namespace and a name."""


class Garbage:
    """Follows owner references of every object (meta/v1 OwnerReference)."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._dependents: dict[str, dict[_Place, None]] = {}

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Everything."""
        return {"*": self._keys}

    def _keys(self, obj: Obj) -> Iterator[Key]:
        """Remembers who depends on whom; a key's first half is the resource, its second `namespace/name`."""
        metadata = obj["metadata"]
        resource = self._resource_of(obj)
        if resource is None:
            return
        place = (resource.key, metadata.get("namespace", ""), metadata["name"])
        owners = metadata.get("ownerReferences") or []
        for owner in owners:
            self._dependents.setdefault(owner["uid"], {})[place] = None
        if owners or metadata.get("uid") in self._dependents or _is_ending(obj):
            yield resource.key, f"{metadata.get('namespace', '')}/{metadata['name']}/{metadata.get('uid', '')}"

    def _resource_of(self, obj: Obj) -> Resource | None:
        group, _, version = (obj.get("apiVersion") or "").rpartition("/")
        return self._cluster.catalog.of_kind(group, obj.get("kind") or "", version)

    def reconcile(self, key: Key) -> None:
        """Look at one object: its owners, and those whom it owns."""
        namespace, name, uid = key[1].split("/")
        obj = self._cluster.store.find(key[0], name, namespace)
        if obj is None or obj["metadata"].get("uid") != uid:
            self._owner_is_gone(uid)
            return
        if _is_ending(obj):
            self._finish(key[0], obj)
        elif not obj["metadata"].get("deletionTimestamp"):
            self._collect(key[0], obj)

    def _of(self, uid: str) -> list[tuple[str, Obj]]:
        """The stored dependents of an owner."""
        found = []
        for place in list(self._dependents.get(uid, {})):
            obj = self._cluster.store.find(place[0], place[2], place[1])
            owners = (obj["metadata"].get("ownerReferences") or []) if obj else []
            if obj is None or all(owner["uid"] != uid for owner in owners):
                self._dependents[uid].pop(place, None)
            else:
                found.append((place[0], obj))
        return found

    def _owner_is_gone(self, uid: str) -> None:
        for key, obj in self._of(uid):
            if not obj["metadata"].get("deletionTimestamp"):
                self._collect(key, obj)
        if not self._dependents.get(uid):
            self._dependents.pop(uid, None)

    def _collect(self, key: str, obj: Obj) -> None:
        """Delete an object none of whose owners is left; drop references to those that are gone from the others."""
        owners = obj["metadata"].get("ownerReferences") or []
        if not owners:
            return
        there = [owner for owner in owners if (found := self._owner(owner, obj)) and not _waits(found)]
        waiting = [owner for owner in owners if (found := self._owner(owner, obj)) and _waits(found)]
        if there:
            if len(there) + len(waiting) < len(owners):
                self._keep_owners(key, obj, [*there, *waiting])
            return
        policy = "Foreground" if waiting and self._of(obj["metadata"]["uid"]) else "Background"
        self._delete(key, obj, policy)

    def _owner(self, owner: Obj, obj: Obj) -> Obj | None:
        group = owner["apiVersion"].rpartition("/")[0]
        resource = self._cluster.catalog.of_kind(group, owner["kind"])
        if resource is None:
            return None
        namespace = obj["metadata"].get("namespace", "") if resource.namespaced else ""
        found = self._cluster.store.find(resource.key, owner["name"], namespace)
        return found if found is not None and found["metadata"]["uid"] == owner["uid"] else None

    def _delete(self, key: str, obj: Obj, policy: str) -> None:
        resource, metadata = self._cluster.catalog.of_key(key), obj["metadata"]
        if resource is None:
            return
        finalizers = metadata.get("finalizers") or []
        if ORPHAN in finalizers:
            policy = "Orphan"
        elif FOREGROUND in finalizers:
            policy = "Foreground"
        try:
            options = DeleteOptions(uid=metadata["uid"], propagation=policy)
            self._cluster.delete(resource, metadata["name"], metadata.get("namespace", ""), options)
        except ApiError as error:
            if error.code not in (404, 409):
                raise

    def _finish(self, key: str, obj: Obj) -> None:
        """An owner that waits: for its dependents to be let go, or to be gone."""
        finalizers = obj["metadata"].get("finalizers") or []
        dependents = self._of(obj["metadata"]["uid"])
        resource = self._cluster.catalog.of_key(key)
        if resource is None:
            return
        if ORPHAN in finalizers:
            for name, each in dependents:
                owners = each["metadata"].get("ownerReferences") or []
                self._keep_owners(name, each, [o for o in owners if o["uid"] != obj["metadata"]["uid"]])
            self._cluster.remove_finalizer(resource, obj, ORPHAN)
        if FOREGROUND in finalizers:
            for name, each in dependents:
                if not each["metadata"].get("deletionTimestamp"):
                    self._collect(name, each)
            if not any(_blocks(each, obj) for _, each in self._of(obj["metadata"]["uid"])):
                self._cluster.remove_finalizer(resource, obj, FOREGROUND)

    def _keep_owners(self, key: str, obj: Obj, owners: list[Obj]) -> None:
        resource, metadata = self._cluster.catalog.of_key(key), obj["metadata"]
        if resource is None:
            return
        patch = {"metadata": {"uid": metadata["uid"], "ownerReferences": owners or None}}
        try:
            self._cluster.patch(resource, metadata["name"], patch, "merge", metadata.get("namespace", ""), _OPTIONS)
        except ApiError as error:
            if error.code not in (404, 409):
                raise


def _is_ending(obj: Obj) -> bool:
    finalizers = obj["metadata"].get("finalizers") or []
    return bool(obj["metadata"].get("deletionTimestamp")) and (ORPHAN in finalizers or FOREGROUND in finalizers)


def _waits(owner: Obj) -> bool:
    """Whether an owner is being deleted in the foreground."""
    return bool(owner["metadata"].get("deletionTimestamp")) and FOREGROUND in (
        owner["metadata"].get("finalizers") or []
    )


def _blocks(dependent: Obj, owner: Obj) -> bool:
    uid = owner["metadata"]["uid"]
    owners = dependent["metadata"].get("ownerReferences") or []
    return any(each["uid"] == uid and each.get("blockOwnerDeletion") for each in owners)
