"""Events: what controllers tell people about an object. Repeated ones are counted."""

from oakum.lab.api import clock
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.writes import suffix
from oakum.lab.store import NotFound, Obj

KEPT = 1000
"""Events kept at most in one namespace; the oldest go first."""


def record(
    cluster: Cluster,
    about: Obj,
    kind: str,
    reason: str,
    message: str,
    component: str,
    host: str = "",
    field: str = "",
) -> None:
    """Write an event (`Normal` or `Warning`) about an object, or a field of it; one told before is counted."""
    store, now = cluster.store, clock.stamp(cluster.now())
    metadata = about["metadata"]
    namespace = metadata.get("namespace") or "default"
    source = {"component": component} | ({"host": host} if host else {})
    with store.locked():
        known = store.list("events", namespace).items
        if not _counted(cluster, known, (metadata.get("uid", ""), field), reason, message, now):
            store.create("events", _event(about, field, namespace, kind, reason, message, source, now))
        for old in sorted(known, key=lambda each: str(each.get("lastTimestamp")))[: max(0, len(known) - KEPT)]:
            store.delete("events", old["metadata"]["name"], namespace)


def _counted(
    cluster: Cluster, known: list[Obj], involved: tuple[str, str], reason: str, message: str, now: str
) -> bool:
    for event in known:
        same = event.get("reason") == reason and event.get("message") == message
        about = event["involvedObject"]
        if same and (about.get("uid") or "", about.get("fieldPath") or "") == involved:
            metadata = event["metadata"]
            try:
                cluster.store.mutate(
                    "events",
                    metadata["name"],
                    metadata["namespace"],
                    lambda obj: obj.update(count=obj.get("count", 1) + 1, lastTimestamp=now),
                )
            except NotFound:
                return False
            return True
    return False


def _event(about: Obj, field: str, namespace: str, kind: str, reason: str, message: str, source: Obj, now: str) -> Obj:
    metadata = about["metadata"]
    involved = {"apiVersion": about.get("apiVersion", ""), "kind": about.get("kind", ""), "name": metadata["name"]}
    involved |= {key: metadata[key] for key in ("namespace", "uid", "resourceVersion") if metadata.get(key)}
    involved |= {"fieldPath": field} if field else {}
    name = f"{metadata['name']}.{suffix(16)}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace, "uid": suffix(32), "creationTimestamp": now},
        "involvedObject": involved,
        "reason": reason,
        "message": message,
        "source": source,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
        "type": kind,
        "eventTime": None,
        "reportingComponent": source["component"],
        "reportingInstance": source.get("host", ""),
    }
