"""One right-hand item, read once and then applied to any number of left sides."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from operator import methodcaller

from oakum.starlark.meter import charge
from oakum.template.overlay.copying import copy_item, replica
from oakum.template.overlay.errors import OverlayError
from oakum.template.overlay.match import MATCH, Defaults, Match, missing_by, read_child_defaults, read_match
from oakum.template.overlay.matcher import ALL, Matcher
from oakum.template.overlay.operation import Merge, Operation
from oakum.template.overlay.reading import read_operation
from oakum.template.overlay.side import Place, Side
from oakum.typing import Any
from oakum.yaml.nodes import Array, ArrayItem, Item, Map, MapItem, Value

NO_DEFAULTS: Defaults = {}
_COPY = 8  # steps that a copy takes


class Step:
    """An overlay item with its annotations read lazily, since what is below a null left side is never looked at.

    With `exactly`, a document is for the one left document that there is, whatever `by=` it has.
    """

    __slots__ = (
        "_below", "_by_key", "_clean", "_find", "_inherited", "_match", "_operation", "_steps", "accepts", "exactly",
        "item",
    )  # fmt: skip

    def __init__(self, item: Item, inherited: Defaults = NO_DEFAULTS, *, exactly: bool = False) -> None:
        self.item = item
        self.exactly = exactly
        self._operation: Operation | None = None
        self.accepts: Callable[[int], bool] = bool
        self._by_key: bool | None = None
        self._find: Callable[[Side], list[Place]] | None = None
        self._inherited = inherited
        self._match: Match | None = None
        self._below: Defaults | None = None
        self._steps: list[Step] | None = None
        self._clean: Item | None = None

    @property
    def operation(self) -> Operation:
        """What it does to the left items that it is for."""
        if self._operation is None:
            self._operation = read_operation(self.item)
        return self._operation

    @property
    def match(self) -> Match:
        """The settings of `@overlay/match`, with the defaults that ancestors set."""
        if self._match is None:
            self._match = read_match(self.item, self._inherited, exactly=self.exactly)
        return self._match

    def check_match(self) -> None:
        """Raise `OverlayError` for an `@overlay/match` with arguments that there are none of."""
        if not self.is_addition:
            assert self.match, "which is read now"

    def check_child_defaults(self) -> None:
        """Raise `OverlayError` for match defaults that there are none of, whether or not they are needed."""
        if self.item.annotations:
            assert self.child_defaults is not None, "which are read now"

    @property
    def is_addition(self) -> bool:
        """Whether it is an array item that says nothing of matching, and so is simply added."""
        item = self.item
        return isinstance(item, ArrayItem) and not (item.annotations and MATCH in item.annotations)

    @property
    def merges_by_key(self) -> bool:
        """Whether it merges a map item into those of the same key; `accepts` then says how many may be found."""
        if self._by_key is None:
            self._by_key = self._is_merged_by_key()
        return self._by_key

    @property
    def key(self) -> Any:
        """The key of the item, None where it has none."""
        return self.item.key if isinstance(self.item, MapItem) else None

    def _is_merged_by_key(self) -> bool:
        if not isinstance(self.item, MapItem) or self.exactly:
            return False
        try:
            self.check_child_defaults()
            if not isinstance(self.operation, Merge) or self.match.matcher() is not None:
                return False
            self.accepts = self.match.expectation().accepts
        except OverlayError:
            return False  # who applies the step meets it again, and says where
        return True

    @property
    def steps(self) -> list[Step]:
        """The steps of the items of the map or array that this item holds."""
        if self._steps is None:
            value = self.item.value
            items: Sequence[Item] = value.items if isinstance(value, Map | Array) else ()
            below = self.child_defaults
            self._steps = [Step(item, below) for item in items]
        return self._steps

    @property
    def child_defaults(self) -> Defaults:
        """The match defaults for the items below."""
        if self._below is None:
            self._below = read_child_defaults(self.item, self._inherited)
        return self._below

    def places(self, side: Side) -> list[Place] | None:
        """The left items that this step is for, none for an addition; None when `when=` says to skip it.

        Raises `UnexpectedMatches` when their number is not as expected.
        """
        find = self._find or self._finder()
        found = find(side)
        if self.accepts(len(found)):
            return found
        match = self.match
        if match.conditional:
            return None
        error = match.expectation().complaint(found)
        if not found:
            from oakum.template.overlay.closest import closest

            error.closest = closest(self.item, match.matcher(), chain.from_iterable(side.groups))
        raise error

    def _accepts(self, count: int) -> bool:
        """Whether `count` left items are as expected: read at the first count, so that what is wrong comes then."""
        self.accepts = self.match.expectation().accepts
        return self.accepts(count)

    def fresh(self) -> Item:
        """A new copy of the item, without `overlay/*` annotations."""
        charge(_COPY)
        if self._clean is None:
            self._clean = copy_item(self.item)
        copy: Item = replica(self._clean)
        return copy

    def _finder(self) -> Callable[[Side], list[Place]]:
        """How left items are found and counted, settled with the first left side."""
        find: Callable[[Side], list[Place]]
        item = self.item
        if self.is_addition:
            find, self.accepts = _nothing, _any_number
        else:
            matcher = ALL if self.exactly else self.match.matcher()
            self.accepts = self._accepts
            if matcher is not None:
                find = partial(_chosen, matcher, item.value)
            elif isinstance(item, MapItem):
                find = methodcaller("with_key", item.key)
            else:
                raise missing_by(item)
        self._find = find
        return find


def _nothing(side: Side) -> list[Place]:
    return []


def _any_number(count: int) -> bool:
    return True


def _chosen(matcher: Matcher, right: Value, side: Side) -> list[Place]:
    found: list[Place] = []
    before = 0
    for items in side.groups:
        for index, left in enumerate(items):
            place = left.key if isinstance(left, MapItem) else before + index
            if matcher.matches(place, left.value, right):
                found.append((items, index))
        before += len(items)
    charge(before + _COPY * len(found))
    return found
