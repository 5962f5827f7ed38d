"""Which resources and which changes a command is about (kapp spec, sections 3.9 and 7.3)."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from oakum.dataclass import dataclass, field
from oakum.deploy.age import Age
from oakum.deploy.diff.change import Change
from oakum.deploy.errors import InputError
from oakum.deploy.resource import Resource
from oakum.gostruct import STRING, Many, Scalar, Struct, decode
from oakum.gotime import parse_rfc3339
from oakum.kube.selector import Selector, SelectorError, parse
from oakum.typing import Any


def glob(pattern: str, text: str) -> bool:
    """Whether `text` fits a pattern that may have `*` or `%` as its first and last character only."""
    if not pattern:
        raise InputError("Expected filter to be non-empty")
    head, tail = pattern[0] in "*%", pattern[-1] in "*%"
    if head and tail:
        return pattern[1:-1] in text
    if head:
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if tail else text == pattern


def parse_labels(texts: Sequence[str]) -> tuple[Selector, ...]:
    """Selectors, any of which suffices. Raises InputError."""
    try:
        return tuple(parse(text) for text in texts)
    except SelectorError as e:
        raise InputError(f"Parsing label selector failed: {e}") from e


@dataclass(frozen=True)
class ResourceFilter:
    """Conditions on a resource: all that are given must hold, any value of each suffices."""

    age: Age = field(default_factory=Age)
    kinds: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    kind_names: tuple[str, ...] = ()
    kind_namespaces: tuple[str, ...] = ()
    kind_ns_names: tuple[str, ...] = ()
    labels: tuple[Selector, ...] = ()

    def matches(self, r: Resource) -> bool:
        """Whether the resource passes."""
        return (self.age.matches(r.created)
                and _any(self.kinds, lambda p: glob(p, r.kind))
                and _any(self.namespaces, lambda p: glob(p, r.namespace))
                and _any(self.names, lambda p: glob(p, r.name))
                and (not self.kind_names or f"{r.kind}/{r.name}" in self.kind_names)
                and (not self.kind_namespaces or f"{r.kind}/{r.namespace}" in self.kind_namespaces)
                and (not self.kind_ns_names or f"{r.kind}/{r.namespace}/{r.name}" in self.kind_ns_names)
                and _any(self.labels, lambda s: s.matches(r.labels)))


def _any(values: Sequence[Any], test: Any) -> bool:
    return not values or any(test(v) for v in values)


@dataclass(frozen=True)
class ResourceExpression:
    """A `--filter`: and, or, not, or a resource filter; nothing of these matches nothing."""

    every: tuple[ResourceExpression, ...] = ()
    some: tuple[ResourceExpression, ...] = ()
    negated: ResourceExpression | None = None
    resource: ResourceFilter | None = None

    def matches(self, r: Resource) -> bool:
        """Whether the resource passes."""
        if self.every:
            return all(e.matches(r) for e in self.every)
        if self.some:
            return any(e.matches(r) for e in self.some)
        if self.negated is not None:
            return not self.negated.matches(r)
        return self.resource is not None and self.resource.matches(r)


@dataclass(frozen=True)
class ChangeExpression:
    """A `--diff-filter`; what is decided first is in the order of the fields."""

    every: tuple[ChangeExpression, ...] = ()
    some: tuple[ChangeExpression, ...] = ()
    negated: ChangeExpression | None = None
    new: ResourceFilter | None = None
    existing: ResourceFilter | None = None
    ops: tuple[str, ...] = ()

    def matches(self, change: Change) -> bool:
        """Whether the change passes."""
        if self.every:
            return all(e.matches(change) for e in self.every)
        if self.some:
            return any(e.matches(change) for e in self.some)
        if self.negated is not None:
            return not self.negated.matches(change)
        if self.new is not None and change.new is not None:
            return self.new.matches(change.new)
        if self.existing is not None and change.existing is not None:
            return self.existing.matches(change.existing)
        if self.existing is not None or self.new is not None:
            return False
        return all(op == change.op for op in self.ops)


def parse_resource_expression(text: str) -> ResourceExpression:
    """The expression that JSON writes. Raises InputError with Go's words for broken JSON."""
    return _resource_expression(_json(text, RESOURCES))


def parse_change_expression(text: str) -> ChangeExpression:
    """The expression that JSON writes. Raises InputError with Go's words for broken JSON."""
    return _change_expression(_json(text, CHANGES))


def filter_changes(changes: list[Change], text: str) -> list[Change]:
    """Those of `changes` that the expression in `text` lets pass, all for no text. Raises InputError."""
    if not text:
        return changes
    expression = parse_change_expression(text)
    return [change for change in changes if expression.matches(change)]


def _resource_expression(raw: Mapping[str, Any]) -> ResourceExpression:
    return ResourceExpression(
        tuple(_resource_expression(e or {}) for e in raw.get("and", ())),
        tuple(_resource_expression(e or {}) for e in raw.get("or", ())),
        _resource_expression(raw["not"]) if "not" in raw else None,
        _filter(raw["resource"]) if "resource" in raw else None)


def _change_expression(raw: Mapping[str, Any]) -> ChangeExpression:
    return ChangeExpression(
        tuple(_change_expression(e or {}) for e in raw.get("and", ())),
        tuple(_change_expression(e or {}) for e in raw.get("or", ())),
        _change_expression(raw["not"]) if "not" in raw else None,
        _filter(raw["newResource"]) if "newResource" in raw else None,
        _filter(raw["existingResource"]) if "existingResource" in raw else None,
        _strings(raw, "ops"))


def _strings(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(text or "" for text in raw.get(name, ()))


def _filter(raw: Mapping[str, Any]) -> ResourceFilter:
    def moment(name: str) -> datetime | None:
        try:
            return parse_rfc3339(raw[name]).astimezone(UTC) if name in raw else None
        except ValueError as e:
            raise InputError(str(e)) from e

    kinds, spaces, names, kind_names, kind_spaces, all_three = (_strings(raw, name) for name in FILTER_LISTS)
    return ResourceFilter(Age(moment("createdAtBeforeTime"), moment("createdAtAfterTime")), kinds, spaces, names,
                          kind_names, kind_spaces, all_three, parse_labels(_strings(raw, "labels")))


def _json(text: str, shape: Struct) -> dict[str, Any]:
    from oakum.yaml.json_syntax import loads

    try:
        return decode(loads(text), shape) or {}
    except ValueError as e:
        raise InputError(str(e)) from e


FILTER_LISTS = ("kinds", "namespaces", "names", "kindNames", "kindNamespaces", "kindNsNames")
FILTER = Struct("resources.ResourceFilter", {
    **dict.fromkeys((*FILTER_LISTS, "labels"), Many(STRING)),
    **dict.fromkeys(("createdAtBeforeTime", "createdAtAfterTime"), STRING)})
RESOURCES = Struct("resources.BoolFilter", {"resource": FILTER})
RESOURCES.fields.update({"and": Many(RESOURCES), "or": Many(RESOURCES), "not": RESOURCES})
CHANGES = Struct("diff.ChangeSetFilterRoot", {"newResource": FILTER, "existingResource": FILTER,
                                              "ops": Many(Scalar("diff.ChangeOp"), "diff.OpsFilter")})
CHANGES.fields.update({"and": Many(CHANGES), "or": Many(CHANGES), "not": CHANGES})
