"""The last changes of one resource, in order: what a watch resumes from and a paged list is rolled back with."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from oakum.lab.store.errors import Expired
from oakum.lab.store.objects import Obj, name_of, namespace_of

Change = Literal["ADDED", "MODIFIED", "DELETED"]

KEPT = 4000
"""Changes kept of all resources together; an older watch gets `410 Gone`, as from a server that has compacted.

By number rather than by age (etcd's compaction forgets after five minutes), so that a busy lab's memory has an end.
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One change: `obj` is the new state (when deleted, the last, with the new version), `old` the former."""

    type: Change
    resource: str
    version: int
    obj: Obj
    old: Obj | None


class History:
    """A log of one resource's events; `floor` is the version of the newest event that was dropped."""

    def __init__(self, floor: int = 0) -> None:
        self.floor = floor
        self._events: deque[Event] = deque()

    def append(self, event: Event) -> None:
        """Add the newest event."""
        self._events.append(event)

    def drop(self) -> None:
        """Forget the oldest event."""
        self.floor = self._events.popleft().version

    def since(self, version: int) -> list[Event]:
        """The events after a version, oldest first; raises Expired when some of them were dropped."""
        if version < self.floor:
            raise Expired(version, self.floor)
        newer = []
        for event in reversed(self._events):
            if event.version <= version:
                break
            newer.append(event)
        newer.reverse()
        return newer

    def rolled_back(self, objects: dict[tuple[str, str], Obj], version: int) -> dict[tuple[str, str], Obj]:
        """The objects as they were at a version; raises Expired when that is too long ago."""
        newer = self.since(version)
        if not newer:
            return objects
        past = dict(objects)
        for event in reversed(newer):
            key = (namespace_of(event.obj), name_of(event.obj))
            if event.old is None:
                past.pop(key, None)
            else:
                past[key] = event.old
        return past

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)
