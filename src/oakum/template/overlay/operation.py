"""What an overlay item does to the left items that it matches (ytt: `@overlay/merge`, `remove`, `replace`, ...)."""
from __future__ import annotations

from collections.abc import Callable, Mapping

from oakum.record import NamedTuple
from oakum.starlark.meter import charge
from oakum.template.kinds import kind_of
from oakum.template.overlay import script
from oakum.template.overlay.comparison import mismatch
from oakum.template.overlay.copying import copy_value, with_value
from oakum.template.overlay.errors import OverlayError
from oakum.template.overlay.side import WORTH_INDEXING, Place, Side
from oakum.typing import TYPE_CHECKING, Any, Protocol
from oakum.yaml.nodes import Array, Document, DocumentSet, Item, Map, Value

if TYPE_CHECKING:
    from oakum.template.overlay.step import Step


_CONTAINERS = (Map, Array)
_MERGED = 12  # steps that merging an item takes


class Operation(Protocol):
    """One way to apply a right item."""

    def apply(self, step: Step, side: Side) -> None:
        """Change the left items of `side` as `step` says; raises `OverlayError`."""


class Merge:
    """Merge into every matched item; map and array items that match nothing are added at the end."""

    def apply(self, step: Step, side: Side) -> None:
        step.check_child_defaults()
        places = step.places(side)
        if places is None:
            return
        if not places and not isinstance(step.item, Document):
            side.add(step.fresh())
        for items, index in places:
            merge_item(items[index], step)


class Remove:
    """Take every matched item away."""

    def apply(self, step: Step, side: Side) -> None:
        side.remove(step.places(side) or ())


class Replace(NamedTuple):
    """Put the right item, key included, in the place of every matched one.

    `read` gives the arguments: `via` computes its value from the left and the right value; `or_add` adds the item when
    nothing matched.
    """

    read: Callable[[], Mapping[str, Any]]

    def apply(self, step: Step, side: Side) -> None:
        step.check_match()
        arguments = self.read()
        places = step.places(side)
        if places is None:
            return
        via = arguments.get("via")
        for items, index in places:
            side.replace((items, index), _computed(step, via, items[index].value))
        if not places and arguments.get("or_add"):
            side.add(_computed(step, via, None))


class Insert(NamedTuple):
    """Put the right item beside every matched one.

    `read` gives the arguments `before`, `after` and `via`; they are looked at behind what has to match.
    """

    read: Callable[[], Mapping[str, Any]]

    def apply(self, step: Step, side: Side) -> None:
        places = step.places(side) or []
        arguments = self.read()
        side.replace_all(places, [_around(step, place, **arguments) for place in places])


class Append:
    """Add the right item at the end, whatever is there."""

    def apply(self, step: Step, side: Side) -> None:
        side.add(step.fresh())


class Assert(NamedTuple):
    """Check the matched items: with the function `via`, else that they contain the right value; then look below."""

    read: Callable[[], Mapping[str, Any]]

    def apply(self, step: Step, side: Side) -> None:
        step.check_child_defaults()
        places = step.places(side) or ()
        via = self.read().get("via")
        for items, index in places:
            left = items[index].value
            _check(via, left, step.item.value)
            if left is not None or via is not None:
                merge_value(left, step)


def run(step: Step, side: Side) -> None:
    """Apply one step to the left items of `side`, in place.

    Raises `OverlayError` whose trail names the step's item.
    """
    try:
        step.operation.apply(step, side)
    except OverlayError as error:
        error.trail.append(step.item)
        raise


def merge_item(left: Any, step: Step) -> None:
    """Merge the item of `step` into the left item that it matches."""
    was_null = left.value is None
    if was_null or merge_value(left.value, step):
        left.value = step.fresh().value if isinstance(step.item.value, _CONTAINERS) else step.item.value
        if was_null or not isinstance(left, Document):
            left.line = step.item.line
            left.source = step.item.source


def merge_value(left: Value, step: Step) -> bool:
    """Merge the value of the step's item into `left`; True when it is a scalar, so that it has to replace `left`."""
    right = step.item.value
    if not isinstance(right, _CONTAINERS):
        if isinstance(right, DocumentSet):
            raise OverlayError(f"Expected document set, but was {kind_of(left)}")
        return True
    if not isinstance(left, type(right)):
        raise OverlayError(f"Expected {kind_of(right)}, but was {kind_of(left)}")
    items: list[Any] = left.items
    side = None
    charge(_MERGED * (1 + len(step.steps)))
    for below in step.steps:
        if len(items) < WORTH_INDEXING and below.merges_by_key:
            _merge_few(items, below)
        else:
            side = side or Side(items)
            run(below, side)
    return False


def _merge_few(items: list[Any], step: Step) -> None:
    """What `run` does for a map item that is merged by its key, as most are, into a map of a few `items`."""
    key = step.key
    kind = type(key)
    found = [item for item in items if item.key == key and type(item.key) is kind]
    try:
        if not step.accepts(len(found)):
            step.places(Side(items))
        elif found:
            for item in found:
                merge_item(item, step)
        else:
            items.append(step.fresh())
    except OverlayError as error:
        error.trail.append(step.item)
        raise


def _around(step: Step, place: Place, before: bool = False, after: bool = False, via: Any = None) -> list[Item]:
    """The item at `place` with the step's own before and after it."""
    items, index = place
    anchor = items[index]
    first = [_computed(step, via, anchor.value)] if before else []
    last = [_computed(step, via, anchor.value)] if after else []
    return [*first, anchor, *last]


def _computed(step: Step, via: Any, left: Value) -> Item:
    """A copy of the right item, with the value that `via` makes of the left and right one."""
    if via is None:
        return step.fresh()
    result = script.call(via, script.to_script(left), script.to_script(step.item.value))
    return with_value(step.item, copy_value(script.from_script(result)))


def _check(via: Any, left: Value, right: Value) -> None:
    """Raise `OverlayError` unless the function `via`, or without it the right value, agrees with the left value."""
    if via is not None:
        _require_approval(script.call(via, script.to_script(left), script.to_script(right)))
        return
    difference = mismatch(left, right)
    if difference is not None:
        raise OverlayError(f"Expected objects to equal, but did not: {difference}")


def _require_approval(verdict: Any) -> None:
    if verdict is None or verdict is True:
        return
    if verdict is False:
        raise OverlayError("Expected via invocation to return true, but was false")
    if not (isinstance(verdict, tuple) and len(verdict) == 2 and _is_bool_and_text(*verdict)):
        raise OverlayError(
            "Expected via invocation to return NoneType, Bool or Tuple(Bool,String), but returned neither of those"
        )
    if not verdict[0]:
        raise OverlayError(f"Expected via invocation to return true, but was false with message: {verdict[1]}")


def _is_bool_and_text(verdict: Any, message: Any) -> bool:
    return isinstance(verdict, bool) and isinstance(message, str)
