"""From the documents given to the set that is deployed: checked, placed, labelled (kapp spec, section 2.8)."""
from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from oakum.dataclass import dataclass, field
from oakum.deploy.config.config import Config
from oakum.deploy.config.mods import add_strings
from oakum.deploy.errors import InputError
from oakum.deploy.resource import PREFIX, Resource
from oakum.deploy.values import same
from oakum.parts import mapping, mappings, text

NONCE = PREFIX + "nonce"
ASSOCIATION = PREFIX + "association"
Scope = Callable[[str, str], bool | None]
"""Whether a kind (apiVersion, kind) is namespaced; None when the server does not know it."""


@dataclass(frozen=True)
class Placement:
    """Where namespaced objects go: `default` when they name no namespace, `into` always, `mapping` in the end."""

    default: str
    into: str = ""
    mapping: Mapping[str, str] | None = None

    def place(self, namespace: str) -> str:
        """The namespace for an object that names `namespace`. Raises InputError when the mapping lacks it."""
        chosen = self.into or namespace or self.default
        if self.mapping is None:
            return chosen
        if chosen not in self.mapping:
            raise InputError(f"Expected to find mapped namespace for '{chosen}'")
        return self.mapping[chosen]


def parse_mapping(pairs: Sequence[str]) -> dict[str, str] | None:
    """`src=dst` pairs; None when there are none. Raises InputError."""
    out = {}
    for pair in pairs:
        source, equals, target = pair.partition("=")
        if not equals or "=" in target:
            raise InputError(f"Expected map namespace '{pair}' to be in 'src-ns=dst-ns' format")
        out[source] = target
    return out or None


@dataclass(frozen=True)
class Allowed:
    """What `--allow-check` lets through."""

    namespaces: frozenset[str] = field(default_factory=frozenset)
    every_namespace: bool = False
    cluster: bool = False

    def check(self, resources: Sequence[Resource]) -> None:
        """Raises InputError that lists every resource outside."""
        problems = []
        for r in resources:
            if not r.namespace and not self.cluster:
                problems.append(f"Cluster level resource '{r.description}' is not allowed{_origin(r)}")
            elif r.namespace and not self.every_namespace and r.namespace not in self.namespaces:
                problems.append(f"Resource '{r.description}' is outside of allowed namespaces{_origin(r)}")
        _raise("Validation errors", problems)


def _origin(resource: Resource) -> str:
    return f" ({resource.origin})" if resource.origin is not None else ""


def _raise(title: str, problems: Sequence[str], places: Sequence[str] = ()) -> None:
    if problems:
        raise InputError(f"{title}:\n" + "\n".join(f"- {p}" for p in problems), places)


def check_complete(resources: Sequence[Resource]) -> None:
    """Every object needs a kind, an apiVersion and a name. Raises InputError that lists all that lack one."""
    problems = []
    for r in resources:
        for name, value in (("kind", r.kind), ("apiVersion", r.api_version), ("metadata.name", r.name)):
            if not value:
                problems.append(f"Expected '{name}' on resource '{r.description}' to be non-empty{_origin(r)}")
    _raise("Validation errors", problems)


def unique(resources: Sequence[Resource]) -> list[Resource]:
    """One of each object; repeated ones must be equal. Raises InputError."""
    found: dict[str, Resource] = {}
    problems: dict[str, str] = {}
    places: list[str] = []
    for r in resources:
        first = found.setdefault(r.key, r)
        if first is not r and not same(first.body, r.body):
            problems[r.key] = f"Found resource '{r.description}' multiple times with different content"
            places += [*first.places(["metadata.name"]), *r.places(["metadata.name"])]
    _raise("Uniqueness errors", list(problems.values()), list(dict.fromkeys(places)))
    return list(found.values())


def input_scopes(resources: Sequence[Resource]) -> dict[tuple[str, str], bool]:
    """The scopes that CustomResourceDefinitions among the resources declare, by apiVersion and kind."""
    out = {}
    for r in resources:
        if r.group != "apiextensions.k8s.io" or r.kind != "CustomResourceDefinition":
            continue
        spec = mapping(r.body.get("spec"))
        group, kind = text(spec.get("group")), text(mapping(spec.get("names")).get("kind"))
        versions = [v.get("name") for v in mappings(spec.get("versions"))] or [spec.get("version")]
        for version in filter(None, map(text, versions)):
            out[f"{group}/{version}", kind] = spec.get("scope") == "Namespaced"
    return out


def place(resources: Sequence[Resource], placement: Placement, scope: Scope) -> None:
    """Fill in, overwrite or remove `metadata.namespace` by scope, in place. Raises InputError for unknown kinds."""
    declared = input_scopes(resources)
    for r in resources:
        kind = (r.api_version, r.kind)
        namespaced = declared.get(kind)
        if namespaced is None:
            namespaced = scope(*kind)
        if namespaced is None:
            raise InputError(
                f"Expected to find kind '{r.group}/{r.version}/{r.kind}', but did not:\n"
                "- Kubernetes API server did not have matching apiVersion + kind\n"
                "- No matching CRD was found in given configuration", r.places(["kind"]))
        meta = r.body.setdefault("metadata", {})
        if namespaced:
            meta["namespace"] = placement.place(r.namespace)
        else:
            meta.pop("namespace", None)


def renew_nonces(resources: Sequence[Resource]) -> None:
    """Put the time into nonce annotations, in place, so that their objects change. Raises InputError."""
    for r in resources:
        value = r.annotations.get(NONCE)
        if value is None:
            continue
        if value != "":
            raise InputError(f"Expected annotation '{NONCE}' on resource '{r.description}' to have value ''")
        r.annotate(NONCE, str(time.time_ns()))


def label(resources: Sequence[Resource], config: Config, key: str, value: str, *, scoping: bool = True) -> None:
    """Put ownership labels on every object and, unless `scoping` is off, on selectors by the built-in rules.

    `key` and `value` are the application's label. Works in place; raises ConfigError when a path does not fit.
    """
    for r in resources:
        labels = {**config.labels, key: value, ASSOCIATION: r.association}
        for rule in config.ownership_index.of(r):
            add_strings(r, rule.path, labels, create=True)
        for rule in config.scoping_index.of(r):
            if scoping or not rule.default:
                add_strings(r, rule.path, {key: value}, create=False)
