"""One reader's queue of changes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator

from oakum.lab.store.history import Event

PENDING = 20_000
"""Events a reader may lag behind before its watch is ended (it resumes from its last version, or lists again)."""


class Watch:
    """Events of one resource (or of all), optionally of one namespace, in version order.

    Read with `next(timeout)` or by iterating, from any thread; `wake` is called after every delivery (and at the
    end) from the writer's thread, for readers that live in an event loop. `close()` ends it.
    """

    def __init__(
        self,
        resource: str | None,
        namespace: str | None,
        wake: Callable[[], None] | None,
        detach: Callable[[Watch], None],
    ) -> None:
        self.resource = resource
        self.namespace = namespace
        self.closed = False
        self._wake = wake
        self._detach = detach
        self._events: deque[Event] = deque()
        self._ready = threading.Condition()
        self._nudged = False

    def wants(self, resource: str, namespace: str) -> bool:
        """Whether a change of this resource and namespace belongs to this watch."""
        return self.resource in (None, resource) and (not self.namespace or self.namespace == namespace)

    def deliver(self, event: Event) -> None:
        """Queue one event (called by the store, in order)."""
        with self._ready:
            self._events.append(event)
            overrun = len(self._events) > PENDING
            self._ready.notify()
        if overrun:
            self.close()
        elif self._wake is not None:
            self._wake()

    def next(self, timeout: float | None = None) -> Event | None:
        """The next event; None when none came within `timeout` seconds (None waits for ever) or the watch has ended."""
        with self._ready:
            if not self._events and timeout != 0:
                self._ready.wait_for(lambda: bool(self._events) or self.closed, timeout)
            return self._events.popleft() if self._events else None

    @property
    def pending(self) -> bool:
        """Whether events are queued."""
        return bool(self._events)

    def wait(self, timeout: float | None = None) -> None:
        """Wait for an event, the end, a `nudge`, or `timeout` seconds, and take nothing."""
        with self._ready:
            self._ready.wait_for(lambda: bool(self._events) or self.closed or self._nudged, timeout)
            self._nudged = False

    def nudge(self) -> None:
        """End a `wait`, the next one if nobody waits."""
        with self._ready:
            self._nudged = True
            self._ready.notify_all()

    def drain(self) -> list[Event]:
        """All the events queued so far, without waiting."""
        with self._ready:
            events = list(self._events)
            self._events.clear()
        return events

    def close(self) -> None:
        """End the watch: readers get what is queued and then None."""
        self._detach(self)
        with self._ready:
            self.closed = True
            self._ready.notify_all()
        if self._wake is not None:
            self._wake()

    def __iter__(self) -> Iterator[Event]:
        while (event := self.next()) is not None:
            yield event

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
