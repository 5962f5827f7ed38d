"""Which resources a rule is for (Config documents: `resourceMatchers`).

Each matcher also answers for a kind alone, without an object, as far as it can: yes, no, or None for "depends on the
object". Indexes are built on that.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from oakum.dataclass import dataclass
from oakum.deploy.config.path import All, Index, Path, parse_path
from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import Resource
from oakum.typing import Any, Generic, Protocol, TypeVar

BUILT_IN_GROUPS = frozenset({
    "", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps",
    "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch", "certificates.k8s.io",
    "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "extensions", "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io", "metrics.k8s.io", "migration.k8s.io", "networking.k8s.io", "node.k8s.io", "policy",
    "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io"})


class Matcher(Protocol):
    """A condition on resources."""

    def matches(self, resource: Resource) -> bool:
        """Whether the resource is meant."""

    def of_kind(self, api_version: str, kind: str) -> bool | None:
        """The answer for every resource of a kind, None when they differ."""


@dataclass(frozen=True, slots=True)
class AllMatcher:
    """Everything."""

    def matches(self, resource: Resource) -> bool:
        """True."""
        del resource
        return True

    def of_kind(self, api_version: str, kind: str) -> bool | None:
        """True."""
        del api_version, kind
        return True


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the matchers; none of none."""

    matchers: tuple[Matcher, ...]

    def matches(self, resource: Resource) -> bool:
        """Whether one matches."""
        return any(m.matches(resource) for m in self.matchers)

    def of_kind(self, api_version: str, kind: str) -> bool | None:
        """True when one is certain, False when all are ruled out."""
        found = [m.of_kind(api_version, kind) for m in self.matchers]
        return True if True in found else None if None in found else False


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of the matchers."""

    matchers: tuple[Matcher, ...]

    def matches(self, resource: Resource) -> bool:
        """Whether all match."""
        return all(m.matches(resource) for m in self.matchers)

    def of_kind(self, api_version: str, kind: str) -> bool | None:
        """False when one is ruled out, True when all are certain."""
        found = [m.of_kind(api_version, kind) for m in self.matchers]
        return False if False in found else None if None in found else True


@dataclass(frozen=True, slots=True)
class Not:
    """What the matcher does not match."""

    matcher: Matcher

    def matches(self, resource: Resource) -> bool:
        """Whether it does not match."""
        return not self.matcher.matches(resource)

    def of_kind(self, api_version: str, kind: str) -> bool | None:
        """The opposite, where certain."""
        found = self.matcher.of_kind(api_version, kind)
        return None if found is None else not found


@dataclass(frozen=True, slots=True)
class KindMatcher:
    """A kind in an API version (`apiVersionKindMatcher`) or in a whole API group (`apiGroupKindMatcher`)."""

    kind: str
    api_version: str | None = None
    group: str | None = None

    def matches(self, resource: Resource) -> bool:
        """Whether kind and version or group are equal."""
        return self._fits(resource.api_version, resource.kind)

    def of_kind(self, api_version: str, kind: str) -> bool | None:
        """Certain."""
        return self._fits(api_version, kind)

    def _fits(self, api_version: str, kind: str) -> bool:
        if kind != self.kind:
            return False
        if self.api_version is not None:
            return api_version == self.api_version
        return (api_version.rpartition("/")[0] if "/" in api_version else "") == self.group


@dataclass(frozen=True, slots=True)
class NameMatcher:
    """One object by kind, namespace and name."""

    kind: str
    namespace: str
    name: str

    def matches(self, resource: Resource) -> bool:
        """Whether all three are equal."""
        return (resource.kind, resource.namespace, resource.name) == (self.kind, self.namespace, self.name)

    def of_kind(self, api_version: str, kind: str) -> bool | None:
        """No for other kinds."""
        del api_version
        return None if kind == self.kind else False


@dataclass(frozen=True, slots=True)
class CustomResources:
    """Objects whose group is not one of Kubernetes' own."""

    def matches(self, resource: Resource) -> bool:
        """Whether the group is not built in."""
        return resource.group not in BUILT_IN_GROUPS

    def of_kind(self, api_version: str, kind: str) -> bool | None:
        """Certain."""
        del kind
        return (api_version.rpartition("/")[0] if "/" in api_version else "") not in BUILT_IN_GROUPS


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on the object itself."""

    test: Callable[[Resource], bool]

    def matches(self, resource: Resource) -> bool:
        """Whether the test holds."""
        return self.test(resource)

    def of_kind(self, api_version: str, kind: str) -> bool | None:
        """Unknown."""
        del api_version, kind
        return None


def empty_at(value: Any, path: Path) -> bool:
    """Whether nothing (missing, null, `[]`, `{}`) is at `path`; with allIndexes, at every item."""
    for at, part in enumerate(path):
        if isinstance(part, All):
            return not isinstance(value, list) or all(empty_at(item, path[at + 1:]) for item in value)
        if isinstance(part, Index):
            value = value[part.at] if isinstance(value, list) and part.at < len(value) else None
        else:
            value = value.get(str(part)) if isinstance(value, dict) else None
    return value is None or value == [] or value == {}


def parse_matchers(raw: Any) -> Matcher:
    """The condition of a list of matchers, any of which suffices."""
    found = tuple(parse_matcher(entry) for entry in raw or ())
    return found[0] if len(found) == 1 else AnyOf(found)


def parse_matcher(raw: Any) -> Matcher:
    """One matcher object. Raises ConfigError when it is none that is known."""
    for name, build in _BUILDERS.items():
        if raw and name in raw:
            return build(raw[name])
    raise ConfigError("Unknown resource matcher specified")


def _annotated(fields: Mapping[str, Any]) -> Matcher:
    keys = tuple(fields.get("keys") or ())
    return Test(lambda resource: all(key in resource.annotations for key in keys))


def _namespaced(fields: Mapping[str, Any]) -> Matcher:
    names = frozenset(fields.get("names") or ())
    return Test(lambda resource: bool(resource.namespace) and (not names or resource.namespace in names))


def _empty(fields: Mapping[str, Any]) -> Matcher:
    path = parse_path(fields.get("path"))
    return Test(lambda resource: empty_at(resource.body, path))


def _many(fields: Mapping[str, Any]) -> tuple[Matcher, ...]:
    return tuple(parse_matcher(m) for m in fields.get("matchers") or ())


# In the order in which the first one present decides.
_BUILDERS: dict[str, Callable[[Mapping[str, Any]], Matcher]] = {
    "allMatcher": lambda f: AllMatcher(),
    "anyMatcher": lambda f: AnyOf(_many(f)),
    "andMatcher": lambda f: AllOf(_many(f)),
    "notMatcher": lambda f: Not(parse_matcher(f.get("matcher"))),
    "kindNamespaceNameMatcher": lambda f: NameMatcher(f.get("kind", ""), f.get("namespace", ""), f.get("name", "")),
    "apiGroupKindMatcher": lambda f: KindMatcher(f.get("kind", ""), group=f.get("apiGroup", "")),
    "apiVersionKindMatcher": lambda f: KindMatcher(f.get("kind", ""), api_version=f.get("apiVersion", "")),
    "hasAnnotationMatcher": _annotated,
    "hasNamespaceMatcher": _namespaced,
    "customResourceMatcher": lambda f: CustomResources(),
    "emptyFieldMatcher": _empty,
}


class Matched(Protocol):
    """A rule that says which resources it is for."""

    @property
    def matcher(self) -> Matcher:
        """The condition."""


M = TypeVar("M", bound=Matched)


class Rules(Generic[M]):
    """Rules in order, indexed by kind, so that a resource is tested only against those that can be for it."""

    def __init__(self, rules: Sequence[M]) -> None:
        self.rules = tuple(rules)
        self._by_kind: dict[tuple[str, str], list[tuple[int, M, bool]]] = {}
        self._settled: dict[tuple[str, str], list[tuple[int, M]]] = {}

    def candidates(self, resource: Resource) -> list[tuple[int, M, bool]]:
        """(position, rule, certain) of the rules that are or may be for resources of this kind."""
        return self._for((resource.api_version, resource.kind))

    def _for(self, kind: tuple[str, str]) -> list[tuple[int, M, bool]]:
        found = self._by_kind.get(kind)
        if found is None:
            answers = [(at, rule, rule.matcher.of_kind(*kind)) for at, rule in enumerate(self.rules)]
            found = [(at, rule, yes is True) for at, rule, yes in answers if yes is not False]
            if all(certain for _, _, certain in found):
                self._settled[kind] = [(at, rule) for at, rule, _ in found]
            self._by_kind[kind] = found
        return found

    def numbered(self, resource: Resource) -> list[tuple[int, M]]:
        """(position, rule) of the rules that are for the resource; not to be changed."""
        kind = (resource.api_version, resource.kind)
        candidates = self._for(kind)
        if not candidates:
            return []
        settled = self._settled.get(kind)
        if settled is not None:
            return settled
        return [(at, rule) for at, rule, certain in candidates if certain or rule.matcher.matches(resource)]

    def of(self, resource: Resource) -> list[M]:
        """The rules that are for the resource, in order."""
        return [rule for _, rule in self.numbered(resource)]
