"""May a CustomResourceDefinition be replaced without harm to the objects that there are?

The first two rules are those of kapp 0.60; the others are those that its later releases added.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from oakum.deploy.cluster import Cluster
from oakum.deploy.errors import InputError
from oakum.deploy.resource import Resource
from oakum.deploy.run.plan import Planned
from oakum.parts import mapping, mappings, text, texts
from oakum.typing import Any

Definition = dict[str, Any]
Problems = Iterator[str]
_LIMITS = (("minimum", 1), ("minLength", 1), ("minItems", 1), ("minProperties", 1),
           ("maximum", -1), ("maxLength", -1), ("maxItems", -1), ("maxProperties", -1))


def check_definitions(planned: Sequence[Planned], cluster: Cluster) -> None:
    """Raises InputError that lists every definition whose replacement is not safe."""
    problems = []
    for p in planned:
        r = p.change.resource
        if p.apply not in ("add", "update", "exists") or r.kind != "CustomResourceDefinition":
            continue
        if r.api_version != "apiextensions.k8s.io/v1":
            continue
        there = cluster.find(r)
        if there is not None:
            problems += _compared(there, r)
    if problems:
        raise InputError("validation for safe CRD upgrades failed\n" + "\n".join(problems))


def _compared(old: Resource, new: Resource) -> list[str]:
    out = []
    for name, rule in RULES.items():
        out += [f'CustomResourceDefinition {new.name} failed upgrade safety validation. "{name}" validation failed: {p}'
                for p in rule(old.body, new.body)]
    return out


def scope(old: Definition, new: Definition) -> Problems:
    """The scope stays."""
    before, after = (text(mapping(d.get("spec")).get("scope")) for d in (old, new))
    if before != after:
        yield f'scope changed from "{before}" to "{after}"'


def stored_versions(old: Definition, new: Definition) -> Problems:
    """Every version in which objects are stored is still there."""
    names = _versions(new).keys()
    for version in texts(mapping(old.get("status")).get("storedVersions")):
        if version not in names:
            yield f'stored version "{version}" removed'


def fields(old: Definition, new: Definition) -> Problems:
    """Every field that there was is still there."""
    for version, before, after in _schemas(old, new):
        for path in before:
            if path not in after:
                yield f'version "{version}", field "{path}" may not be removed'


def changes(old: Definition, new: Definition) -> Problems:
    """What was valid stays valid."""
    for version, before, after in _schemas(old, new):
        for path, was in before.items():
            now = after.get(path)
            if now is not None:
                for problem in _narrowed(was, now):
                    yield f'version "{version}", field "{path}": {problem}'


RULES: dict[str, Callable[[Definition, Definition], Problems]] = {
    "NoScopeChange": scope, "NoStoredVersionRemoved": stored_versions, "NoExistingFieldRemoved": fields,
    "ChangeValidator": changes}


def _schemas(old: Definition, new: Definition) -> Iterator[tuple[str, dict[str, Definition], dict[str, Definition]]]:
    """The versions that both have, with their schemas by field path."""
    after = _versions(new)
    for name, version in _versions(old).items():
        if name in after:
            yield name, dict(_flat(_schema(version), "^")), dict(_flat(_schema(after[name]), "^"))


def _versions(definition: Definition) -> dict[str, Definition]:
    """The versions by name."""
    return {text(v.get("name")): v for v in mappings(mapping(definition.get("spec")).get("versions"))}


def _schema(version: Definition) -> Definition:
    return mapping(mapping(version.get("schema")).get("openAPIV3Schema"))


def _flat(schema: Definition, path: str) -> Iterator[tuple[str, Definition]]:
    yield path, schema
    for name, below in mapping(schema.get("properties")).items():
        yield from _flat(mapping(below), f"{path}.{name}")
    if isinstance(schema.get("items"), dict):
        yield from _flat(schema["items"], f"{path}.[*]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _flat(schema["additionalProperties"], f"{path}.[*]")


def _narrowed(was: Definition, now: Definition) -> Iterator[str]:
    """In which ways values that `was` allows are refused by `now`."""
    type_was, type_now = text(was.get("type")), text(now.get("type"))
    if type_was != type_now:
        yield f'type changed from "{type_was}" to "{type_now}"'
    required = sorted({*texts(now.get("required"))} - {*texts(was.get("required"))})
    if required:
        yield f"new required fields added: {', '.join(required)}"
    enum_was, enum_now = _enum(was), _enum(now)
    if enum_now is not None and enum_was is None:
        yield f"enum constraints added where there were none: {', '.join(map(_shown, enum_now))}"
    elif enum_now is not None and enum_was is not None:
        gone = [_shown(v) for v in enum_was if v not in enum_now]
        if gone:
            yield f"enum values removed: {', '.join(gone)}"
    yield from _other_default(was.get("default"), now.get("default"))
    for name, direction in _LIMITS:
        before, after = was.get(name), now.get(name)
        if after is None or before == after:
            continue
        if before is None:
            yield f"{name} constraint {_shown(after)} added where there was none"
        elif isinstance(before, int | float) and isinstance(after, int | float) and (after - before) * direction > 0:
            yield f"{name} constraint changed from {_shown(before)} to {_shown(after)}"


def _enum(schema: Definition) -> list[Any] | None:
    found = schema.get("enum")
    return found if isinstance(found, list) else None


def _shown(value: Any) -> str:
    """A value as it is written in JSON: numbers come from files as floats and from the server as integers."""
    from oakum.yaml.gojson import dumps

    return value if isinstance(value, str) else dumps(value)


def _other_default(was: Any, now: Any) -> Iterator[str]:
    """What is filled in where nothing is given stays: values in JSON."""
    from oakum.yaml.gojson import dumps

    if was == now:
        return
    if was is None:
        yield f"default {dumps(now)} added where there was none"
    elif now is None:
        yield f"default {dumps(was)} removed"
    else:
        yield f"default changed from {dumps(was)} to {dumps(now)}"
