"""All changes between what an application has and what it is to have (kapp spec, section 3.1)."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from oakum.deploy.diff.change import DELETE, Change, Differ
from oakum.deploy.diff.versioned import split
from oakum.deploy.errors import InputError
from oakum.deploy.resource import Resource


def calculate(existing: Sequence[Resource], new: Sequence[Resource], differ: Differ, *, versions: bool = True,
              ) -> list[Change]:
    """The changes in order: versioned objects, wanted ones as given, then what is no longer wanted.

    Raises ConfigError when a rule fails, InputError for versions that make no sense.
    """
    changes: list[Change] = []
    if versions:
        parts = split(new, existing, differ)
        changes, new, existing = parts.changes, parts.new, parts.existing
    there = {resource.key: resource for resource in existing}
    wanted = set()
    for resource in new:
        wanted.add(resource.key)
        changes.append(differ.compare(there.get(resource.key), resource))
    changes.extend(differ.compare(resource, None) for resource in existing if resource.key not in wanted)
    return _one_per_object(changes)


def _one_per_object(changes: list[Change]) -> list[Change]:
    """An object that is served in two API groups must not be deleted in one while it is wanted in the other."""
    by_uid: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.existing is not None and change.existing.uid:
            by_uid[change.existing.uid].append(change)
    dropped: set[int] = set()
    for group in by_uid.values():
        if len(group) < 2:
            continue
        deletes = [c for c in group if c.op == DELETE]
        names = ", ".join(c.resource.description for c in group)
        if len(deletes) != 1:
            raise InputError(f"Expected exactly one delete change in changes: {names}")
        if len(group) != 2:
            raise InputError(f"Expected exactly one non-delete change in changes: {names}")
        dropped.add(id(deletes[0]))
    return [c for c in changes if id(c) not in dropped]
