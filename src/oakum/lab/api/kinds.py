"""The resources that the server knows: the built-in ones from a table, custom ones added while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from oakum.lab.api.status import qualified

if TYPE_CHECKING:
    from oakum.lab.api.custom import CustomVersion

FULL = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Kind:
    """A group, version and kind."""

    group: str
    version: str
    name: str

    @property
    def api_version(self) -> str:
        """`apps/v1`, `v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass(frozen=True, slots=True)
class Subresource:
    """What a path segment after an object's name takes."""

    name: str
    kind: Kind
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource in one version, as discovery describes it."""

    kind: Kind
    plural: str
    singular: str
    namespaced: bool
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = FULL
    subresources: Mapping[str, Subresource] = field(default_factory=dict)
    custom: CustomVersion | None = None

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.kind.group

    @property
    def key(self) -> str:
        """The name in the store, shared by all versions (and by the two groups that serve events)."""
        group = "" if self.plural == "events" and self.group == "events.k8s.io" else self.group
        return qualified(self.plural, group)


@cache
def builtin() -> tuple[Resource, ...]:
    """The resources of Kubernetes 1.36, in the order in which discovery lists their groups."""
    text = resources.files("oakum.lab.api").joinpath("data/kinds.txt").read_text()
    return tuple(_resource(line) for line in text.splitlines() if not line.startswith("#"))


@cache
def _builtin_groups() -> frozenset[str]:
    return frozenset(resource.group for resource in builtin())


def _resource(line: str) -> Resource:
    columns = ["" if column == "-" else column for column in line.split(" ")]
    group, version, plural, kind, scope, singular, shorts, categories, verbs, subs = columns
    return Resource(
        Kind(group, version, kind),
        plural,
        singular,
        scope == "N",
        _split(shorts),
        _split(categories),
        FULL if verbs == "full" else _split(verbs),
        {sub.name: sub for sub in (_subresource(item) for item in filter(None, subs.split(";")))},
    )


def _subresource(text: str) -> Subresource:
    name, _, rest = text.partition("=")
    of, _, verbs = rest.partition(":")
    group, version, kind = of.split("/") if "/" in of else ("", "", of)
    return Subresource(name, Kind(group, version, kind), _split(verbs))


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


class Catalog:
    """The resources served now. Built-in ones never change; custom ones come and go with their definitions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._served: dict[tuple[str, str, str], Resource] = {}
        self._kinds: dict[tuple[str, str], list[Resource]] = {}
        self._keys: dict[str, Resource] = {}
        self._serve(builtin())
        self.revision = 0

    def _serve(self, resources: Iterable[Resource]) -> None:
        """Take over a new set of resources; readers see the old indexes or the new ones."""
        served = {(item.group, item.kind.version, item.plural): item for item in resources}
        kinds: dict[tuple[str, str], list[Resource]] = {}
        keys: dict[str, Resource] = {}
        for item in served.values():
            kinds.setdefault((item.group, item.kind.name), []).append(item)
            keys.setdefault(qualified(item.plural, item.group), item)
        self._served, self._kinds, self._keys = served, kinds, keys

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource at a path, or None."""
        return self._served.get((group, version, plural))

    def of_kind(self, group: str, kind: str, version: str = "") -> Resource | None:
        """The resource that serves a kind (of any version when none is given), or None."""
        found = self._kinds.get((group, kind), ())
        return next((resource for resource in found if version in ("", resource.kind.version)), None)

    def of_key(self, key: str) -> Resource | None:
        """The first served version of a stored resource (`deployments.apps`), or None."""
        return self._keys.get(key)

    def replace_custom(self, key: str, versions: list[Resource]) -> None:
        """Serve these versions of one custom resource and no other (an empty list: none)."""
        with self._lock:
            kept = [item for item in self._served.values() if item.key != key or item.custom is None]
            self._serve([*kept, *versions])
            self.revision += 1

    def groups(self) -> dict[str, dict[str, list[Resource]]]:
        """Group → version → resources, in discovery order."""
        grouped: dict[str, dict[str, list[Resource]]] = {}
        for resource in self:
            grouped.setdefault(resource.group, {}).setdefault(resource.kind.version, []).append(resource)
        return grouped

    def is_builtin(self, group: str) -> bool:
        """Whether a group is the server's own."""
        return group in _builtin_groups()

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._served.values()))
