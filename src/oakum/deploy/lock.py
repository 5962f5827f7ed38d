"""One deploy of an application at a time: a Lease beside its record (coordination.k8s.io/v1).

Whoever holds the lease renews it while working; one that is not renewed for its duration may be taken by anyone.
"""
from __future__ import annotations

import os
import socket
import threading
import time
from types import TracebackType

from oakum.dataclass import dataclass
from oakum.deploy.app.recorded import RecordedApp
from oakum.deploy.errors import AppError
from oakum.deploy.resource import parse_time
from oakum.errors import KubeError
from oakum.kube.client import Client
from oakum.kube.errors import ApiError
from oakum.kube.kinds import ResourceType
from oakum.typing import Any
from oakum.workers import join

LEASES = ResourceType("coordination.k8s.io", "v1", "leases", "Lease", True)
SUFFIX = "-deploy-lock"
PAUSE = 0.5


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
        self._client = client
        self._app = app
        self._options = options
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{time.time_ns()}"
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Lock:
        if self._options.enabled and self._app is not None:
            try:
                self._acquire(self._app)
            except KeyboardInterrupt:
                self._release()  # it may be ours already
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
                 ) -> None:
        if self._thread is not None:
            self._stop.set()
            try:
                join(self._thread)
                self._release()
            except KeyboardInterrupt:
                self._release()  # or others would wait until the lease expires
                raise

    def _acquire(self, app: RecordedApp) -> None:
        end = time.monotonic() + self._options.wait
        while (other := self._take()) is not None:
            if time.monotonic() >= end:
                raise AppError(f"App '{app.name}' (namespace: {app.namespace}) is being changed by "
                               f"'{other}' (hint: wait for it with --lock-wait, or take over with --lock-steal)")
            time.sleep(PAUSE)
        thread = threading.Thread(target=self._renew, daemon=True)
        thread.start()
        self._thread = thread

    @property
    def _name(self) -> str:
        assert self._app is not None
        return f"{self._app.name}{SUFFIX}"

    @property
    def _namespace(self) -> str:
        assert self._app is not None
        return self._app.namespace

    def _take(self) -> str | None:
        """Take the lease; returns who holds it when it cannot be had."""
        try:
            lease = self._client.get(LEASES, self._name, self._namespace)
        except ApiError as e:
            if not e.not_found:
                raise
            lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": self._name}}
            return self._write(lease, create=True)
        holder = lease.get("spec", {}).get("holderIdentity")
        if holder and not self._options.steal and not self._expired(lease["spec"]):
            return str(holder)
        return self._write(lease, create=False)

    def _write(self, lease: dict[str, Any], create: bool) -> str | None:
        now = self._now()
        old = lease.get("spec") or {}
        lease["spec"] = {"holderIdentity": self._holder, "leaseDurationSeconds": self._options.duration,
                         "acquireTime": now, "renewTime": now,
                         "leaseTransitions": int(old.get("leaseTransitions", 0)) + 1}
        try:
            if create:
                self._client.create(LEASES, lease, self._namespace)
            else:
                self._client.replace(LEASES, lease, self._name, self._namespace)
        except ApiError as e:
            if e.code == 409:
                return "another deploy"
            raise
        return None

    def _renew(self) -> None:
        while not self._stop.wait(self._options.duration / 3):
            try:
                lease = self._client.get(LEASES, self._name, self._namespace)
                if lease["spec"].get("holderIdentity") != self._holder:
                    return
                lease["spec"]["renewTime"] = self._now()
                self._client.replace(LEASES, lease, self._name, self._namespace)
            except KubeError:
                continue

    def _release(self) -> None:
        try:
            lease = self._client.get(LEASES, self._name, self._namespace)
            if lease["spec"].get("holderIdentity") == self._holder:
                self._client.delete(LEASES, self._name, self._namespace, uid=lease["metadata"]["uid"])
        except KubeError:
            return

    def _now(self) -> str:
        """The server's time: holders whose own clocks differ agree on that."""
        return self._client.transport.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def _expired(self, spec: dict[str, Any]) -> bool:
        renewed = spec.get("renewTime") or spec.get("acquireTime")
        if not renewed:
            return True
        age = (self._client.transport.clock.now() - parse_time(renewed)).total_seconds()
        return age > float(spec.get("leaseDurationSeconds") or 0)
