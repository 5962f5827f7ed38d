"""How many left nodes an overlay item expects to match (ytt: `expects=`, `missing_ok=`, `when=`)."""
from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from oakum.record import NamedTuple
from oakum.template.overlay import script
from oakum.template.overlay.errors import OverlayError, UnexpectedMatches
from oakum.template.overlay.side import Place
from oakum.template.position import position
from oakum.typing import Any, Protocol

_AT_LEAST = re.compile(r"([+-]?[0-9]+)\+")


class Expectation(Protocol):
    """What numbers of matched left items are fine."""

    def accepts(self, count: int) -> bool:
        """Whether `count` matches are as expected."""

    def complaint(self, matched: Sequence[Place]) -> UnexpectedMatches:
        """The error that says why the `matched` items are not."""


class Exactly(NamedTuple):
    """`wanted` matches."""

    wanted: int

    def accepts(self, count: int) -> bool:
        return count == self.wanted

    def complaint(self, matched: Sequence[Place]) -> UnexpectedMatches:
        return _unexpected(str(self.wanted), matched)


class AtLeast(NamedTuple):
    """`wanted` matches or more (`"1+"`)."""

    wanted: int

    def accepts(self, count: int) -> bool:
        return count >= self.wanted

    def complaint(self, matched: Sequence[Place]) -> UnexpectedMatches:
        return _unexpected(f">= {self.wanted}", matched)


class OneOrNone:
    """One match, or none (`missing_ok=True`)."""

    def accepts(self, count: int) -> bool:
        return count < 2

    def complaint(self, matched: Sequence[Place]) -> UnexpectedMatches:
        return ONE.complaint(matched)


class Listed(NamedTuple):
    """One of the expectations that the `values` of a list stand for, which are read in turn until one holds."""

    values: Sequence[Any]
    keyword: str

    def accepts(self, count: int) -> bool:
        for value in self.values:
            if from_value(value, self.keyword).accepts(count):
                return True
        return not self.values

    def complaint(self, matched: Sequence[Place]) -> UnexpectedMatches:
        return from_value(self.values[-1], self.keyword).complaint(matched)


class Approved(NamedTuple):
    """What a template's function accepts, given the number of matches."""

    approve: Any
    keyword: str

    def accepts(self, count: int) -> bool:
        verdict = script.call(self.approve, count)
        if not isinstance(verdict, bool):
            raise OverlayError(f"Expected keyword argument '{self.keyword}' to have a function that returns a boolean")
        return verdict

    def complaint(self, matched: Sequence[Place]) -> UnexpectedMatches:
        return UnexpectedMatches("Expectation of number of matched nodes failed")


ONE: Expectation = Exactly(1)
ONE_OR_NONE: Expectation = OneOrNone()


def from_value(value: Any, keyword: str) -> Expectation:
    """The expectation that the value of `expects=` or `when=` (`keyword`) stands for.

    An int, text such as `"2+"`, a function of the number, or a list of those.
    Raises `OverlayError` for anything else.
    """
    for accepts, build in _FORMS:
        if accepts(value):
            return build(value, keyword)
    raise OverlayError(
        f"Expected 'overlay/match' annotation keyword argument '{keyword}' to be either int, string or function, "
        f"but was {script.go_type(value)}"
    )


def _at_least(text: str, keyword: str) -> Expectation:
    found = _AT_LEAST.fullmatch(text)
    if not found:
        raise OverlayError(f"Expected '{text}' to be in format 'i+' where i is an integer")
    return AtLeast(int(found[1]))




def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_FORMS: tuple[tuple[Callable[[Any], bool], Callable[[Any, str], Expectation]], ...] = (
    (_is_int, lambda value, keyword: Exactly(int(value))),
    (lambda value: isinstance(value, str), _at_least),
    (script.is_callable, Approved),
    (script.is_list, Listed),
)


def _unexpected(wanted: str, matched: Sequence[Place]) -> UnexpectedMatches:
    lines = ", ".join(sorted(position(items[index]) for items, index in matched))
    where = f" (lines: {lines})" if matched else ""
    return UnexpectedMatches(f"Expected number of matched nodes to be {wanted}, but was {len(matched)}{where}")
