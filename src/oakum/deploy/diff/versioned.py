"""Objects that get a new name for each change of their content (kapp spec, section 4.5).

A wanted object with the annotation becomes `<name>-ver-<N>`; references to it follow. Which objects change decides the
names, and names in references decide what changes, so this is worked out until it settles.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from oakum.dataclass import dataclass
from oakum.deploy.config.config import Config
from oakum.deploy.config.mods import rewrite_references
from oakum.deploy.config.rules import TemplateRule
from oakum.deploy.diff.change import ADD, KEEP, NOOP, UPDATE, Change, Differ
from oakum.deploy.errors import ConfigError, InputError
from oakum.deploy.resource import PREFIX, Resource
from oakum.deploy.values import text
from oakum.errors import YAMLError
from oakum.gostruct import STRING, Scalar, Struct, decode
from oakum.late import pattern
from oakum.typing import Any

VERSIONED = PREFIX + "versioned"
KEEP_ORIGINAL = PREFIX + "versioned-keep-original"
NUM_VERSIONS = PREFIX + "num-versions"
EXPLICIT = PREFIX + "versioned-explicit-ref"
MARK = "-ver-"
DEFAULT_KEPT = 5
_WHOLE = pattern(r"[+-]?[0-9]+")
_REFERENCE = Struct("ObjectReference", {**dict.fromkeys(
    ("apiVersion", "fieldPath", "kind", "name", "namespace", "resourceVersion"), STRING), "uid": Scalar("types.UID")})


def is_versioned(resource: Resource) -> bool:
    """Whether each change of its content is to get a new name."""
    return VERSIONED in resource.annotations


def base_key(resource: Resource) -> str:
    """The unique key with the name as it was before a version was added."""
    return f"{resource.namespace}/{resource.group}/{resource.kind}/{resource.name.rpartition(MARK)[0] or resource.name}"


def _is_version(resource: Resource) -> bool:
    return is_versioned(resource) and not resource.transient and MARK in resource.name


def _number(resource: Resource) -> int:
    try:
        return int(resource.name.rpartition(MARK)[2])
    except ValueError as e:
        raise InputError(f"Invalid version in versioned resource '{resource.description}'") from e


def versions_of(existing: Iterable[Resource]) -> dict[str, list[Resource]]:
    """Existing versions by the key of their base name, oldest first."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for resource in existing:
        if _is_version(resource):
            found[base_key(resource)].append(resource)
    for versions in found.values():
        versions.sort(key=_number)
    return found


def counterparts(new: Sequence[Resource], existing: Iterable[Resource]) -> list[Resource]:
    """Those of `existing` that the wanted objects, or versions of them, are already."""
    keys, versioned = {r.key for r in new}, {r.key for r in new if is_versioned(r)}
    return [r for r in existing if r.key in keys or (_is_version(r) and base_key(r) in versioned)]


@dataclass(frozen=True)
class Split:
    """The outcome: changes of versioned objects, and what is left to compare plainly."""

    changes: list[Change]
    new: list[Resource]
    existing: list[Resource]


def split(new: Sequence[Resource], existing: Sequence[Resource], differ: Differ) -> Split:
    """Work out the versioned part of a change set. Raises InputError, ConfigError."""
    versions = versions_of(existing)
    versioned = [r for r in new if is_versioned(r)]
    plain = [r for r in new if not is_versioned(r) or KEEP_ORIGINAL in r.annotations]
    if not versioned and not versions:
        return Split([], list(new), list(existing))
    names = {r.key: (versions[r.key][-1].name if versions.get(r.key) else f"{r.name}{MARK}1") for r in versioned}
    for _ in range(len(versioned) + 2):
        rewritten = _renamed(versioned, versioned, names, differ.config)
        changes = [_change(r, versions.get(r.key, []), differ) for r in rewritten]
        settled = {r.key: c.resource.name for r, c in zip(versioned, changes, strict=True)}
        if settled == names:
            break
        names = settled
    plain = _renamed(plain, versioned, names, differ.config)
    old = [c for wanted, change in zip(versioned, changes, strict=True)
           for c in _trimmed(wanted, versions.pop(wanted.key, []), change, differ)]
    old += [differ.compare(version, None) for unwanted in versions.values() for version in unwanted]
    return Split(changes + old, plain, [r for r in existing if not _is_version(r)])


def _change(wanted: Resource, versions: list[Resource], differ: Differ) -> Change:
    """The change of one versioned object, named as its version."""
    if not versions:
        return differ.compare(None, _named(wanted, f"{wanted.name}{MARK}1"))
    latest = versions[-1]
    change = differ.compare(latest, wanted)
    if change.op == KEEP:
        return Change(latest, None, op=KEEP, left=lambda: change.left, right=change.right)
    if change.op != UPDATE:
        raise InputError(f"Unexpected change op {change.op} for versioned resource '{wanted.description}'")
    assert change.applied is not None
    named = _named(change.applied, f"{wanted.name}{MARK}{_number(latest) + 1}")
    made = change.as_add(named)
    made.applied = named
    return made


def _named(resource: Resource, name: str) -> Resource:
    out = resource.copy()
    out.body["metadata"]["name"] = name
    return out


def _trimmed(wanted: Resource, versions: list[Resource], change: Change, differ: Differ) -> list[Change]:
    """Deletes of the oldest versions beyond the number to keep; the others stay."""
    if not versions:
        return []
    kept = _kept(wanted)
    latest = versions[-1] if change.op != ADD else None
    out = []
    for at, version in enumerate(versions):
        if at < len(versions) - kept:
            out.append(differ.compare(version, None))
        elif version is not latest:
            out.append(Change(version, None, op=NOOP))
    return out


def _kept(wanted: Resource) -> int:
    value = wanted.annotations.get(NUM_VERSIONS)
    if value is None:
        return DEFAULT_KEPT
    if not _WHOLE.fullmatch(value):
        raise InputError(f"Expected annotation '{NUM_VERSIONS}' value to be an integer")
    number = int(value)
    if number < 1:
        raise InputError(f"Expected annotation '{NUM_VERSIONS}' value to be a >= 1")
    return number


def _renamed(resources: Sequence[Resource], versioned: Sequence[Resource], names: dict[str, str],
             config: Config) -> list[Resource]:
    """Copies of `resources` in which references to versioned objects have their names."""
    out = [r.copy() for r in resources]
    for target in versioned:
        for rule in config.templates:
            if rule.matcher.matches(target):
                for resource in out:
                    _refer(resource, target, names[target.key], rule)
    return out


def _refer(resource: Resource, target: Resource, name: str, rule: TemplateRule) -> None:
    for reference in rule.references:
        if reference.matcher.matches(resource):
            def rewrite(found: dict[str, Any], key: str = reference.name_key) -> None:
                if _means(found, target, key):
                    found[key] = name

            rewrite_references(resource, reference.path, rewrite)
    for annotation, value in resource.annotations.items():
        if annotation == EXPLICIT or annotation.startswith(EXPLICIT + "."):
            found = _explicit(resource, annotation, value)
            try:
                meant = _means(found, target, "name")
            except ConfigError as e:
                raise InputError(f"Processing object ref for explicit ref on resource '{resource.description}': {e}"
                                 ) from e
            if meant:
                found["name"] = name
            resource.annotate(annotation, text(found))


def _means(found: dict[str, Any], target: Resource, name_key: str) -> bool:
    """Whether a reference is to `target`. Raises ConfigError where it is no reference of Kubernetes."""
    if not all(isinstance(found.get(field), str | None) for field in _REFERENCE.fields):
        _check(found)
    if found.get(name_key) != target.name:
        return False
    wanted = {"namespace": target.namespace, "kind": target.kind, "apiVersion": target.api_version}
    return all(not found.get(field) or found[field] == value for field, value in wanted.items())


def _check(found: dict[str, Any]) -> None:
    try:
        decode(found, _REFERENCE, kubernetes=True)
    except ValueError as e:
        raise ConfigError(f"Unmarshaling object reference: {e}") from e


def _explicit(resource: Resource, annotation: str, value: str) -> dict[str, Any]:
    from oakum.yaml import plain

    where = f"Parsing versioned explicit ref on resource '{resource.description}': "
    prefix = f"{where}Parsing versioned explicit reference from annotation '{annotation}': "
    try:
        found = {} if (loaded := plain.load(value)) is None else loaded
    except YAMLError as e:
        raise InputError(f"{prefix}{e}") from e
    if not isinstance(found, dict):
        kind = {list: "!!seq", bool: "!!bool", int: "!!int", float: "!!float"}.get(type(found), "!!str")
        written = found if isinstance(found, str) else value.strip()
        shown = "" if isinstance(found, list) else f" `{written if len(written) <= 10 else f'{written[:7]}...'}`"
        raise InputError(f"{prefix}yaml: unmarshal errors:\n  line 1: cannot unmarshal {kind}{shown} into "
                         "map[string]interface {}")
    if not all(found.get(field) for field in ("apiVersion", "kind", "name")):
        raise InputError(f"{where}Expected versioned explicit reference to specify non-empty apiVersion, kind and name "
                         "keys")
    return found
