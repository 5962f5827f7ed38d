"""The rules that one `@schema/validation` or `@assert/validate` annotation gives (ytt: validations)."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite

from oakum.record import NamedTuple
from oakum.starlark import is_callable, repr_text, type_name
from oakum.template.annotation import Annotation
from oakum.template.position import compact
from oakum.template.validation.assertion import Assertion, assertion_of, attribute_check, built_in
from oakum.template.validation.errors import ValidationError
from oakum.typing import Any


class Rule(NamedTuple):
    """What a value must be, in words, and the assertion that says whether it is."""

    description: str
    holds: Assertion


class Rules(NamedTuple):
    """The rules for one node.

    `not_null` comes before all others and null values skip them unless it is there; `when`, a template's function,
    says whether they apply at all. `where` is the position of the annotation, `keywords` are its arguments as given.
    """

    rules: tuple[Rule, ...]
    where: str
    not_null: Rule | None = None
    when: Any = None
    keywords: Mapping[str, Any] = {}


def read_rules(found: Annotation, name: str) -> Rules:
    """The rules of the annotation `found`, named `name` (`schema/validation`, `assert/validate`).

    Raises ValidationError for malformed ones.
    """
    where = compact(found.line, found.source)
    try:
        return _read(found, where)
    except _Malformed as error:
        raise ValidationError(f"Invalid @{name} annotation - {error}") from error


class _Malformed(Exception):
    """Why an annotation gives no rules."""


def _read(found: Annotation, where: str) -> Rules:
    if not found.args and not found.kwargs:
        raise _Malformed(f"expected annotation to have 2-tuple as argument(s), but found no arguments (by {where})")
    custom = [_custom(arg, where) for arg in found.args]
    for key, value in found.kwargs.items():
        _check_keyword(key, value, where)
    kwargs = found.kwargs
    named = [_RULES[key](kwargs[key]) for key in _RULES if key in kwargs]
    not_null = _NOT_NULL if kwargs.get("not_null") else None
    return Rules((*custom, *named), where, not_null, kwargs.get("when"), kwargs)


def _custom(arg: Any, where: str) -> Rule:
    if not isinstance(arg, tuple):
        raise _Malformed(
            f"expected annotation to have 2-tuple as argument(s), but found: {repr_text(arg)} (by {where})"
        )
    if len(arg) != 2:
        raise _Malformed(f"expected 2-tuple, but found tuple with length {len(arg)} (by {where})")
    description, check = arg
    if not isinstance(description, str):
        raise _Malformed(
            "expected first item in the 2-tuple to be a string describing a valid value, "
            f"but was {type_name(description)} (at {where})"
        )
    holds = assertion_of(check)
    if holds is None:
        raise _Malformed(_no_assertion(check, where))
    return Rule(description, holds)


_WITHOUT_ATTRIBUTES = ("NoneType", "bool", "int", "float", "tuple", "range", "yamlfragment")


def _no_assertion(check: Any, where: str) -> str:
    kind = type_name(check)
    if kind in _WITHOUT_ATTRIBUTES:
        return f"expected second item in the 2-tuple to be an assertion function, but was {kind} (at {where})"
    found = attribute_check(check)
    if found is not None:
        return f"expected struct with attribute check(), but was {type_name(found)} (at {where})"
    return (
        "expected second item in tuple to be an assertion function or assertion object, "
        f"but was a {kind} (at {where})"
    )


def _check_keyword(key: str, value: Any, where: str) -> None:
    if key not in _KEYWORDS:
        raise _Malformed(f'unknown keyword argument "{key}" (at {where})')
    if key == "one_not_null" and value is False:
        raise _Malformed("one_not_null= cannot be False")
    accepts, wanted = _KEYWORDS[key]
    kind = type_name(value)
    if not accepts(value):
        raise _Malformed(wanted.format(key=key, kind=kind, where=where))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_sequence(value: Any) -> bool:
    return type_name(value) in ("list", "tuple", "set", "dict", "range", "struct", "yamlfragment")


_TYPED = 'expected keyword argument "{{key}}" to be a {}, but was {{kind}} (at {{where}})'

_KEYWORDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "min_len": (_is_number, _TYPED.format("number")),
    "max_len": (_is_number, _TYPED.format("number")),
    "min": (lambda value: True, ""),
    "max": (lambda value: True, ""),
    "not_null": (lambda value: isinstance(value, bool), _TYPED.format("boolean")),
    "one_not_null": (
        lambda value: value is True or _is_sequence(value),
        "expected True or a sequence of keys, but was a '{kind}'",
    ),
    "one_of": (_is_sequence, "expected keyword argument {key} to be a sequence, but was {kind}"),
    "when": (is_callable, _TYPED.format("function")),
}


def _one_not_null(keys: Any) -> Rule:
    which = "all children" if keys is True else repr_text(keys)
    return Rule(f"exactly one of {which} to be not null", built_in("one_not_null", keys))


_RULES: Mapping[str, Callable[[Any], Rule]] = {
    "min_len": lambda value: Rule(f"length >= {int(value)}", built_in("min_len", value)),
    "max_len": lambda value: Rule(f"length <= {int(value)}", built_in("max_len", value)),
    "min": lambda value: Rule(f"a value >= {repr_text(value)}", built_in("min", value)),
    "max": lambda value: Rule(f"a value <= {repr_text(value)}", built_in("max", value)),
    "one_not_null": _one_not_null,
    "one_of": lambda value: Rule(f"one of {repr_text(value)}", built_in("one_of", value)),
}

_NOT_NULL = Rule("not null", built_in("not_null"))
