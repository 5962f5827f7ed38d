"""Objects of a server: read, list, create, replace, patch, delete, watch.

Objects are plain dicts as the server sends them. Where an object is meant, `namespace` is ignored for cluster-scoped
types. Every method raises ApiError for what the server refuses and ConnectError when it does not answer.
"""
from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from oakum.dataclass import dataclass
from oakum.kube.discovery import Discovery
from oakum.kube.errors import ApiError, ConnectError
from oakum.kube.kinds import ResourceType
from oakum.kube.retry import RETRY_READ, RETRY_WRITE, retrying
from oakum.kube.seen import Seen, address, shown
from oakum.kube.server import JSON, Query
from oakum.kube.transport import Stream, Transport
from oakum.parts import mapping, text
from oakum.typing import Any

PAGE = 500
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
NAMESPACES = ResourceType("", "v1", "namespaces", "Namespace", False)
CONFIG_MAPS = ResourceType("", "v1", "configmaps", "ConfigMap", True)
NODES = ResourceType("", "v1", "nodes", "Node", False)
PODS = ResourceType("", "v1", "pods", "Pod", True)
PATCH_TYPES = {"json": "application/json-patch+json", "merge": "application/merge-patch+json",
               "strategic": "application/strategic-merge-patch+json", "apply": "application/apply-patch+yaml"}


_NONE = type(None)
_METADATA = ((frozenset({str, _NONE}), ("namespace", "uid", "resourceVersion", "creationTimestamp")),
             (frozenset({dict, _NONE}), ("labels", "annotations")))
"""The types of those fields of every object on which this package relies (ObjectMeta in the API's reference)."""
Pages = list[dict[str, Any]]


@dataclass(frozen=True)
class Listing:
    """The objects of a list and the version of the collection that they show."""

    items: list[dict[str, Any]]
    resource_version: str


class Client:
    """One server's objects, through one transport. `seen`, when it is given a dict, notes what reads have shown.

    `timed` is entered, with what is done, around what may take long.
    """

    def __init__(self, transport: Transport, discovery: Discovery | None = None) -> None:
        self.transport = transport
        self.discovery = discovery or Discovery(transport)
        self.seen: Seen | None = None
        self.timed: Callable[[str], AbstractContextManager[object]] = nullcontext

    def get(self, kind: ResourceType, name: str, namespace: str = "") -> dict[str, Any]:
        """One object."""
        path = kind.path(namespace, name)
        return checked(self._read("GET", path), path)

    def list(self, kind: ResourceType, namespace: str = "", *, labels: str = "", fields: str = "",
             page: int = PAGE) -> Listing:
        """All objects (of one namespace, or everywhere) that the selectors match, fetched in chunks of `page`."""
        pages = self._pages(kind.path(namespace), _query(labelSelector=labels, fieldSelector=fields), page)
        version = text(mapping(pages[-1].get("metadata")).get("resourceVersion"))
        return Listing([item for found in pages for item in _typed(found)], version)

    def names(self, kind: ResourceType, namespace: str = "") -> set[str]:
        """The names of all objects of a kind (in a namespace), without their contents."""
        pages = self._pages(kind.path(namespace), [], PAGE, METADATA)
        return {item["metadata"]["name"] for found in pages for item in found.get("items") or []}

    def _pages(self, path: str, query: Query, page: int, accept: str = JSON) -> Pages:
        """A list in chunks of `page`, of which all show the same moment."""
        pages: Pages = []
        token = ""
        while True:
            chunk = _query(limit=str(page) if page else "", **({"continue": token} if token else {}))
            try:
                found = self._read("GET", path, query + chunk, accept)
            except ApiError as e:
                if not (e.gone and token):
                    raise
                # The snapshot that the chunks come from is too old by now: start again, in one piece.
                return self._pages(path, query, 0, accept)
            items = found.get("items") or []
            for item in items if isinstance(items, list) else [items]:
                checked(item, path)
            pages.append(found)
            token = text(mapping(found.get("metadata")).get("continue"))
            if not token:
                return pages

    def create(self, kind: ResourceType, body: dict[str, Any], namespace: str = "", *, query: Query | None = None,
               ) -> dict[str, Any]:
        """POST; returns the object as stored."""
        return self._changed("POST", kind.path(namespace), body, query=query)

    def replace(self, kind: ResourceType, body: dict[str, Any], name: str, namespace: str = "", *,
                query: Query | None = None) -> dict[str, Any]:
        """PUT the whole object; with a resourceVersion in it, only onto that version."""
        return self._changed("PUT", kind.path(namespace, name), body, query=query)

    def patch(self, kind: ResourceType, name: str, patch: Any, form: str, namespace: str = "", *,
              query: Query | None = None) -> dict[str, Any]:
        """PATCH in one of `PATCH_TYPES`' forms: json, merge, strategic, apply."""
        return self._changed("PATCH", kind.path(namespace, name), patch, content_type=PATCH_TYPES[form], query=query)

    def delete(self, kind: ResourceType, name: str, namespace: str = "", *, uid: str = "",
               propagation: str = "Background", missing_ok: bool = False) -> dict[str, Any]:
        """DELETE, with a precondition on the UID when it is given; empty for one that is gone, if that is all right."""
        options: dict[str, Any] = {"propagationPolicy": propagation, "apiVersion": "v1", "kind": "DeleteOptions"}
        if uid:
            options["preconditions"] = {"uid": uid}
        try:
            found: dict[str, Any] = self.transport.request("DELETE", kind.path(namespace, name), body=options).json()
        except ApiError as e:
            if not (missing_ok and e.not_found):
                raise
            return {}
        return found

    def review(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST a review (authorization.k8s.io) and return it with its status."""
        return self._write("POST", path, body)

    def log(self, pod: str, namespace: str, container: str, *, follow: bool, lines: int | None,
            previous: bool = False) -> Stream:
        """A container's log, its last `lines` (None: all); when following it ends with the container.

        `previous` is the log of the container's run before this one.
        """
        query = _query(container=container, follow="true" if follow else "", previous="true" if previous else "",
                       tailLines="" if lines is None or lines < 0 else str(lines))
        return self.transport.stream(PODS.path(namespace, pod) + "/log", query=query, accept="*/*")

    def _read(self, method: str, path: str, query: Query | None = None, accept: str = JSON) -> dict[str, Any]:
        def send() -> dict[str, Any]:
            found: dict[str, Any] = self.transport.request(method, path, query=query, accept=accept).json()
            return found

        if self.seen is None:
            return retrying(send, RETRY_READ)
        key = address(path, query)
        try:
            found = retrying(send, RETRY_READ)
        except ApiError as refused:
            self.seen.setdefault(key, shown(refused))
            raise
        self.seen.setdefault(key, shown(found))
        return found

    def _changed(self, method: str, path: str, body: Any, *, content_type: str = JSON, query: Query | None = None,
                 ) -> dict[str, Any]:
        return checked(self._write(method, path, body, content_type=content_type, query=query), path)

    def _write(self, method: str, path: str, body: Any, *, content_type: str = JSON, query: Query | None = None,
               ) -> dict[str, Any]:
        def send() -> dict[str, Any]:
            answer = self.transport.request(method, path, body=body, content_type=content_type, query=query)
            found: dict[str, Any] = answer.json()
            return found

        return retrying(send, RETRY_WRITE)


def _query(**wanted: str) -> Query:
    return [(name, value) for name, value in wanted.items() if value]


def checked(found: Any, path: str) -> dict[str, Any]:
    """What was answered at `path`. Raises ConnectError where it is no object with a name and metadata as every API
    server sees to it, as it is not such an API then.
    """
    metadata = found.get("metadata") if isinstance(found, dict) else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        raise ConnectError(f"the answer of {path} holds what is no object (hint: is it a Kubernetes API?)")
    for kinds, fields in _METADATA:
        if not kinds.issuperset(map(type, map(metadata.get, fields))):
            wrong = next(field for field in fields if type(metadata.get(field)) not in kinds)
            raise ConnectError(f"the answer of {path} holds what is no object: metadata.{wrong} of "
                               f"'{metadata['name']}' is of another type (hint: is it a Kubernetes API?)")
    result: dict[str, Any] = found
    return result


def _typed(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of a list; built-in types leave out what the list's own kind says."""
    items: list[dict[str, Any]] = found.get("items") or []
    kind = str(found.get("kind", "")).removesuffix("List")
    version = found.get("apiVersion", "")
    for item in items:
        item.setdefault("apiVersion", version)
        item.setdefault("kind", kind)
    return items
