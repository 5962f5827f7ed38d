"""The lab's time: that of the machine, until somebody moves it, holds it still, or lets it run ahead."""

import asyncio
import contextlib
import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that controllers and the node wait by. Safe to use from any thread.

    It follows the machine's time. `jump` moves it at once, as when somebody sets a machine's clock; `advance` lets it
    run ahead and does on the way what falls due, each thing at its own moment; while it is `held` it moves only so.
    `settle` is called to wait until everything that has fallen due is done.
    """

    def __init__(self) -> None:
        self.settle: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._held: datetime | None = None
        self._alarms: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def __call__(self) -> datetime:
        """The time now, in UTC."""
        return self._held or datetime.now(UTC) + self._offset

    @property
    def held(self) -> bool:
        """Whether time stands still."""
        return self._held is not None

    def hold(self, still: bool = True) -> None:
        """Let time stand still, or go on from where it stands."""
        moment = self()
        self._held, self._offset = moment if still else None, moment - datetime.now(UTC)
        self._wake(everybody=True)

    def jump(self, seconds: float) -> None:
        """Move the time at once, forwards or (negative) back."""
        self._move(timedelta(seconds=seconds))

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass. A CronJob of each minute starts sixty Jobs in an hour so, where a `jump` starts one."""
        target = self() + timedelta(seconds=seconds)
        self.settle()
        while (moment := self._next()) is not None and moment <= target:
            self._move(moment - self())
            self.settle()
        self._move(target - self())
        self.settle()

    @contextlib.contextmanager
    def alarm(self, moment: datetime, wake: Callable[[], None]) -> Iterator[None]:
        """Have `wake` called (from some thread, perhaps too early) when the clock is moved to `moment` or held.

        Time that passes by itself wakes nobody: wait for `left` seconds at most.
        """
        entry = (moment, next(self._numbers), wake)
        with self._lock:
            heapq.heappush(self._alarms, entry)
        try:
            yield
        finally:
            with self._lock, contextlib.suppress(ValueError):
                self._alarms.remove(entry)
                heapq.heapify(self._alarms)

    def left(self, moment: datetime) -> float | None:
        """Seconds of the machine's time until `moment` if nobody moves the clock; None while that stands still."""
        seconds = max(0.0, (moment - self()).total_seconds())
        return None if seconds and self.held else seconds

    async def sleep(self, seconds: float) -> None:
        """Wait by this clock."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        moment = self() + timedelta(seconds=seconds)
        with self.alarm(moment, lambda: _call(loop, woken)):
            while self() < moment:
                woken.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.left(moment)):
                        await woken.wait()

    def _next(self) -> datetime | None:
        with self._lock:
            return self._alarms[0][0] if self._alarms else None

    def _move(self, step: timedelta) -> None:
        if self._held is not None:
            self._held += step
        else:
            self._offset += step
        self._wake()

    def _wake(self, *, everybody: bool = False) -> None:
        now, due = self(), []
        with self._lock:
            if everybody:
                due = [wake for _, _, wake in self._alarms]
            while self._alarms and self._alarms[0][0] <= now:
                due.append(heapq.heappop(self._alarms)[2])
        for wake in due:
            wake()


def _call(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the lab may have ended
        loop.call_soon_threadsafe(woken.set)
