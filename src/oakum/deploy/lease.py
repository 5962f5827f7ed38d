"""A Lease (coordination.k8s.io/v1) as one of those who want it sees it.

Each write is of the version that was read last, so that of two who write one is told.
"""
from __future__ import annotations

from oakum.errors import KubeError
from oakum.gostruct import INT32, STRING, Struct, decode
from oakum.gotime import parse_rfc3339
from oakum.kube.client import Client
from oakum.kube.errors import ApiError, ConnectError
from oakum.kube.kinds import ResourceType
from oakum.parts import mapping, text
from oakum.typing import Any

LEASES = ResourceType("coordination.k8s.io", "v1", "leases", "Lease", True)
SPEC = Struct("v1.LeaseSpec", {
    **dict.fromkeys(("holderIdentity", "acquireTime", "renewTime"), STRING),
    **dict.fromkeys(("leaseDurationSeconds", "leaseTransitions"), INT32)})
MOST_TRANSITIONS = 1 << 31
ROUNDS = 10


class Lease:
    """The Lease `name`, for `holder`, who renews it at least every `duration` seconds. Methods raise KubeError."""

    def __init__(self, client: Client, name: str, namespace: str, holder: str, duration: int) -> None:
        self._client = client
        self._name = name
        self._namespace = namespace
        self._holder = holder
        self._duration = duration
        self._seen: dict[str, Any] = {}
        self._spec: dict[str, Any] = {}
        self._free = False

    def look(self) -> str:
        """Who holds it; empty where it is free, which `take` then goes by."""
        other = self._read()
        self._free = not other or self._expired()
        return "" if self._free else other

    def take(self, *, steal: bool) -> str:
        """Take it, if it is free, has expired or is to be stolen; gives who holds it now."""
        for left in reversed(range(ROUNDS)):
            try:
                other, self._free = "" if self._free else self._read(), False
                if other and not steal and not self._expired():
                    return other
                self._write(acquired=True)
            except ApiError as e:
                if (not e.conflict and not e.already_exists) or not left:
                    raise
                continue
            break
        return self._holder

    def renew(self) -> str:
        """Say that the holder is still at work; gives who holds it, empty when nobody does any more."""
        for left in reversed(range(ROUNDS)):
            try:
                self._write(acquired=False)
            except ApiError as e:
                if (not e.conflict and not e.not_found) or not left:
                    raise
                if (other := self._read()) != self._holder:
                    return other
                continue
            break
        return self._holder

    def release(self) -> None:
        """Give it up, where it is the holder's."""
        try:
            if self._read() == self._holder:
                self._client.delete(LEASES, self._name, self._namespace, uid=self._seen["metadata"]["uid"])
        except KubeError:
            return

    def _read(self) -> str:
        """Who holds it; empty where it is not there."""
        try:
            self._seen = self._client.get(LEASES, self._name, self._namespace)
        except ApiError as e:
            if not e.not_found:
                raise
            self._seen = {}
        try:
            self._spec = decode(self._seen.get("spec"), SPEC, kubernetes=True) or {}
        except ValueError as e:
            raise self._unreadable(e) from e
        return text(self._spec.get("holderIdentity"))

    def _unreadable(self, why: ValueError) -> ConnectError:
        return ConnectError(f"Lease '{self._name}' (namespace: {self._namespace}) cannot be read: {why} (hint: delete "
                            "it if nobody is at work)")

    def _write(self, *, acquired: bool) -> None:
        now, spec = self._now(), mapping(self._seen.get("spec"))
        if acquired:
            transitions = self._spec.get("leaseTransitions", 0) + 1
            spec = {"holderIdentity": self._holder, "leaseDurationSeconds": self._duration, "acquireTime": now,
                    "leaseTransitions": transitions % MOST_TRANSITIONS}
        body = {"apiVersion": LEASES.api_version, "kind": LEASES.kind, "spec": {**spec, "renewTime": now},
                "metadata": self._seen.get("metadata") or {"name": self._name}}
        if self._seen:
            self._seen = self._client.replace(LEASES, body, self._name, self._namespace)
        else:
            self._seen = self._client.create(LEASES, body, self._namespace)

    def _now(self) -> str:
        """The server's time: holders whose own clocks differ agree on that."""
        return self._client.transport.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def _expired(self) -> bool:
        renewed = self._spec.get("renewTime") or self._spec.get("acquireTime")
        if not renewed:
            return True
        try:
            age = (self._client.transport.clock.now() - parse_rfc3339(renewed)).total_seconds()
        except ValueError as e:
            raise self._unreadable(e) from e
        return age > float(self._spec.get("leaseDurationSeconds", 0))
