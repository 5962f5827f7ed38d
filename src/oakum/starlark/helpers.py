"""The helpers that compiled code calls, by the ids that the compiler writes."""
from __future__ import annotations

from collections.abc import Callable, Iterable

from oakum.starlark import comparison, operators
from oakum.starlark.attributes import call_method, get_attr, having
from oakum.starlark.binding import invoke
from oakum.starlark.collection_methods import mapping_items
from oakum.starlark.errors import Failure
from oakum.starlark.indexing import get_index, get_slice, set_attr, set_index
from oakum.starlark.iteration import each, elements_or_none, iterate, unpack
from oakum.starlark.meter import charge
from oakum.starlark.rendering import repr_text
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Dict, List, is_callable, make_dict
from oakum.typing import Any


def dict_literal(*pairs: tuple[Any, Any]) -> Dict:
    """`{key: value, …}` whose keys are not known to be different strings. Raises Failure for one that comes twice."""
    made = Dict()
    for key, value in pairs:
        before = len(made)
        made.put(key, value)
        if len(made) == before:
            raise Failure(f"duplicate key: {repr_text(key)}")
    return made


def spread(
    function: Any,
    positional: tuple[Any, ...],
    named: Iterable[tuple[str, Any]],
    star: Any,
    double: Any,
    given: tuple[bool, bool],
) -> Any:
    """A call with `*star` or `**double`, where `given` says they were written. Raises Failure."""
    arguments = list(positional)
    keywords = dict(named)
    if given[1]:
        pairs = mapping_items(double)
        if pairs is None:
            raise Failure(f"argument after ** must be a mapping, not {type_name(double)}")
        charge(16 * len(pairs))
        for key, value in pairs:
            if type(key) is not str:
                raise Failure(f"keywords must be strings, not {type_name(key)}")
            if key in keywords:
                raise _twice(function, key)
            keywords[key] = value
    if given[0]:
        more = elements_or_none(star)
        if more is None:
            raise Failure(f"argument after * must be iterable, not {type_name(star)}")
        arguments.extend(more)
    return invoke(function, *arguments, **keywords)


def _twice(function: Any, key: str) -> Failure:
    name = getattr(function, "__name__", None) or getattr(function, "name", "")
    kind = f"function {name}" if is_callable(function) else type_name(function)
    return Failure(f'{kind} got multiple values for parameter "{key}"')


HELPERS: dict[str, Callable[..., Any]] = {
    ".List": List,
    ".Dict": Dict,
    ".dict_literal": dict_literal,
    ".dict_of": make_dict,
    ".keywords": Dict,
    ".attr": get_attr,
    ".method": call_method,
    ".having": having,
    ".call": invoke,
    ".spread": spread,
    ".index": get_index,
    ".slice": get_slice,
    ".set_index": set_index,
    ".set_attr": set_attr,
    ".iter": iterate,
    ".each": each,
    ".unpack": unpack,
    ".eq": comparison.equal,
    ".ne": comparison.not_equal,
    ".lt": comparison.less,
    ".gt": comparison.greater,
    ".le": comparison.less_or_equal,
    ".ge": comparison.greater_or_equal,
    ".in": operators.contains,
    ".not_in": operators.not_contains,
    ".add": operators.add,
    ".iadd": operators.in_place_add,
    ".sub": operators.subtract,
    ".mul": operators.multiply,
    ".div": operators.divide,
    ".floordiv": operators.floor_divide,
    ".mod": operators.modulo,
    ".or": operators.bit_or,
    ".and": operators.bit_and,
    ".xor": operators.bit_xor,
    ".shl": operators.shift_left,
    ".shr": operators.shift_right,
    ".neg": operators.negative,
    ".pos": operators.positive,
    ".invert": operators.invert,
}
