"""Strategies: how a create, update or delete is to be done (kapp spec, section 4.2)."""
from __future__ import annotations

from oakum.deploy.diff.change import ADD, DELETE, UPDATE, Change
from oakum.deploy.errors import ApplyError
from oakum.deploy.resource import PREFIX, Resource

CREATE, UPDATE_KEY, DELETE_KEY = (PREFIX + f"{op}-strategy" for op in ("create", "update", "delete"))
PLAIN = ""
FALLBACK_ON_UPDATE, FALLBACK_ON_NOOP = "fallback-on-update", "fallback-on-update-or-noop"
FALLBACK_ON_REPLACE, ALWAYS_REPLACE, SKIP, ORPHAN = "fallback-on-replace", "always-replace", "skip", "orphan"
KEPT_NAMESPACES = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
_KNOWN = {ADD: (PLAIN, FALLBACK_ON_UPDATE, FALLBACK_ON_NOOP),
          UPDATE: (PLAIN, FALLBACK_ON_REPLACE, ALWAYS_REPLACE, SKIP),
          DELETE: (PLAIN, ORPHAN)}
_NAMES = {ADD: "create", UPDATE: "update", DELETE: "delete"}
UNKNOWN = "???"


class UnknownStrategy(ApplyError):
    """An annotation with a value that names no strategy."""


def raw_strategy(change: Change, default_update: str = "") -> str:
    """The strategy that the annotations (or the default for updates) name, unchecked."""
    if change.op == ADD:
        return change.resource.annotations.get(CREATE, PLAIN)
    if change.op == UPDATE:
        return change.resource.annotations.get(UPDATE_KEY, default_update)
    if change.op == DELETE and change.existing is not None:
        return ORPHAN if is_kept(change.existing) else change.existing.annotations.get(DELETE_KEY, PLAIN)
    return PLAIN


def check(op: str, strategy: str) -> None:
    """Raises UnknownStrategy for what is no strategy of the operation."""
    if not _is_known(op, strategy):
        raise UnknownStrategy(f"Unknown {_NAMES[op]} strategy: {strategy}")


def strategy_of(change: Change, default_update: str = "") -> str:
    """The strategy for the change. Raises UnknownStrategy."""
    found = raw_strategy(change, default_update)
    check(change.op, found)
    return found


def shown_strategy(change: Change, default_update: str = "") -> str:
    """The strategy as the change table shows it."""
    found = raw_strategy(change, default_update)
    return found.replace("-", " ") if _is_known(change.op, found) else UNKNOWN


def _is_known(op: str, strategy: str) -> bool:
    known = _KNOWN.get(op)
    return known is None or strategy in known


def is_kept(resource: Resource) -> bool:
    """Namespaces that a cluster cannot be without: they are let go, never deleted."""
    return resource.api_version == "v1" and resource.kind == "Namespace" and resource.name in KEPT_NAMESPACES


def orphans(change: Change) -> bool:
    """Whether a delete only lets go of the object."""
    return change.op == DELETE and raw_strategy(change) == ORPHAN
