"""May a CustomResourceDefinition be replaced without harm to the objects that there are?

The rules and their words are those of the reference (v0.64), which takes every change of a field's schema that it does
not know to allow more for a harm, of its description too.
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
_LIMITS = {"minimum": "minimum", "minItems": "minimum items", "minLength": "minimum length",
           "minProperties": "minimum properties", "maximum": "maximum", "maxLength": "maximum length",
           "maxItems": "maximum items", "maxProperties": "maximum properties"}
_JUDGED = {*_LIMITS, "enum", "required", "default", "properties"}
"""What of a field's schema has a rule of its own; its properties are fields themselves."""
_ABSENT: tuple[Any, ...] = (None, "", False, [])
"""What the server does not store."""


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
    head = f"CustomResourceDefinition {new.name} failed upgrade safety validation."
    found = {name: "\n".join(rule(old.body, new.body)) for name, rule in RULES.items()}
    return [f'{head} "{name}" validation failed: {problems}' for name, problems in found.items() if problems]


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
    name = text(mapping(new.get("metadata")).get("name"))
    for version, before, after in _schemas(old, new):
        for path in before:
            if path not in after:
                yield f"crd/{name} version/{version} field/{path} may not be removed"


def changes(old: Definition, new: Definition) -> Problems:
    """What was valid stays valid."""
    for version, before, after in _schemas(old, new):
        if before.keys() - after.keys():
            yield f'calculating schema diff for CRD version "{version}"'
            continue
        for path, was in before.items():
            for problem in _narrowed(was, after[path]):
                yield f'version "{version}", field "{path}"{problem}'


RULES: dict[str, Callable[[Definition, Definition], Problems]] = {
    "NoScopeChange": scope, "NoStoredVersionRemoved": stored_versions, "NoExistingFieldRemoved": fields,
    "ChangeValidator": changes}


def _schemas(old: Definition, new: Definition) -> Iterator[tuple[str, dict[str, Definition], dict[str, Definition]]]:
    """The versions that both have, with their schemas by field path."""
    after = _versions(new)
    for name, version in _versions(old).items():
        if name in after:
            yield name, dict(sorted(_flat(_schema(version), "^"))), dict(_flat(_schema(after[name]), "^"))


def _versions(definition: Definition) -> dict[str, Definition]:
    """The versions by name."""
    return {text(v.get("name")): v for v in mappings(mapping(definition.get("spec")).get("versions"))}


def _schema(version: Definition) -> Definition:
    return mapping(mapping(version.get("schema")).get("openAPIV3Schema"))


def _flat(schema: Definition, path: str) -> Iterator[tuple[str, Definition]]:
    yield path, schema
    for name, below in mapping(schema.get("properties")).items():
        yield from _flat(mapping(below), f"{path}.{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from _flat(schema[name], f"{path}[*]")


def _narrowed(was: Definition, now: Definition) -> Problems:
    """In which ways values that `was` allows may be refused by `now`."""
    yield from _fewer_values(was.get("enum") or [], now.get("enum") or [])
    required = sorted({*texts(now.get("required"))} - {*texts(was.get("required"))})
    if required and not was.get("required"):
        yield ": new values added as required when previously no required fields existed: []"
    elif required:
        yield f": new required fields added: [{' '.join(required)}]"
    for name, words in _LIMITS.items():
        yield from _stricter(words, was.get(name), now.get(name))
    yield from _other_default(was.get("default"), now.get("default"))
    if _rest(was) != _rest(now):
        yield " has unknown change, refusing to determine that change is safe"


def _fewer_values(was: list[Any], now: list[Any]) -> Problems:
    from oakum.yaml.gojson import dumps

    before, after = ([dumps(v) for v in values] for values in (was, now))
    gone = [v for v in before if v not in after]
    if after and not before:
        yield ": enums added when there were no enum restrictions previously"
    elif gone:
        yield f": enum values removed: [{' '.join(gone)}]"


def _stricter(words: str, was: Any, now: Any) -> Problems:
    before, after = (_number(v, words) for v in (was, now))
    if now is not None and was is None:
        yield f": {words} constraint added when one did not exist previously: {after}"
    elif isinstance(was, int | float) and isinstance(now, int | float):
        if words.startswith("min") and now > was:
            yield f": {words} constraint increased from {before} to {after}"
        elif words.startswith("max") and now < was:
            yield f": {words} constraint decreased from {before} to {after}"


def _number(value: Any, words: str) -> str:
    """A limit as Go writes it: those of numbers are float64, those of lengths int64."""
    from oakum.yaml.numbers import general

    if not isinstance(value, int | float):
        return str(value)
    return general(float(value)) if words in ("minimum", "maximum") else str(int(value))


def _other_default(was: Any, now: Any) -> Problems:
    """What is filled in where nothing is given stays: told in the bytes of its JSON."""
    from oakum.yaml.gojson import dumps

    before, after = (f"[{' '.join(map(str, dumps(v).encode()))}]" for v in (was, now))
    if before == after:
        return
    if was is None:
        yield f": new value added as default when previously no default value existed: &JSON{{Raw:*{after},}}"
    elif now is None:
        yield f": default value has been removed when previously a default value existed: {before}"
    else:
        yield f": default value has been changed from {before} to {after}"


def _rest(schema: Definition) -> Definition:
    return {name: value for name, value in schema.items() if name not in _JUDGED and value not in _ABSENT}
