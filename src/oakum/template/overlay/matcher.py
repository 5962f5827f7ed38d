"""How an overlay item finds the left nodes it is for (ytt: `by=` and the functions of `@ytt:overlay`).

A matcher looks at the index of a left array item or document, or the key of a left map item, at its value and at the
value of the overlay item.
"""
from __future__ import annotations

from oakum.record import NamedTuple
from oakum.starlark import Dict, Failure
from oakum.starlark.meter import charge
from oakum.template.kinds import kind_of
from oakum.template.overlay import script
from oakum.template.overlay.comparison import find_item, mismatch
from oakum.template.overlay.errors import OverlayError
from oakum.typing import Any, Protocol
from oakum.yaml.nodes import Map, Value

_ASKED = 32  # steps that a question to a function takes beside those of its own code
_GO_DICT = "*orderedmap.Map"
"""What the reference calls a dict in messages."""


class Matcher(Protocol):
    """Chooses left nodes."""

    def matches(self, place: Any, left: Value, right: Value) -> bool:
        """Whether the left node at `place` (index or key) with value `left` is meant by the item of value `right`."""


class All:
    """Every node (`overlay.all`)."""

    def matches(self, place: Any, left: Value, right: Value) -> bool:
        return True


class Index(NamedTuple):
    """The node at one index, from 0 (`overlay.index`)."""

    wanted: int

    def matches(self, place: Any, left: Value, right: Value) -> bool:
        if type(place) is not int:
            raise OverlayError("overlay.index_matcher: expected starlark.Int")
        return place == self.wanted


class Subset(NamedTuple):
    """Nodes that contain a structure (`overlay.subset`)."""

    wanted: Value

    def matches(self, place: Any, left: Value, right: Value) -> bool:
        return mismatch(left, self.wanted) is None


class SameKey(NamedTuple):
    """Maps that have the same value under a key as the overlay item has (`overlay.map_key`, `by="key"`)."""

    key: str

    def matches(self, place: Any, left: Value, right: Value) -> bool:
        return mismatch(self._value_in(left), self._value_in(right)) is None

    def _value_in(self, value: Value) -> Value:
        if not isinstance(value, Map):
            raise OverlayError(f"overlay.map_key_matcher: Expected value to be map, but was {kind_of(value)}")
        item = find_item(value, self.key)
        if item is None:
            raise OverlayError(
                f"overlay.map_key_matcher: Expected to find map item with key '{self.key}', but did not"
            )
        return item.value


class Scripted(NamedTuple):
    """Nodes that a template's function chooses; it gets maps and arrays as fragments."""

    function: Any

    def matches(self, place: Any, left: Value, right: Value) -> bool:
        charge(_ASKED)
        return script.truth(script.call(self.function, place, script.to_script(left), script.to_script(right)))


class AllOf(NamedTuple):
    """Nodes that every one of several matchers chooses (`overlay.and_op`)."""

    matchers: tuple[Matcher, ...]

    def matches(self, place: Any, left: Value, right: Value) -> bool:
        return all(_asked("overlay.and_op", matcher, place, left, right) for matcher in self.matchers)


class AnyOf(NamedTuple):
    """Nodes that at least one of several matchers chooses (`overlay.or_op`)."""

    matchers: tuple[Matcher, ...]

    def matches(self, place: Any, left: Value, right: Value) -> bool:
        return any(_asked("overlay.or_op", matcher, place, left, right) for matcher in self.matchers)


class Not(NamedTuple):
    """Nodes that a matcher does not choose (`overlay.not_op`)."""

    matcher: Matcher

    def matches(self, place: Any, left: Value, right: Value) -> bool:
        return not _asked("overlay.or_op", self.matcher, place, left, right)  # The reference gives it this name.


def _asked(name: str, matcher: Matcher, place: Any, left: Value, right: Value) -> bool:
    """What the matcher says; raises OverlayError that tells the function `name` it was asked by."""
    try:
        return matcher.matches(place, left, right)
    except OverlayError as error:
        raise OverlayError(f"{name}: {error.reason}") from error


ALL = All()


class MatcherFunction:
    """A matcher as a template holds it: the function of three arguments that `overlay.subset(...)` and so on return."""

    __slots__ = ("matcher", "name")

    starlark_type = "builtin_function_or_method"
    starlark_call = True

    def __init__(self, name: str, matcher: Matcher) -> None:
        self.name = name
        self.matcher = matcher

    def __call__(self, *args: Any, **kwargs: Any) -> bool:
        """Match as from a template: index or key, left value, right value. Raises Failure for other arguments."""
        if len(args) != 3:
            raise Failure(f"{self.name}: expected exactly 3 arguments")
        place, left, right = args
        if isinstance(self.matcher, SameKey) and type(left) is Dict:
            raise Failure(f"{self.name}: Expected value to be map, but was {_GO_DICT}")
        try:
            return self.matcher.matches(place, script.from_script(left), script.from_script(right))
        except OverlayError as error:
            raise Failure(str(error)) from error

    def starlark_str(self) -> str:
        """What `str` gives."""
        return f"<built-in function {self.name}>"
