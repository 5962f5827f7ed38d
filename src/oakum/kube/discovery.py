"""Which types a server serves, in as few requests as it allows.

One `Accept` header offers the aggregated forms (apidiscovery.k8s.io v2, then v2beta1) and the old lists; a server that
knows only the lists is asked for each group version. Found once, kept until `refresh`.
"""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from oakum.kube.errors import ApiError, ConnectError, DiscoveryError
from oakum.kube.kinds import ResourceType
from oakum.kube.transport import Transport
from oakum.kube.workers import each
from oakum.parts import mapping, mappings, text, texts
from oakum.typing import Any

PAUSE = 1.0
AGGREGATED = ",".join(
    [f"application/json;g=apidiscovery.k8s.io;v={v};as=APIGroupDiscoveryList" for v in ("v2", "v2beta1")]
    + ["application/json"])

STALE = "the server is currently unable to handle the request"
"""What asking for the group version itself, as the reference does, says of one whose own server does not answer."""


class Discovery:
    """The served types. `may_ignore(group_version)` decides whether one that fails is left out instead of raised.

    A failure that may not be ignored is asked about again, `attempts` times in all, a second apart.
    """

    def __init__(self, transport: Transport, may_ignore: Callable[[str], bool] | None = None, *,
                 attempts: int = 1) -> None:
        self._transport = transport
        self.may_ignore = may_ignore
        self.attempts = attempts
        self._lock = threading.Lock()
        self._types: list[ResourceType] | None = None
        self.failed: dict[str, str] = {}
        self._indexed: list[ResourceType] | None = None
        self._index: dict[tuple[str, str], ResourceType] = {}

    def types(self) -> list[ResourceType]:
        """All types, in the server's order.

        Raises DiscoveryError when a group version fails and may not be ignored, ApiError or ConnectError when nothing
        at all is answered.
        """
        for left in reversed(range(self.attempts)):
            try:
                with self._lock:
                    if self._types is None:
                        self._types, self.failed = discover(self._transport)
                    found, failed = self._types, self.failed
            except (ApiError, ConnectError) as e:
                if not left or not _passing(e):
                    raise
            else:
                bad = {gv: why for gv, why in failed.items() if self.may_ignore is None or not self.may_ignore(gv)}
                if not bad:
                    return found
                self.refresh()
                if not left:
                    raise DiscoveryError(bad)
            time.sleep(PAUSE)
        raise AssertionError("discovery takes an attempt at least")

    def refresh(self) -> None:
        """Forget, so that the next question asks the server."""
        with self._lock:
            self._types = None

    def find(self, api_version: str, kind: str, *, again: bool = True) -> ResourceType | None:
        """The type of `apiVersion` and `kind`; after a miss the server is asked `again`, for it may be new."""
        found = self._lookup(api_version, kind)
        if found is None and again:
            self.refresh()
            found = self._lookup(api_version, kind)
        return found

    def _lookup(self, api_version: str, kind: str) -> ResourceType | None:
        types = self.types()
        with self._lock:
            if self._indexed is not types:
                self._indexed = types
                self._index = {}
                for t in types:
                    self._index.setdefault((t.api_version, t.kind), t)
            return self._index.get((api_version, kind))


def _passing(error: ApiError | ConnectError) -> bool:
    return isinstance(error, ConnectError) or error.code >= 500 or error.code == 429


def discover(transport: Transport) -> tuple[list[ResourceType], dict[str, str]]:
    """Ask the server; returns the types and, by group version, why some are missing."""
    core, groups = each(["/api", "/apis"], lambda path: transport.request("GET", path, accept=AGGREGATED), 2)
    types: list[ResourceType] = []
    failed: dict[str, str] = {}
    for answer in (core, groups):
        if "apidiscovery.k8s.io" in answer.content_type:
            _aggregated(answer.json(), types, failed)
        else:
            _legacy(transport, answer.json(), types, failed)
    return types, failed


def _aggregated(document: dict[str, Any], types: list[ResourceType], failed: dict[str, str]) -> None:
    for item in mappings(document.get("items")):
        group = text(mapping(item.get("metadata")).get("name"))
        for version in mappings(item.get("versions")):
            name = text(version.get("version"))
            if version.get("freshness") == "Stale":
                failed[f"{group}/{name}"] = STALE
            for entry in mappings(version.get("resources")):
                served = mapping(entry.get("responseKind"))
                kind = text(served.get("kind"))
                if not kind:
                    continue  # a place for its sub-resources only
                types.append(ResourceType(
                    text(served.get("group")) or group, text(served.get("version")) or name,
                    text(entry.get("resource")), kind, entry.get("scope") == "Namespaced",
                    frozenset(texts(entry.get("verbs")))))


def _legacy(transport: Transport, document: dict[str, Any], types: list[ResourceType], failed: dict[str, str]) -> None:
    if document.get("kind") == "APIVersions":
        wanted = texts(document.get("versions"))
    else:
        groups = mappings(document.get("groups"))
        wanted = [text(v.get("groupVersion")) for g in groups for v in mappings(g.get("versions"))]

    def fetch(gv: str) -> Any:
        try:
            return transport.request("GET", f"/apis/{gv}" if "/" in gv else f"/api/{gv}").json()
        except (ApiError, ConnectError) as e:
            return e

    for gv, found in zip(wanted, each(wanted, fetch, 16), strict=True):
        if isinstance(found, Exception):
            failed[gv] = str(found)
        else:
            types.extend(_listed(gv, mappings(found.get("resources"))))


def _listed(gv: str, resources: Iterable[dict[str, Any]]) -> Iterable[ResourceType]:
    group, _, version = gv.rpartition("/")
    for entry in resources:
        name = text(entry.get("name"))
        if "/" not in name:
            yield ResourceType(text(entry.get("group")) or group, text(entry.get("version")) or version, name,
                               text(entry.get("kind")), bool(entry.get("namespaced")),
                               frozenset(texts(entry.get("verbs"))))
