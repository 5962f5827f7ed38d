"""One deploy of an application at a time: a Lease beside its record.

Whoever holds the lease renews it while working; one that is not renewed for its duration may be taken by anyone. So
a holder who finds that somebody else has it, or could not renew it for that long, makes no further change.
"""
from __future__ import annotations

import os
import socket
import threading
import time
from types import TracebackType

from oakum.dataclass import dataclass
from oakum.deploy.app.recorded import RecordedApp
from oakum.deploy.errors import AppError, LockLost
from oakum.deploy.lease import Lease
from oakum.errors import KubeError
from oakum.kube.client import Client
from oakum.workers import join

SUFFIX = "-deploy-lock"
PAUSE = 0.5
RENEWALS = 15
"""How often a lease is renewed within its duration, as client-go's leader election does."""


@dataclass(frozen=True)
class LockOptions:
    """`wait` seconds for another holder, or `steal` the lock from it. `duration` is how long an unrenewed one lasts."""

    enabled: bool = False
    wait: float = 0.0
    steal: bool = False
    duration: int = 30


class Lock:
    """A context in which we hold the application's lease, if enabled. Raises AppError when somebody else does."""

    def __init__(self, client: Client, app: RecordedApp | None, options: LockOptions) -> None:
        self._app = app
        self._options = options
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{time.time_ns()}"
        self._lease = Lease(client, f"{app.name}{SUFFIX}", app.namespace, self._holder, options.duration) if (
            app is not None and options.enabled) else None
        self._stop = threading.Event()
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None
        self._renewed = 0.0
        self._lost: LockLost | None = None

    def __enter__(self) -> Lock:
        if self._lease is not None:
            try:
                self._acquire(self._lease)
            except (KeyboardInterrupt, KubeError):
                self._lease.release()  # it may be ours already
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
                 ) -> None:
        if self._thread is not None and self._lease is not None:
            self._stop.set()
            try:
                join(self._thread)
                self._lease.release()
            except KeyboardInterrupt:
                self._lease.release()  # or others would wait until the lease expires
                raise

    def look(self) -> None:
        """Raises AppError where somebody holds the lease for whom we would not wait."""
        if self._lease is not None and not self._options.steal:
            other = self._lease.look()
            if other and self._options.wait <= 0:
                raise self._held_by(other)

    def check(self) -> None:
        """To be called before each write. Raises LockLost when the lease is not ours any more, or may not be."""
        if self._thread is not None and self._lost is None and self._overdue:
            with self._turn:
                if self._lost is None and self._overdue:
                    self._renew()  # this process was stopped for a while, say
        if self._lost is not None:
            raise self._lost

    def _acquire(self, lease: Lease) -> None:
        end = time.monotonic() + self._options.wait
        while True:
            begun = _clock()
            if (other := lease.take(steal=self._options.steal)) == self._holder:
                break
            if time.monotonic() >= end:
                raise self._held_by(other)
            time.sleep(PAUSE)
        self._renewed = begun
        thread = threading.Thread(target=self._keep, daemon=True)
        thread.start()
        self._thread = thread

    def _keep(self) -> None:
        while self._lost is None and not self._stop.wait(self._options.duration / RENEWALS):
            with self._turn:
                self._renew()

    @property
    def _overdue(self) -> bool:
        return _clock() - self._renewed >= self._options.duration

    def _renew(self) -> None:
        """Renew the lease, or note that it is lost; in one thread at a time."""
        assert self._lease is not None
        begun = _clock()
        try:
            holder = self._lease.renew()
        except KubeError as e:
            if self._overdue:
                self._lost = self._lose(f"could not be renewed for {self._options.duration}s, so that another may have "
                                        f"it by now: {e}")
            return
        if holder == self._holder:
            self._renewed = begun
        elif holder:
            self._lost = self._lose(f"was taken over by '{holder}'")
        else:
            self._lost = self._lose("was taken away by somebody who has let it go since")

    def _held_by(self, other: str) -> AppError:
        assert self._app is not None
        return AppError(f"App '{self._app.name}' (namespace: {self._app.namespace}) is being changed by '{other}' "
                        "(hint: wait for it with --lock-wait, or take over with --lock-steal)")

    def _lose(self, why: str) -> LockLost:
        assert self._app is not None
        return LockLost(f"The lock of app '{self._app.name}' (namespace: {self._app.namespace}) {why}")


def _clock() -> float:
    """Seconds that go on while the machine sleeps, where the system counts them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
