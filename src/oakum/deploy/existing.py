"""The objects that an application has in the cluster (kapp spec, sections 3.1, 7.1, 8.3)."""
from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from oakum.dataclass import dataclass
from oakum.deploy.app.meta import CLUSTER
from oakum.deploy.cluster import identified
from oakum.deploy.resource import IDENTITY, Resource
from oakum.errors import DeployError, KubeError
from oakum.kube.client import NAMESPACES, Client
from oakum.kube.errors import ApiError
from oakum.kube.kinds import ResourceType
from oakum.kube.selector import Selector
from oakum.kube.workers import each
from oakum.typing import Any

UNLISTED = {("", "events"), ("", "componentstatuses")}
UNLISTED_KINDS = {("cilium.io", "CiliumIdentity")}
SHARED = {kind: frozenset(groups) for groups, kinds in (
    (("", "events.k8s.io"), ("Event",)), (("extensions", "apps"), ("DaemonSet", "Deployment", "ReplicaSet")),
    (("extensions", "networking.k8s.io"), ("Ingress", "NetworkPolicy")),
    (("extensions", "policy"), ("PodSecurityPolicy",))) for kind in kinds}
"""The groups that serve the very same objects of a kind: what was written in one may only be found in another."""
LISTS_AT_ONCE = 8
"""More would not be sooner there: each takes a connection, whose greeting costs both sides as much as several lists."""
Log = Callable[[str], None]


@dataclass(frozen=True)
class Scope:
    """Where to look: `kinds` (group, kind; None: all), and the namespaces that are sure to be allowed.

    `only_fallback` looks for namespaced objects in those alone.
    """

    kinds: frozenset[tuple[str, str]] | None = None
    fallback: tuple[str, ...] = ()
    only_fallback: bool = False


class Finder:
    """Lists objects by label over all kinds in scope, as far as the user may see them.

    `may_ignore(group_version)` decides whether a kind that cannot be listed is left out; `log` gets what was done then.
    """

    def __init__(self, client: Client, scope: Scope, *, may_ignore: Callable[[str], bool] | None = None,
                 log: Log | None = None) -> None:
        self._client = client
        self._scope = scope
        self._may_ignore = may_ignore
        self._log = log or (lambda text: None)
        self._lock = threading.Lock()
        self._namespaces: list[str] | None = None

    @property
    def limited(self) -> bool:
        """Whether only those namespaces were looked at that are sure to be allowed."""
        return self._scope.only_fallback or self._namespaces == self._fallback()

    def find(self, selector: Selector) -> list[Resource]:
        """The objects that the selector matches, each once, without our identity annotation."""
        text = str(selector)
        found = each(self._kinds(), lambda kind: self._timed(kind, text), LISTS_AT_ONCE)
        listed = (Resource(o) for many in found for o in many)
        return _one_each(r for r in listed if selector.matches(r.labels))

    def _kinds(self) -> list[ResourceType]:
        wanted = self._scope.kinds
        return [t for t in self._client.discovery.types()
                if "list" in t.verbs and (t.group, t.resource) not in UNLISTED
                and (t.group, t.kind) not in UNLISTED_KINDS
                and (wanted is None or not wanted.isdisjoint((group, t.kind) for group in _groups(t.group, t.kind)))]

    def _timed(self, kind: ResourceType, selector: str) -> list[dict[str, Any]]:
        with self._client.timed(f"Resources: {kind.group}/{kind.version}, Resource={kind.resource}"):
            return self._list(kind, selector)

    def _list(self, kind: ResourceType, selector: str) -> list[dict[str, Any]]:
        try:
            if kind.namespaced and self._scope.only_fallback:
                return self._in_namespaces(kind, selector, self._fallback())
            try:
                return self._client.list(kind, labels=selector).items
            except ApiError as e:
                if not e.forbidden:
                    raise
            return self._in_namespaces(kind, selector, self._allowed()) if kind.namespaced else []
        except (KubeError, DeployError) as e:
            if self._may_ignore is not None and self._may_ignore(kind.api_version):
                self._log(f"Resources: Ignoring group version: {kind.describe()}")
                return []
            raise DeployError(f"Listing {kind.describe()}, namespaced: {str(kind.namespaced).lower()}: {e}") from e

    def _in_namespaces(self, kind: ResourceType, selector: str, namespaces: Sequence[str]) -> list[dict[str, Any]]:
        out = []
        for namespace in namespaces:
            try:
                out += self._client.list(kind, namespace, labels=selector).items
            except ApiError as e:
                if not e.forbidden:
                    raise
        return out

    def _allowed(self) -> list[str]:
        """All namespaces, where the user may list them; else those that are sure to be allowed. Asked once."""
        with self._lock:
            if self._namespaces is None:
                try:
                    self._namespaces = [n["metadata"]["name"] for n in self._client.list(NAMESPACES).items]
                    self._log("Resources: Falling back to checking each namespace separately (much slower)")
                except KubeError as e:
                    if not (isinstance(e, ApiError) and e.forbidden and self._fallback()):
                        raise DeployError(f"Fetching all namespaces: {e}") from e
                    self._namespaces = self._fallback()
            return self._namespaces

    def _fallback(self) -> list[str]:
        return sorted({n for n in self._scope.fallback if n and n != CLUSTER})


def _one_each(found: Iterable[Resource]) -> list[Resource]:
    """Of an object seen in several API versions one: that in which we wrote it, else the first by name."""
    by_object: dict[str, list[Resource]] = defaultdict(list)
    for resource in found:
        by_object[resource.uid or f"{resource.key};{resource.api_version}"].append(resource)
    out = []
    for seen in by_object.values():
        seen.sort(key=lambda r: r.api_version)
        chosen = next((r for r in seen if _written_as(r) == r.api_version), seen[0])
        if _is_ours(chosen):
            out.append(identified(chosen))
        else:
            # What a controller copied, the annotation of another object among it, is shown as it is.
            chosen.transient = True
            out.append(chosen)
    return out


def _groups(group: str, kind: str) -> frozenset[str]:
    """The groups in which an object of this one can be found."""
    shared = SHARED.get(kind, frozenset())
    return shared if group in shared else frozenset((group,))


def _is_ours(resource: Resource) -> bool:
    """Whether it is the very object that we wrote, and no copy of it, which carries its annotations."""
    identity, (space, group, rest) = resource.annotations.get(IDENTITY, ""), resource.key.split("/", 2)
    return any(f"{space}/{other}/{rest}" in identity for other in _groups(group, resource.kind))


def _written_as(resource: Resource) -> str:
    return resource.annotations.get(IDENTITY, "").rpartition(";")[2]
