"""A cluster that is a list of objects, of any shape, in this process: it stores whatever it is given."""
from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from oakum.kube.clock import ServerClock
from oakum.kube.errors import ApiError
from oakum.kube.kinds import ResourceType
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.server import Query
from oakum.kube.transport import Answer

Body = dict[str, Any]
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


class Stored:
    """In place of `oakum.kube.transport.Transport`: answers for `kinds` from `objects`, which it keeps as they are."""

    def __init__(self, kinds: Sequence[ResourceType], objects: Sequence[Body]) -> None:
        self.config = ClusterConfig("http://stored")
        self.clock = ServerClock()
        self._kinds = kinds
        self._objects = {(o["apiVersion"], o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"]): o for o in objects}
        self._lock = threading.Lock()
        self._version = 100

    def request(self, method: str, path: str, *, query: Query | None = None, body: Any = None, content_type: str = "",
                accept: str = "") -> Answer:
        """One exchange, as of the real one."""
        del accept
        if path in ("/api", "/apis"):
            return Answer(200, "application/json;g=apidiscovery.k8s.io", json.dumps({"items": self._served(path == "/api")}).encode())
        if "selfsubjectaccessreviews" in path:
            return Answer(200, "application/json", b'{"status": {"allowed": false}}')
        with self._lock:
            found = self._answer(method, path, dict(query or []), copy.deepcopy(body), content_type)
            return Answer(200, "application/json", json.dumps(found).encode())

    def stream(self, path: str, *, query: Query | None = None, accept: str = "", read_timeout: float | None = None) -> Lines:
        """A log of two lines, or every object as an event of a watch."""
        del query, accept, read_timeout
        if path.endswith("/log"):
            return Lines([b"one", b"two \xff"])
        with self._lock:
            items = self._answer("GET", path, {}, None, "")["items"]
        return Lines([json.dumps({"type": "MODIFIED", "object": item}).encode() for item in items])

    def close(self) -> None:
        """Nothing to do."""

    def _served(self, core: bool) -> list[Body]:
        return [{"metadata": {"name": k.group}, "versions": [{"version": k.version, "resources": [
            {"resource": k.resource, "responseKind": {"kind": k.kind}, "scope": "Namespaced" if k.namespaced else "Cluster",
             "verbs": VERBS}]}]} for k in self._kinds if core != bool(k.group)]

    def _answer(self, method: str, path: str, query: dict[str, str], body: Any, content_type: str) -> Body:
        kind, namespace, name = self._meant(path)
        if method == "GET" and not name:
            items = [o for key, o in self._objects.items() if key[:2] == (kind.api_version, kind.kind)
                     and namespace in ("", key[2]) and _selected(o, query.get("labelSelector", ""))]
            return {"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "metadata": {"resourceVersion": "9"}, "items": items}
        if method == "POST":
            name = body["metadata"].setdefault("name", f"{body['metadata'].get('generateName')}{self._version}")
        key = kind.api_version, kind.kind, namespace, name
        if (key in self._objects) == (method == "POST") and "apply-patch" not in content_type:
            raise ApiError(*((409, "AlreadyExists", "already exists") if method == "POST" else (404, "NotFound", "not found")))
        if method == "DELETE":
            del self._objects[key]
            return {"kind": "Status", "status": "Success"}
        if method != "GET" and "json-patch" not in content_type:
            self._objects[key] = self._stamped(self._objects.get(key, {}), body)
        return self._objects[key]

    def _stamped(self, before: Body, body: Body) -> Body:
        self._version += 1
        kept = {"status": before["status"]} if "status" in before else {}
        return {**kept, **body, "metadata": {"uid": f"u{self._version}", **body["metadata"], "resourceVersion": str(self._version)}}

    def _meant(self, path: str) -> tuple[ResourceType, str, str]:
        """The kind, the namespace and the name that a path is about; empty where it is about many."""
        _, root, *parts = path.split("/")
        group, version, *parts = ["", *parts] if root == "api" else parts
        namespace = unquote(parts[1]) if parts[0] == "namespaces" and len(parts) > 2 else ""
        plural, *name = parts[2:] if namespace else parts
        kind = next(k for k in self._kinds if (k.group, k.version, k.resource) == (group, version, plural))
        return kind, namespace, unquote(name[0]) if name else ""


class Lines:
    """In place of `oakum.kube.transport.Stream`."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines

    def lines(self, *, unfinished: bool = True) -> Iterator[bytes]:
        """All of them."""
        del unfinished
        yield from self._lines

    def close(self) -> None:
        """Nothing to do."""


def _selected(item: Body, selector: str) -> bool:
    """Whether labels fit `a=b,c=d`; damaged ones do."""
    labels = item["metadata"].get("labels") or {} if isinstance(item["metadata"], dict) else 5
    wanted = [part.partition("=") for part in selector.split(",") if "=" in part]
    return not isinstance(labels, dict) or all(labels.get(k) == v or not isinstance(labels.get(k, ""), str) for k, _, v in wanted)
