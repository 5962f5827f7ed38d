"""One object's change: what is there, what is wanted, and the operation that leads from one to the other."""
from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

from oakum.deploy.config.config import Config
from oakum.deploy.diff.history import Comparing, excluding, last_applied, without_history
from oakum.deploy.diff.lines import Line, diff_lines
from oakum.deploy.diff.mask import Mask
from oakum.deploy.diff.ops import diff_ops, digest
from oakum.deploy.diff.rebase import rebase
from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import PREFIX, Resource
from oakum.deploy.values import same, text

ADD, DELETE, UPDATE, KEEP, EXISTS, NOOP = "add", "delete", "update", "keep", "exists", "noop"
EXISTS_ANNOTATION = PREFIX + "exists"
NOOP_ANNOTATION = PREFIX + "noop"
SHOWN = {ADD: "create", DELETE: "delete", UPDATE: "update", KEEP: "noop", EXISTS: "exists", NOOP: "noop"}


class Change:
    """`existing` as read and `new` as it is to be sent (either may be None), and the `op` between them.

    `applied` is the wanted object before rebasing, which gets recorded. `left` and `right` are the sides of the shown
    difference. `ignored`: a controller's object that is not in the input, left alone.
    """

    def __init__(self, existing: Resource | None, new: Resource | None, *, op: str, applied: Resource | None = None,
                 left: Callable[[], Resource | None] | None = None, right: Resource | None = None,
                 ignored: bool = False) -> None:
        self.existing = existing
        self.new = new
        self.op = op
        self.applied = applied
        self._left = left
        self.right = right
        self.ignored = ignored

    @cached_property
    def left(self) -> Resource | None:
        """The old side of the difference; worked out when it is asked for."""
        return self._left() if self._left is not None else None

    @property
    def resource(self) -> Resource:
        """The object that the change is about: the wanted one, else the existing one."""
        found = self.new if self.new is not None else self.existing
        assert found is not None
        return found

    @cached_property
    def ops_digest(self) -> str:
        """MD5 of the structural difference: what was approved."""
        left, right = (r.body if r is not None else None for r in (self.left, self.right))
        return digest(diff_ops(left, right))

    def lines(self, mask: Mask | None, anchored: bool = False) -> list[Line]:
        """The difference of the two sides as YAML lines, masked if asked for."""
        if self.ignored:
            return []
        left, right = (_shown(r, mask) for r in (self.left, self.right))
        if self.left is None or self.right is None:
            have = right if self.left is None else left
            return [Line(None, at, t) if self.left is None else Line(at, None, t)
                    for at, t in enumerate(have.split("\n"))]
        return diff_lines(left, right, anchored=anchored)

    def as_add(self, new: Resource) -> Change:
        """The same difference as the creation of `new` (a new version of a versioned object)."""
        return Change(None, new, op=ADD, applied=self.applied, left=self._left, right=self.right)


def _shown(resource: Resource | None, mask: Mask | None) -> str:
    if resource is None:
        return ""
    return text((mask.apply(resource) if mask is not None else resource).body)


class Differ:
    """Compares pairs of objects by the rules in force. `smart` uses the record of what was last applied."""

    def __init__(self, how: Comparing, smart: bool = True) -> None:
        self.how = how
        self.smart = smart

    @property
    def config(self) -> Config:
        """The rules in force."""
        return self.how.config

    def compare(self, existing: Resource | None, new: Resource | None) -> Change:
        """The change from `existing` to `new`; not both None.

        Raises ConfigError when a rule fails, and for values that are nested too deeply.
        """
        if new is None:
            assert existing is not None
            return Change(existing, None, op=DELETE, left=partial(self._left, existing), ignored=existing.transient)
        if existing is None:
            return self._created(new)
        try:
            return self._compared(existing, new)
        except RecursionError as e:
            raise ConfigError(f"Comparing {new.description}: what is there, or its record of what was last applied, is "
                              "nested too deeply (hint: delete it, and the next deploy creates it anew)") from e

    def _created(self, new: Resource) -> Change:
        wanted = excluding(without_history(new), self.config.existing_index)
        notes = new.annotations
        op = NOOP if NOOP_ANNOTATION in notes else EXISTS if EXISTS_ANNOTATION in notes else ADD
        return Change(None, wanted, op=op, applied=wanted, right=wanted)

    def _compared(self, existing: Resource, new: Resource) -> Change:
        wanted = excluding(without_history(new), self.config.existing_index)
        before = last_applied(existing, self.how) if self.smart else None
        if before is not None and same(before.body, wanted.body):
            # What was applied is what is wanted: both sides would be the same, whatever the rules.
            right = rebase(wanted, existing, self.config, self.how.templates)
            return Change(existing, right, op=_operation(right, right), applied=wanted, left=lambda: right,
                          right=right)
        left = self._as_applied(existing, before)
        right = rebase(wanted, existing if self.smart else left, self.config, self.how.templates)
        op = _operation(left, right)
        return Change(existing, right, op=op, applied=wanted, left=lambda: left, right=right)

    def _left(self, existing: Resource) -> Resource:
        """What the existing object is compared as: what we last applied to it, if nobody changed it since."""
        return self._as_applied(existing, last_applied(existing, self.how) if self.smart else None)

    def _as_applied(self, existing: Resource, before: Resource | None) -> Resource:
        if before is not None:
            existing = rebase(before, existing, self.config, self.how.templates)
        return excluding(without_history(existing), self.config.existing_index)


def _operation(left: Resource, right: Resource) -> str:
    """The annotations that decide are those of the rebased object: rules may add them and take them away."""
    if NOOP_ANNOTATION in right.annotations:
        return NOOP
    if same(left.body, right.body) or EXISTS_ANNOTATION in right.annotations:
        return KEEP
    return UPDATE
