"""Rebasing: the new object takes over from the existing one what others own (kapp spec, section 3.11)."""
from __future__ import annotations

from oakum.deploy.config.config import Config
from oakum.deploy.config.mods import copy_field, remove_field
from oakum.deploy.config.rules import RebaseRule
from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import Resource
from oakum.typing import Protocol


class Templates(Protocol):
    """The template engine, as rules in its language need it. The command line brings one."""

    def rebase(self, overlay: str, current: Resource, new: Resource, existing: Resource) -> Resource:
        """Apply an overlay (`overlayContractV1`) to `current`. Raises OakumError."""

    def is_done(self, function: str, resource: Resource) -> dict[str, object]:
        """Call a wait rule's `is_done` (`funcContractV1`) with the resource. Raises OakumError."""


class NoTemplates:
    """In place of an engine where there is none."""

    def rebase(self, overlay: str, current: Resource, new: Resource, existing: Resource) -> Resource:
        """Raises ConfigError."""
        raise ConfigError("Rules written in ytt need a template engine, and this program was started without one")

    def is_done(self, function: str, resource: Resource) -> dict[str, object]:
        """Raises ConfigError."""
        raise ConfigError("Rules written in ytt need a template engine, and this program was started without one")


def rebase(new: Resource, existing: Resource, config: Config, templates: Templates) -> Resource:
    """`new` as it would replace `existing`. Raises ConfigError with the rule's failure."""
    current = new.shared()
    for _, rule, certain in config.rebase_index.candidates(new):
        if certain or rule.matcher.matches(current):
            current = _apply(rule, current, new, existing, templates)
    return current


def _apply(rule: RebaseRule, current: Resource, new: Resource, existing: Resource, templates: Templates) -> Resource:
    if rule.kind == "ytt":
        try:
            return templates.rebase(rule.template, current, new, existing)
        except ConfigError as e:
            raise ConfigError(f"Applying rebase rule to {new.description}: {e}") from e
    try:
        if rule.native is not None:
            rule.native(current, existing)
        if rule.kind == "copy":
            known = {"new": new, "existing": existing, "_current": current}
            sources = [known[s] for s in rule.sources]
            for path in rule.paths:
                copy_field(current, path, sources)
        else:
            for path in rule.paths:
                remove_field(current, path)
    except ConfigError as e:
        raise ConfigError(f"Applying rebase rule to {new.description}: {e}") from e
    return current
