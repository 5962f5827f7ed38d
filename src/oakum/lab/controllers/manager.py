"""One thread that runs all controllers: it follows the store's changes and reconciles the keys that they touch."""

import contextlib
import heapq
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from oakum.errors import LabError
from oakum.lab.api.cluster import Cluster
from oakum.lab.clock import Clock
from oakum.lab.store import Event, Obj

Key = tuple[str, str]
"""A namespace and a name."""

Keys = Callable[[Obj], Iterable[Key]]

_FIRST_RETRY, _LAST_RETRY = 0.05, 60.0
_LOG = logging.getLogger("oakum.lab.controllers")


class Controller(Protocol):
    """Brings the world nearer to what one object asks for, as often as it is called (idempotent, level-triggered)."""

    @property
    def watches(self) -> Mapping[str, Keys]:
        """By resource (`*` for all others): the keys to look at when an object of it changes."""

    def reconcile(self, key: Key) -> float | None:
        """Look at one key; returns the seconds after which to look again whatever happens, or None."""


def itself(obj: Obj) -> list[Key]:
    """The key of the object itself."""
    return [(obj["metadata"].get("namespace", ""), obj["metadata"]["name"])]


def owner_of_kind(*kinds: str) -> Keys:
    """The keys of an object's controller, when it is of one of these kinds."""

    def keys(obj: Obj) -> list[Key]:
        namespace = obj["metadata"].get("namespace", "")
        owners = obj["metadata"].get("ownerReferences") or []
        return [(namespace, each["name"]) for each in owners if each.get("controller") and each["kind"] in kinds]

    return keys


class Manager:
    """Runs controllers until it is stopped. Refusals are retried with growing pauses, per key.

    with Manager(cluster, [Deployments(cluster), ReplicaSets(cluster)]):
        ...
    """

    def __init__(self, cluster: Cluster, controllers: Iterable[Controller], clock: Clock | None = None) -> None:
        self._store = cluster.store
        self._controllers = list(controllers)
        self._watches = [controller.watches for controller in self._controllers]
        self._queue: dict[tuple[int, Key], None] = {}
        self._clock = clock or Clock()
        self._due: dict[tuple[int, Key], datetime] = {}
        self._later: list[tuple[datetime, tuple[int, Key]]] = []
        self._failures: dict[tuple[int, Key], int] = {}
        self._stopping = False
        self._resting = False
        self._watch = self._store.watch()
        self._thread = threading.Thread(target=self._run, name="oakum-controllers", daemon=True)

    def __enter__(self) -> "Manager":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopping = True
        self._watch.close()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do before time passes or an object changes."""
        return self._resting and not self._watch.pending

    def settle(self, steps: int = 20_000) -> None:
        """Do everything that is due now, in the caller's thread: for tests that want no thread.

        Raises LabError when that takes more than `steps` steps, because a controller undoes what another does.
        """
        self._enqueue_all()
        for _ in range(steps):
            self._take_events(0)
            if not self._queue:
                return
            self._reconcile_next()
        raise LabError(f"the controllers do not settle: {list(self._queue)[:5]}")

    def _run(self) -> None:
        self._enqueue_all()
        while not self._stopping:
            self._take_events(0)
            self._take_due()
            if self._queue:
                self._reconcile_next()
            elif self._watch.closed:
                return
            else:
                self._rest()

    def _rest(self) -> None:
        """Wait for a change, or for the first thing to look at again."""
        first = self._later[0][0] if self._later else None
        with self._clock.alarm(first, self._watch.nudge) if first else contextlib.nullcontext():
            self._resting = True
            self._watch.wait(self._clock.left(first) if first else None)
            self._resting = False

    def _take_events(self, timeout: float | None) -> None:
        event = self._watch.next(timeout)
        while event is not None:
            self._note(event)
            event = self._watch.next(0)

    def _take_due(self) -> None:
        now = self._clock()
        while self._later and self._later[0][0] <= now:
            moment, item = heapq.heappop(self._later)
            if self._due.get(item) == moment:
                del self._due[item]
                self._queue[item] = None

    def _enqueue_all(self) -> None:
        for resource in self._store.resources():
            for obj in self._store.list(resource).items:
                self._touch(resource, [obj])

    def _note(self, event: Event) -> None:
        self._touch(event.resource, [event.obj] if event.old is None else [event.obj, event.old])

    def _touch(self, resource: str, states: list[Obj]) -> None:
        """Enqueue every key that some controller derives from an object's states."""
        for index, watches in enumerate(self._watches):
            keys = watches.get(resource) or watches.get("*")
            for obj in states if keys else ():
                for key in keys(obj) if keys else ():
                    self._queue[index, key] = None

    def _reconcile_next(self) -> None:
        item = next(iter(self._queue))
        del self._queue[item]
        index, key = item
        try:
            again = self._controllers[index].reconcile(key)
        except LabError as error:
            again = self._retry(item, error)
        else:
            self._failures.pop(item, None)
        self._look_again(item, again)

    def _look_again(self, item: tuple[int, Key], seconds: float | None) -> None:
        """The latest word counts. What it replaces stays in the heap until its time, or until most of that is such."""
        if seconds is None:
            self._due.pop(item, None)
            return
        moment = self._due[item] = self._clock() + timedelta(seconds=seconds)
        heapq.heappush(self._later, (moment, item))
        if len(self._later) > 2 * len(self._due) + 64:
            self._later = [(moment, item) for item, moment in self._due.items()]
            heapq.heapify(self._later)

    def _retry(self, item: tuple[int, Key], error: LabError) -> float:
        count = self._failures[item] = self._failures.get(item, 0) + 1
        name = type(self._controllers[item[0]]).__name__
        _LOG.debug("%s %s/%s: %s", name, *item[1], error)
        return min(_FIRST_RETRY * 2.0 ** min(count - 1, 20), _LAST_RETRY)
