"""Threads that take jobs in their order; in place of `concurrent.futures`, whose import brings `logging` along."""
from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from threading import Condition, Thread
from time import monotonic

from oakum.typing import Any, Generic, TypeVar

T = TypeVar("T")
AT_A_STRETCH_S = 0.5
"""How long to wait without looking up: a signal that comes just before the main thread waits, or to another thread, is
only noticed when the main thread goes on."""


def join(thread: Thread) -> None:
    """Wait for the thread's end, or for Ctrl-C."""
    while thread.is_alive():
        thread.join(AT_A_STRETCH_S)


class Cancelled(Exception):
    """The job was never begun."""


class Job(Generic[T]):
    """Work that was handed in; `cancelled` once it is sure that it will not begin."""

    def __init__(self, work: Callable[[], T], changed: Condition) -> None:
        self._work, self._changed = work, changed
        self._value: Any = None
        self.error: BaseException | None = None
        self.done = False
        self.cancelled = False

    def run(self) -> None:
        """Do the work and keep what came of it."""
        value, error = None, None
        try:
            value = self._work()
        except BaseException as caught:
            error = caught
        self._end(value, error)

    def cancel(self) -> None:
        """Give up the job, which nobody has begun."""
        self.cancelled = True
        self._end(None, Cancelled())

    def wait(self, until: float | None = None) -> None:
        """Wait for the end, or for this time on the monotonic clock."""
        with self._changed:
            while not self.done and (until is None or monotonic() < until):
                left = AT_A_STRETCH_S if until is None else min(AT_A_STRETCH_S, until - monotonic())
                self._changed.wait(max(0.0, left))

    def result(self) -> T:
        """What the work gave, once it is done. Raises what it raised."""
        self.wait()
        if self.error is not None:
            raise self.error
        found: T = self._value
        return found

    def _end(self, value: Any, error: BaseException | None) -> None:
        with self._changed:
            self._value, self.error, self.done = value, error, True
            self._changed.notify_all()


class Workers:
    """At most `count` threads, each begun when a job finds no other free. As a context, waits for all jobs."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._free = 0
        self._closed = False
        self._jobs: deque[Job[Any]] = deque()
        self._threads: list[Thread] = []
        self._changed = Condition()

    def submit(self, work: Callable[..., T], *arguments: Any) -> Job[T]:
        """Have `work(*arguments)` done."""
        job = Job(lambda: work(*arguments), Condition())
        with self._changed:
            self._jobs.append(job)
            if self._free >= len(self._jobs) or len(self._threads) == self._count:
                self._changed.notify()
                return job
            thread = Thread(target=self._serve, daemon=True)
            thread.start()
            self._threads.append(thread)  # once it can be joined: an interrupt may come between the two
        return job

    def map(self, work: Callable[..., T], items: Iterable[Any]) -> list[T]:
        """What `work` gives for each of `items`, in their order. Raises the first failure."""
        return [job.result() for job in [self.submit(work, item) for item in items]]

    def close(self, *, wait: bool = True, cancel: bool = False) -> None:
        """Take no more jobs; `cancel` those that have not begun, `wait` for those that have."""
        with self._changed:
            self._closed = True
            dropped = list(self._jobs) if cancel else []
            if cancel:
                self._jobs.clear()
            self._changed.notify_all()
        for job in dropped:
            job.cancel()
        if wait:
            for thread in self._threads:
                join(thread)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            job.run()

    def _next(self) -> Job[Any] | None:
        with self._changed:
            self._free += 1
            while not self._jobs and not self._closed:
                self._changed.wait()
            self._free -= 1
            return self._jobs.popleft() if self._jobs else None
