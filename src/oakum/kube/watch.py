"""Following a collection as it changes (Kubernetes API concepts: "Efficient detection of changes").

A watch goes on from the last version it saw, bookmarks included. When the server no longer keeps that version
(410), the collection is listed again and the difference is given as events, so nothing is lost.
"""
from __future__ import annotations

import threading
from collections.abc import Iterator

from oakum.dataclass import dataclass
from oakum.kube.client import Client, checked
from oakum.kube.errors import ApiError, ConnectError, from_answer
from oakum.kube.kinds import ResourceType
from oakum.kube.transport import Stream
from oakum.parts import mapping, text
from oakum.typing import Any

SERVER_SECONDS = 290
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
PASSING = (429, 500, 503, 504)


@dataclass(frozen=True)
class Event:
    """One change: `type` is ADDED, MODIFIED or DELETED, `object` the state after it (before it, when deleted)."""

    type: str
    object: dict[str, Any]


class Watch:
    """The changes of one collection from `resource_version` on (from its present state when empty).

    Iterate in one thread; `close` from any other ends the iteration. Raises ApiError when the server refuses to watch.
    """

    def __init__(self, client: Client, kind: ResourceType, namespace: str = "", *, labels: str = "", fields: str = "",
                 resource_version: str = "") -> None:
        self._client = client
        self._kind = kind
        self._namespace = namespace
        self._labels = labels
        self._fields = fields
        self._version = resource_version
        self._known: dict[str, dict[str, Any]] = {}
        self._stream: Stream | None = None
        self._closed = threading.Event()

    def close(self) -> None:
        """End the iteration."""
        self._closed.set()
        stream = self._stream
        if stream is not None:
            stream.close()

    def __iter__(self) -> Iterator[Event]:
        pause = FIRST_PAUSE
        while not self._closed.is_set():
            wanted: float | None = None
            try:
                if not self._version:
                    yield from self._relist()
                heard = False
                for event in self._once():
                    heard, pause = True, FIRST_PAUSE
                    yield event
                if heard:
                    continue
            except ConnectError:
                pass
            except ApiError as e:
                if e.gone:
                    self._version = ""
                elif e.code not in PASSING:
                    raise
                wanted = e.retry_after
            if self._closed.wait(wanted or pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE)

    def _relist(self) -> Iterator[Event]:
        found = self._client.list(self._kind, self._namespace, labels=self._labels, fields=self._fields)
        before, self._known = self._known, {}
        for item in found.items:
            uid = text(item["metadata"].get("uid"))
            self._known[uid] = item["metadata"]
            old = before.pop(uid, None)
            if old is None or old.get("resourceVersion") != item["metadata"].get("resourceVersion"):
                yield Event("ADDED" if old is None else "MODIFIED", item)
        for meta in before.values():
            yield Event("DELETED", {"apiVersion": self._kind.api_version, "kind": self._kind.kind, "metadata": meta})
        self._version = found.resource_version

    def _once(self) -> Iterator[Event]:
        query = [("watch", "1"), ("allowWatchBookmarks", "true"), ("timeoutSeconds", str(SERVER_SECONDS)),
                 ("resourceVersion", self._version)]
        query += [(n, v) for n, v in (("labelSelector", self._labels), ("fieldSelector", self._fields)) if v]
        stream = self._client.transport.stream(self._kind.path(self._namespace), query=query,
                                               read_timeout=SERVER_SECONDS + 30)
        self._stream = stream
        if self._closed.is_set():
            stream.close()
        try:
            for line in stream.lines():
                if line.strip():
                    event = self._event(_decoded(line))
                    if event is not None:
                        yield event
        finally:
            self._stream = None
            stream.close()

    def _event(self, found: dict[str, Any]) -> Event | None:
        kind, item = found["type"], found["object"]
        if kind == "ERROR":
            from oakum.orjson import dumps

            code = item.get("code")
            raise from_answer(code if isinstance(code, int) else 500, dumps(item))
        if kind == "BOOKMARK":
            self._version = text(mapping(item.get("metadata")).get("resourceVersion")) or self._version
            return None
        meta = checked(item, self._kind.path(self._namespace))["metadata"]
        self._version = text(meta.get("resourceVersion")) or self._version
        uid = text(meta.get("uid"))
        if kind == "DELETED":
            self._known.pop(uid, None)
        else:
            self._known[uid] = meta
        return Event(kind, item)


def _decoded(line: bytes) -> dict[str, Any]:
    """A line that is no event was cut off: the connection broke inside one. Raises ConnectError."""
    from oakum.orjson import JSONDecodeError, loads

    try:
        found: dict[str, Any] = loads(line)
        whole = isinstance(found["type"], str) and isinstance(found["object"], dict)
    except (JSONDecodeError, LookupError, TypeError) as e:
        raise ConnectError(f"the connection broke inside a watch event: {e}") from e
    if not whole:
        raise ConnectError("the connection broke inside a watch event")
    return found
