"""The versioned object store behind the API server: one counter, one order of changes, watches that miss nothing.

Resources are named as in RBAC and error messages, `plural` or `plural.group` (`pods`, `deployments.apps`).
Objects handed in belong to the store afterwards, objects handed out are shared: `clone` them before changing.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from oakum.lab.store.errors import AlreadyExists, Conflict, Expired, NotFound
from oakum.lab.store.history import KEPT, Change, Event, History
from oakum.lab.store.journal import Journal
from oakum.lab.store.objects import Obj, clone, name_of, namespace_of, stamped, version_of
from oakum.lab.store.watch import Watch

_Objects = dict[tuple[str, str], Obj]


@dataclass(frozen=True, slots=True)
class Listing:
    """Objects sorted by namespace and name, and the version at which they were all true."""

    items: list[Obj]
    version: int


class Store:
    """All objects of one cluster, in memory, and on disk too when `folder` is given. Safe to use from any thread.

    Knows nothing of kinds: it keeps names unique, versions rising, and readers told. Rules of the Kubernetes API
    (defaults, validation, finalizers) live in `oakum.lab.api.cluster.Cluster`, which writes through it.
    """

    def __init__(self, folder: Path | None = None, kept: int = KEPT) -> None:
        self._lock = threading.RLock()
        self._kept = kept
        self._objects: dict[str, _Objects] = {}
        self._histories: dict[str, History] = {}
        self._order: deque[History] = deque()
        self._watches: list[Watch] = []
        self._journal = Journal(folder) if folder is not None else None
        self._version = 0
        if self._journal is not None:
            self._version = self._journal.version()
            for resource, namespace, name, obj in self._journal.load():
                self._objects.setdefault(resource, {})[namespace, name] = obj
        self._floor = self._version

    @property
    def version(self) -> int:
        """The version of the last change."""
        return self._version

    def locked(self) -> threading.RLock:
        """The lock that orders changes: `with store.locked():` makes several calls one."""
        return self._lock

    def resources(self) -> Sequence[str]:
        """The resources that have, or had, objects."""
        with self._lock:
            return [*self._objects]

    def get(self, resource: str, name: str, namespace: str = "") -> Obj:
        """One object; raises NotFound."""
        obj = self.find(resource, name, namespace)
        if obj is None:
            raise NotFound(resource, name)
        return obj

    def find(self, resource: str, name: str, namespace: str = "") -> Obj | None:
        """One object, or None."""
        return self._objects.get(resource, {}).get((namespace, name))

    def list(
        self,
        resource: str,
        namespace: str = "",
        accept: Callable[[Obj], bool] | None = None,
        at: int | None = None,
    ) -> Listing:
        """The objects of a resource, of one namespace unless that is empty, that `accept` takes.

        `at` asks for the state of an earlier version; raises Expired when that is not known any more.
        """
        with self._lock:
            objects = self._objects.get(resource, {})
            version = self._version
            if at is not None and at != version:
                objects, version = self._history(resource).rolled_back(objects, at), at
            found = sorted(item for item in objects.items() if not namespace or item[0][0] == namespace)
        items = [obj for _, obj in found if accept is None or accept(obj)]
        return Listing(items, version)

    def create(self, resource: str, obj: Obj) -> Obj:
        """Store a new object under its metadata's namespace and name; raises AlreadyExists."""
        key = (namespace_of(obj), name_of(obj))
        with self._lock:
            if key in self._objects.get(resource, {}):
                raise AlreadyExists(resource, key[1])
            return self._write("ADDED", resource, key, obj, None)

    def update(self, resource: str, obj: Obj) -> Obj:
        """Replace an object; raises NotFound, and Conflict when it carries a resourceVersion other than the stored one.

        An object equal to the stored one is not written again: no new version, no event.
        """
        key = (namespace_of(obj), name_of(obj))
        with self._lock:
            old = self.get(resource, key[1], key[0])
            wanted = version_of(obj)
            if wanted and wanted != version_of(old):
                raise Conflict(resource, key[1], "the object has been modified")
            if stamped(obj, version_of(old)) == old:
                return old
            return self._write("MODIFIED", resource, key, obj, old)

    def mutate(self, resource: str, name: str, namespace: str, change: Callable[[Obj], Obj | None]) -> Obj:
        """Read, change a copy, write, as one step; `change` edits the copy in place or returns another object.

        Raises NotFound. This is how a status is written by somebody who owns it.
        """
        with self._lock:
            copy = clone(self.get(resource, name, namespace))
            return self.update(resource, change(copy) or copy)

    def delete(self, resource: str, name: str, namespace: str = "", last: Obj | None = None) -> Obj:
        """Remove an object at once, whatever its finalizers; returns its last state. Raises NotFound.

        `last` is the state that watchers are shown, when it differs from the stored one.
        """
        with self._lock:
            old = self.get(resource, name, namespace)
            version = self._version + 1
            if self._journal is not None:
                self._journal.drop(resource, namespace, name, version)
            del self._objects[resource][namespace, name]
            self._version = version
            final = stamped(last or old, version)
            self._publish(Event("DELETED", resource, version, final, old), namespace)
            return final

    def watch(
        self,
        resource: str | None = None,
        namespace: str = "",
        since: int | None = None,
        wake: Callable[[], None] | None = None,
    ) -> Watch:
        """Follow the changes of a resource (None: of all), after version `since` (None: from now on).

        Raises Expired when changes after `since` are not kept any more.
        """
        with self._lock:
            watch = Watch(resource, namespace or None, wake, self._forget)
            if since is not None and since < self._version:
                for event in self._replay(resource, since):
                    if watch.wants(event.resource, namespace_of(event.obj)):
                        watch.deliver(event)
            self._watches.append(watch)
            return watch

    def start_history(self) -> None:
        """Let no watch begin before this moment: what a cluster has from the start was never a change."""
        with self._lock:
            self._floor = self._version

    def close(self) -> None:
        """End every watch and close the file."""
        with self._lock:
            for watch in [*self._watches]:
                watch.close()
            if self._journal is not None:
                self._journal.close()

    def _history(self, resource: str) -> History:
        return self._histories.setdefault(resource, History(self._floor))

    def _replay(self, resource: str | None, since: int) -> Sequence[Event]:
        if since < self._floor:
            raise Expired(since, self._floor)
        names = [*self._histories] if resource is None else [resource]
        events = [event for name in names for event in self._history(name).since(since)]
        return sorted(events, key=lambda event: event.version)

    def _write(self, change: Change, resource: str, key: tuple[str, str], obj: Obj, old: Obj | None) -> Obj:
        version = self._version + 1
        new = stamped(obj, version)
        if self._journal is not None:
            self._journal.put(resource, *key, new, version)
        self._version = version
        self._objects.setdefault(resource, {})[key] = new
        self._publish(Event(change, resource, version, new, old), key[0])
        return new

    def _publish(self, event: Event, namespace: str) -> None:
        history = self._history(event.resource)
        history.append(event)
        self._order.append(history)
        if len(self._order) > self._kept:
            self._order.popleft().drop()
        for watch in [*self._watches]:
            if watch.wants(event.resource, namespace):
                watch.deliver(event)

    def _forget(self, watch: Watch) -> None:
        with self._lock:
            if watch in self._watches:
                self._watches.remove(watch)
