"""Conditions in a status: `type`, `status`, `reason`, `message`, and when the status last changed."""

from datetime import datetime

from oakum.lab.api import clock
from oakum.lab.store import Obj


def condition(obj: Obj, kind: str) -> Obj | None:
    """An object's condition of a type, or None."""
    return next((each for each in (obj.get("status") or {}).get("conditions") or [] if each["type"] == kind), None)


def is_true(obj: Obj, kind: str) -> bool:
    """Whether a condition is there and `True`."""
    return (condition(obj, kind) or {}).get("status") == "True"


def with_condition(found: list[Obj], new: Obj, now: datetime, updates: bool = False) -> list[Obj]:
    """The conditions with `new` in its place; its transition time changes with its status only.

    `updates` adds `lastUpdateTime`, which changes with the reason or message too; whoever changes then goes to the end.
    """
    old = next((each for each in found if each["type"] == new["type"]), None)
    stamp = clock.stamp(now)
    new = {**new, "lastTransitionTime": stamp}
    if old and old["status"] == new["status"]:
        new["lastTransitionTime"] = old.get("lastTransitionTime", stamp)
    if updates:
        same = old and all(old.get(key) == new.get(key) for key in ("status", "reason", "message"))
        new["lastUpdateTime"] = old.get("lastUpdateTime", stamp) if old and same else stamp
        if not same:
            return [*(each for each in found if each is not old), new]
    return [new if each is old else each for each in found] if old else [*found, new]


def without(found: list[Obj], kind: str) -> list[Obj]:
    """The conditions but those of a type."""
    return [each for each in found if each["type"] != kind]
