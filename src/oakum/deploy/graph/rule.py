"""Change groups and change rules (kapp spec, section 4.6)."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from oakum.dataclass import dataclass
from oakum.deploy.diff.change import ADD, DELETE, EXISTS, UPDATE, Change
from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import PREFIX, Resource
from oakum.kube.selector import name_problems
from oakum.parts import mapping, text

GROUP = PREFIX + "change-group"
RULE = PREFIX + "change-rule"
UPSERT, REMOVE = "upsert", "delete"
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_FORMAT = "(upsert|delete) (before|after) (upserting|deleting) (change-group)"
_TARGETS = {"upserting": UPSERT, "deleting": REMOVE}


def action_of(change: Change) -> str | None:
    """The class of a change that rules speak of: upsert, delete, or None for one that does nothing."""
    if change.op in (ADD, UPDATE, EXISTS):
        return UPSERT
    return REMOVE if change.op == DELETE else None


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """`action` (upsert, delete) comes before or after `target` actions on the members of `group`."""

    action: str
    before: bool
    target: str
    group: str


def parse_rule(written: str, resource: Resource) -> ChangeRule:
    """The rule that is `written`, its placeholders filled in from the resource. Raises ConfigError."""
    return _parsed(fill(written, resource))


@lru_cache(4096)
def _parsed(filled: str) -> ChangeRule:
    """Most rules are the same text for every change. Raises ConfigError."""
    words = filled.split(" ")
    if len(words) != 4:
        raise ConfigError(f"Expected change rule annotation value to have format '{_FORMAT}', but was '{filled}'")
    for word, known, name in ((words[0], (UPSERT, REMOVE), "Action"), (words[1], ("before", "after"), "Order"),
                              (words[2], tuple(_TARGETS), "TargetAction")):
        if word not in known:
            raise ConfigError(f"Unknown change rule {name}")
    return ChangeRule(words[0], words[1] == "before", _TARGETS[words[2]], check_group(words[3]))


def parse_group(written: str, resource: Resource) -> str:
    """A group name, its placeholders filled in. Raises ConfigError."""
    return check_group(fill(written, resource))


@lru_cache(4096)
def check_group(name: str) -> str:
    """`name`, if it is a qualified name (of any length). Raises ConfigError."""
    if not name:
        raise ConfigError("Expected non-empty group name")
    problems = [p for p in name_problems(name) if "no more than 63" not in p]
    if problems:
        raise ConfigError(f'Expected change group name "{name}" to be a qualified name: {"; ".join(problems)}')
    return name


def fill(written: str, resource: Resource) -> str:
    """What is `written` with `{kind}` and the like replaced by the resource's own.

    Raises ConfigError for one without a value.
    """
    if "{" not in written:
        return written

    def value(match: re.Match[str]) -> str:
        found = _values(resource).get(match[0], "")
        if not found:
            raise ConfigError(f"Placeholder {match[0]} does not have a value for target resource (hint: placeholders "
                              "with the 'crd-' prefix can only be used with CRDs)")
        return found

    return _PLACEHOLDER.sub(value, written)


def _values(resource: Resource) -> dict[str, str]:
    out = {"{api-group}": resource.group, "{kind}": resource.kind, "{name}": resource.name,
           "{namespace}": resource.namespace}
    if resource.kind == "CustomResourceDefinition" and resource.group == "apiextensions.k8s.io":
        spec = mapping(resource.body.get("spec"))
        out["{crd-group}"] = text(spec.get("group"))
        out["{crd-kind}"] = text(mapping(spec.get("names")).get("kind"))
    return out


def annotated(resource: Resource, key: str) -> Iterator[str]:
    """The values of `key` and of `key.<anything>`, by key."""
    notes = resource.annotations
    names: Iterable[str] = sorted(k for k in notes if k == key or k.startswith(key + "."))
    return (notes[name] for name in names)
