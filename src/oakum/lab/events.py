"""Events: what controllers tell people about an object. Repeated ones are counted."""

from oakum.lab.api import clock
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.writes import suffix
from oakum.lab.store import NotFound, Obj

KEPT = 1000
"""Events kept at most in one namespace; the oldest go first."""


class Recorder:
    """Writes the events of one `component`, on `host` where it runs on a node."""

    def __init__(self, cluster: Cluster, component: str, host: str = "") -> None:
        self._cluster = cluster
        self._source: Obj = {"component": component} | ({"host": host} if host else {})

    def normal(self, about: Obj, reason: str, message: str) -> None:
        """Tell that something about an object went as it should."""
        self.record(about, "Normal", reason, message)

    def warning(self, about: Obj, reason: str, message: str) -> None:
        """Tell that something about an object did not go as it should."""
        self.record(about, "Warning", reason, message)

    def record(self, about: Obj, kind: str, reason: str, message: str, field: str = "") -> None:
        """Write an event (`Normal` or `Warning`) about an object, or a field of it; one told before is counted."""
        store, now = self._cluster.store, clock.stamp(self._cluster.now())
        event = _event(about, field, self._source, now) | {"type": kind, "reason": reason, "message": message}
        namespace = event["metadata"]["namespace"]
        with store.locked():
            known = store.list("events", namespace).items
            if not self._counted(known, event):
                store.create("events", event)
            for old in sorted(known, key=lambda each: str(each.get("lastTimestamp")))[: max(0, len(known) - KEPT)]:
                store.delete("events", old["metadata"]["name"], namespace)

    def _counted(self, known: list[Obj], event: Obj) -> bool:
        """Whether the event is one of `known`, which then counts it."""
        for each in known:
            if _told(each) == _told(event):
                metadata = each["metadata"]
                try:
                    self._cluster.store.mutate(
                        "events",
                        metadata["name"],
                        metadata["namespace"],
                        lambda obj: obj.update(count=obj.get("count", 1) + 1, lastTimestamp=event["lastTimestamp"]),
                    )
                except NotFound:
                    return False
                return True
        return False


def _told(event: Obj) -> tuple[str, ...]:
    """What makes two events the same."""
    about = event["involvedObject"]
    return about.get("uid") or "", about.get("fieldPath") or "", event.get("reason", ""), event.get("message", "")


def _event(about: Obj, field: str, source: Obj, now: str) -> Obj:
    metadata = about["metadata"]
    involved = {"apiVersion": about.get("apiVersion", ""), "kind": about.get("kind", ""), "name": metadata["name"]}
    involved |= {key: metadata[key] for key in ("namespace", "uid", "resourceVersion") if metadata.get(key)}
    involved |= {"fieldPath": field} if field else {}
    name, namespace = f"{metadata['name']}.{suffix(16)}", metadata.get("namespace") or "default"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace, "uid": suffix(32), "creationTimestamp": now},
        "involvedObject": involved,
        "source": source,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
        "eventTime": None,
        "reportingComponent": source["component"],
        "reportingInstance": source.get("host", ""),
    }
