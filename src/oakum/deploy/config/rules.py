"""The rules of a Config document, each a value (kapp spec, section 6)."""
from __future__ import annotations

from collections.abc import Callable

from oakum.dataclass import dataclass
from oakum.deploy.config.matcher import Matcher
from oakum.deploy.config.path import Path
from oakum.deploy.resource import Resource


@dataclass(frozen=True)
class RebaseRule:
    """How the new object takes over fields of the existing one: `kind` is copy, remove, ytt or native.

    `native` changes the new object (first argument) in view of the existing one; `template` is a ytt overlay's text.
    """

    matcher: Matcher
    kind: str
    paths: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
    template: str = ""
    native: Callable[[Resource, Resource], None] | None = None


@dataclass(frozen=True)
class PathRule:
    """A place in the matched objects: label rules, mask rules, exclusion rules. `default` marks built-in scoping."""

    matcher: Matcher
    path: Path
    default: bool = False


@dataclass(frozen=True)
class Reference:
    """Where the `matcher`'s objects name another: a map at `path`, its name under `name_key`."""

    matcher: Matcher
    path: Path
    name_key: str = "name"


@dataclass(frozen=True)
class TemplateRule:
    """References to objects of `matcher` follow their versioned names."""

    matcher: Matcher
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class ConditionMatcher:
    """What a condition of `type` and `status` means for waiting."""

    type: str
    status: str
    failure: bool = False
    success: bool = False
    unblock: bool = False
    observed: bool = False


@dataclass(frozen=True)
class WaitRule:
    """When objects of `matcher` are done: by conditions, or by a Starlark function's text."""

    matcher: Matcher
    conditions: tuple[ConditionMatcher, ...] = ()
    observed: bool = False
    function: str = ""


@dataclass(frozen=True)
class GroupBinding:
    """Puts matched objects into a change group."""

    matcher: Matcher
    name: str


@dataclass(frozen=True)
class RuleBinding:
    """Gives matched objects change rules; `optional` ones yield to cycles."""

    matcher: Matcher
    rules: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True)
class PreflightRule:
    """Turns on a check."""

    name: str
