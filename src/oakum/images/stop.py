"""Ending work in threads when the user interrupts: they notice where they report, and tidy up on their way out."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from oakum.images.log import Log, Moved
from oakum.typing import Any
from oakum.workers import Job, Workers

PATIENCE_S = 2.0
"""How long work may take to end; what waits for a registry's answer is not waited for."""


class Stopped(BaseException):
    """Unwinds a thread whose work nobody wants any more."""


class StoppableLog:
    """A log that, once stopped, ends whoever reports to it, and the programs that they run."""

    def __init__(self, inner: Log) -> None:
        self._inner = inner
        self._lock = Lock()
        self.stopped = False
        self._programs: list[Callable[[], None]] = []

    def write(self, name: str, text: str) -> None:
        """As the inner log; nothing once it is stopped, when only the end of work would be left to tell."""
        if not self.stopped:
            self._inner.write(name, text)

    def hint(self, name: str, text: str) -> None:
        """As `write`."""
        if not self.stopped:
            self._inner.hint(name, text)

    @contextmanager
    def moving(self, name: str) -> Iterator[Moved]:
        """As the inner log; what it gives raises Stopped."""
        with self._inner.moving(name) as moved:

            def checked(size: int) -> None:
                self.check()
                moved(size)

            yield checked

    @contextmanager
    def running(self, end: Callable[[], None]) -> Iterator[None]:
        """While a program runs that `end` would end. Raises Stopped."""
        with self._lock:
            self._programs.append(end)
            if self.stopped:
                end()  # it was begun at the very moment, and would be waited for
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._programs.remove(end)
        self.check()

    def stop(self) -> None:
        """End what runs, at its next step."""
        with self._lock:
            self.stopped = True
            for end in self._programs:
                end()

    def check(self) -> None:
        """Raises Stopped, once it is stopped."""
        if self.stopped:
            raise Stopped


@contextmanager
def stopping(log: StoppableLog, *pools: Workers) -> Iterator[list[Job[Any]]]:
    """Gives a list for the jobs that are begun in `pools`, which are closed afterwards, and stops them on a failure.

    What has not begun never does; what has, may tidy up, for no more than a moment when the user interrupted.
    """
    jobs: list[Job[Any]] = []
    try:
        yield jobs
    except BaseException as error:
        log.stop()
        for pool in pools:
            pool.close(wait=False, cancel=True)
        until = monotonic() + PATIENCE_S if isinstance(error, KeyboardInterrupt) else None
        for job in jobs:
            job.wait(until)
        raise
    finally:
        for pool in pools:
            pool.close(wait=not log.stopped)
