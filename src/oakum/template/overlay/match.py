"""The `@overlay/match` and `@overlay/match-child-defaults` annotations of an overlay item."""
from __future__ import annotations

from collections.abc import Callable, Mapping

from oakum.record import NamedTuple
from oakum.template.annotation import annotation
from oakum.template.overlay import expectation, script
from oakum.template.overlay.errors import OverlayError
from oakum.template.overlay.expectation import ONE, ONE_OR_NONE, Expectation
from oakum.template.overlay.matcher import Matcher, MatcherFunction, SameKey, Scripted
from oakum.typing import Any, TypeAlias
from oakum.yaml.nodes import Document, Item, MapItem

MATCH = "overlay/match"
CHILD_DEFAULTS = "overlay/match-child-defaults"

Defaults: TypeAlias = Mapping[str, Any]
"""Keyword arguments that an item's ancestors set for the matches below them."""

_INHERITED = ("expects", "missing_ok", "when")
_CONFLICTS = (("missing_ok", "expects"), ("missing_ok", "when"), ("when", "expects"))


class Match(NamedTuple):
    """Which left nodes an overlay item is for.

    Its arguments are read when they are needed, as the reference does: what is wrong with `by=` is told before what
    is wrong with `settings`, which say how many nodes there should be.
    """

    item: Item
    arguments: Mapping[str, Any]
    settings: Defaults

    def matcher(self) -> Matcher | None:
        """What `by=` says; None when it was not given: map items then go by key. Raises `OverlayError`."""
        return _matcher(self.item, self.arguments["by"]) if "by" in self.arguments else None

    @property
    def conditional(self) -> bool:
        """Whether numbers that are not expected mean that the item is skipped instead of an error."""
        return "when" in self.settings

    def expectation(self) -> Expectation:
        """How many nodes there should be; raises `OverlayError` for malformed settings."""
        return _expected(self.settings)


def read_match(item: Item, defaults: Defaults, *, exactly: bool = False) -> Match:
    """The match settings of `item` under its ancestors' `defaults`; raises `OverlayError` for unknown ones.

    With `exactly` nothing is looked for, and so nothing has to be said of what.
    """
    found = annotation(item, MATCH)
    kwargs = found.kwargs if found else {}
    lacking = not kwargs and not exactly and not isinstance(item, MapItem)
    if lacking and (found or isinstance(item, Document)):
        raise OverlayError(
            "Expected 'overlay/match' annotation to have at least one keyword argument (by=..., expects=...)"
        )
    _refuse_unknown(MATCH, kwargs, ("by", *_INHERITED))
    return Match(item, {} if exactly else kwargs, {**defaults, **kwargs})


def read_child_defaults(item: Item, inherited: Defaults) -> Defaults:
    """What holds for the matches below `item`: its own defaults over `inherited` ones."""
    found = annotation(item, CHILD_DEFAULTS)
    if found is None:
        return inherited
    _refuse_unknown(CHILD_DEFAULTS, found.kwargs, _INHERITED)
    return {**inherited, **found.kwargs}


Reader: TypeAlias = Callable[[str, str, Any], Any]
"""Reads a keyword argument, given the annotation's name, the keyword and the value; raises `OverlayError`."""


def read_arguments(item: Item, name: str, accepts: Mapping[str, Reader]) -> dict[str, Any]:
    """The keyword arguments of the annotation `name` of `item`, each read by its function in `accepts`."""
    found = annotation(item, name)
    kwargs = found.kwargs if found else {}
    _refuse_unknown(name, kwargs, tuple(accepts))
    return {key: accepts[key](name, key, value) for key, value in kwargs.items()}


def missing_by(item: Item) -> OverlayError:
    """The complaint that nothing says which left nodes `item` is for."""
    gap = "  " if isinstance(item, Document) else " "
    return OverlayError(f"Expected 'overlay/match' annotation keyword argument 'by'{gap}to be specified")


def _expected(settings: Defaults) -> Expectation:
    for one, other in _CONFLICTS:
        if one in settings and other in settings:
            raise OverlayError(f"Expected only one of keyword arguments ('{one}', '{other}') specified")
    if "when" in settings:
        return expectation.from_value(settings["when"], "when")
    if "expects" in settings:
        return expectation.from_value(settings["expects"], "expects")
    missing_ok = settings.get("missing_ok", False)
    if not isinstance(missing_ok, bool):
        raise OverlayError("Expected keyword argument 'missing_ok' to be a boolean")
    return ONE_OR_NONE if missing_ok else ONE


def _matcher(item: Item, by: Any) -> Matcher:
    if isinstance(by, MatcherFunction):
        return by.matcher
    if script.is_callable(by):
        return Scripted(by)
    if isinstance(item, Document):
        raise OverlayError(
            f"Expected 'overlay/match' annotation keyword argument 'by' to be function, but was {script.go_type(by)}"
        )
    if isinstance(by, str):
        return SameKey(by)
    raise OverlayError(
        "Expected 'overlay/match' annotation keyword argument 'by' to be either string (for map key) or function, "
        f"but was {script.go_type(by)}"
    )


def _refuse_unknown(name: str, kwargs: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in kwargs:
        if key not in known:
            raise OverlayError(f"Unknown '{name}' annotation keyword argument '{key}'")
