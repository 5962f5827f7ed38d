"""What a rule asks of a value: a template's function, an object with `check`, or a built-in assertion."""
from __future__ import annotations

from collections.abc import Callable

from oakum.starlark import BudgetError, EvalError, Failure, call, is_callable
from oakum.starlark.attributes import get_attr
from oakum.typing import Any, TypeAlias

Assertion: TypeAlias = Callable[[Any], str | None]
"""Takes a Starlark value; returns None when it holds, else why it does not (empty when there is nothing to say)."""

_PREFIXES = ("fail: ", "check: ")


def assertion_of(check: Any) -> Assertion | None:
    """The assertion that a template's function, or an object's attribute `check`, makes; None for anything else."""
    function = check if is_callable(check) else _check_of(check)
    return None if function is None else lambda value: _ask(lambda: function, value)


def built_in(name: str, *args: Any) -> Assertion:
    """The assertion that `assert.NAME(*args)` of `@ytt:assert` makes; it is made when it is first asked."""

    def ask(value: Any) -> str | None:
        from oakum.template.modules.assert_ import assertion

        return _ask(lambda: _check_of(assertion(name, *args)), value)

    return ask


def parameter_count(function: Any) -> int:
    """How many positional parameters a template's function has; built-in functions count as having one."""
    code = getattr(function, "__code__", None)
    return code.co_argcount if code is not None else 1


def _ask(check: Callable[[], Any], value: Any) -> str | None:
    """Why the function that `check` gives does not hold; also when there is none since its arguments are wrong."""
    try:
        verdict = call(check(), (value,))
    except (EvalError, Failure) as error:
        if isinstance(error, BudgetError) or (isinstance(error, EvalError) and error.budget):
            raise
        return _bare(error.message)
    return None if verdict is True else ""


def _bare(message: str) -> str:
    for prefix in _PREFIXES:
        if message.startswith(prefix):
            return message.removeprefix(prefix)
    return message


def _check_of(value: Any) -> Any:
    """The function `check` of an object, None when it has none."""
    found = attribute_check(value)
    return found if is_callable(found) else None


def attribute_check(value: Any) -> Any:
    """The attribute `check` of a value, None when it has none."""
    try:
        return get_attr(value, "check")
    except Failure:
        return None
