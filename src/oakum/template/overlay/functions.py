"""The functions of the module `@ytt:overlay`."""
from __future__ import annotations

from collections.abc import Callable

from oakum.starlark import Failure, type_name
from oakum.template.convert import to_yaml
from oakum.template.fragment import wrap
from oakum.template.overlay.copying import strip
from oakum.template.overlay.engine import apply as apply_value
from oakum.template.overlay.errors import OverlayError
from oakum.template.overlay.matcher import (
    ALL,
    AllOf,
    AnyOf,
    Index,
    Matcher,
    MatcherFunction,
    Not,
    SameKey,
    Scripted,
    Subset,
)
from oakum.typing import Any
from oakum.yaml.nodes import Node

all_matcher = MatcherFunction("overlay.all", ALL)
"""`overlay.all`."""


def apply(*args: Any, **kwargs: Any) -> Any:
    """`overlay.apply(left, right...)`: each right value applied over the left one, which changes when it is a fragment.

    Raises Failure.
    """
    if not args:
        raise Failure("expected exactly at least argument")
    result = to_yaml(args[0])
    try:
        for right in args[1:]:
            over = to_yaml(right)
            if isinstance(over, Node):
                result = apply_value(result, over)
            elif isinstance(result, Node):  # A scalar changes nothing.
                strip(result)
    except OverlayError as error:
        raise Failure(str(error)) from error
    return wrap(result)


def index(*args: Any, **kwargs: Any) -> MatcherFunction:
    """`overlay.index(n)`: the array item or document at index n. Raises Failure."""
    wanted = _only(args)
    if type(wanted) is not int:
        raise Failure("expected starlark.Int")
    return MatcherFunction("overlay.index_matcher", Index(wanted))


def map_key(*args: Any, **kwargs: Any) -> MatcherFunction:
    """`overlay.map_key("k")`: maps with the same value under the key k. Raises Failure."""
    key = _only(args)
    if not isinstance(key, str):
        raise Failure(f"expected a string, but was {type_name(key)}")
    return MatcherFunction("overlay.map_key_matcher", SameKey(key))


def subset(*args: Any, **kwargs: Any) -> MatcherFunction:
    """`overlay.subset(v)`: nodes whose value contains v. Raises Failure."""
    return MatcherFunction("overlay.subset_matcher", Subset(to_yaml(_only(args))))


def and_op(*args: Any, **kwargs: Any) -> MatcherFunction:
    """`overlay.and_op(f...)`: what all of the functions choose. Raises Failure."""
    return MatcherFunction("overlay.and_op_matcher", AllOf(_matchers(args)))


def or_op(*args: Any, **kwargs: Any) -> MatcherFunction:
    """`overlay.or_op(f...)`: what any of the functions chooses. Raises Failure."""
    return MatcherFunction("overlay.or_op_matcher", AnyOf(_matchers(args)))


def not_op(*args: Any, **kwargs: Any) -> MatcherFunction:
    """`overlay.not_op(f)`: what the function does not choose. Raises Failure."""
    return MatcherFunction("overlay.or_op", Not(as_matcher(_only(args))))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "apply": apply,
    "index": index,
    "map_key": map_key,
    "subset": subset,
    "and_op": and_op,
    "or_op": or_op,
    "not_op": not_op,
}
"""The functions by the names that templates use; `all` is not among them, since it is a matcher itself."""


def as_matcher(function: Any) -> Matcher:
    """The matcher that a template's function is."""
    return function.matcher if isinstance(function, MatcherFunction) else Scripted(function)


def _only(args: tuple[Any, ...]) -> Any:
    if len(args) != 1:
        raise Failure("expected exactly one argument")
    return args[0]


def _matchers(args: tuple[Any, ...]) -> tuple[Matcher, ...]:
    if not args:
        raise Failure("expected at least one argument")
    return tuple(as_matcher(function) for function in args)
