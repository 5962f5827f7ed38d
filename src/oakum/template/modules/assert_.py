"""`@ytt:assert`: checks that end a template, and assertion objects for validations (ytt: module assert)."""
from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import isfinite

from oakum.errors import StarlarkError
from oakum.starlark import (
    BudgetError,
    Builtin,
    Dict,
    Failure,
    List,
    Module,
    Program,
    Set,
    Struct,
    Thread,
    compare,
    compile_program,
    equal,
    is_callable,
    iterate,
    message_of,
    repr_text,
    text,
    type_name,
)
from oakum.starlark.binding import invoke
from oakum.starlark.values import prefixed
from oakum.template.arguments import string
from oakum.template.convert import go_type, to_dict, to_yaml
from oakum.template.fragment import Fragment
from oakum.template.modules.opaque import Opaque
from oakum.template.modules.yaml_ import encode_value
from oakum.typing import Any

KIND = "@ytt:assert.assertion"
_SEQUENCES = (List, tuple, Dict, Set, range)
_REFUSAL = f"Unable to convert value: {KIND} does not encode (did you mean to call check()?)"


def assert_module() -> Module:
    """The module."""
    functions: dict[str, Callable[..., Any]] = {"equals": _equals, "fail": _fail, "try_to": _try_to, **_ASSERTIONS}
    return Module("assert", {name: Builtin(f"assert.{name}", function) for name, function in functions.items()})


def assertion(name: str, *arguments: Any) -> Any:
    """What `assert.NAME(*arguments)` gives, for host code: `check` of the result is to be called."""
    return _ASSERTIONS[name](*arguments)


def _equals(*arguments: Any, **keywords: Any) -> None:
    _count(arguments, 2)
    texts = []
    for value in arguments:
        if is_callable(value):
            raise Failure(f"expected argument not to be a function, but was {go_type(value)}")
        texts.append(encode_value(value))
    if texts[0] != texts[1]:
        expected, actual = map(type_name, arguments)
        raise Failure(f"Not equal:\n(expected type: {expected})\n{texts[0]}\n\n(was type: {actual})\n{texts[1]}")


def _fail(*arguments: Any, **keywords: Any) -> None:
    _count(arguments, 1)
    raise Failure(f"fail: {string(arguments[0])}")


def _try_to(*arguments: Any, **keywords: Any) -> tuple[Any, Any]:
    _count(arguments, 1)
    function = arguments[0]
    if not is_callable(function):
        raise Failure(f"expected argument to be a function, but was {go_type(function)}")
    try:
        return invoke(function), None
    except (StarlarkError, TypeError, NameError) as error:
        message = message_of(error)
        if message is None or isinstance(error, BudgetError) or getattr(error, "budget", False):
            raise
        return None, message


def _count(arguments: tuple[Any, ...], count: int) -> None:
    if len(arguments) != count:
        raise Failure(f"got {len(arguments)} arguments, want {count}")


@cache
def _program(name: str, parameter: str) -> Program:
    return compile_program(f"check = lambda {parameter}: test({parameter})\n", f"assert.{name}", predeclared=("test",))


def _made(name: str, parameter: str, test: Callable[[Any], bool]) -> Opaque:
    """An assertion whose `check` is a function of the template language, as error frames show it."""
    names = _program(name, parameter).run({"test": Builtin("test", test, prefix=False)}, Thread())
    return Opaque(KIND, {"check": names["check"]}, _REFUSAL)


def _bare(value: Any) -> Any:
    """`value` as it is after writing and reading YAML: fragments as dicts and lists, an empty one as None."""
    if value is None or isinstance(value, str | int | float):
        return value
    return to_dict(to_yaml(value)) if value or not isinstance(value, Fragment) else None


def _bound(name: str, symbol: str, broken: str) -> Callable[..., Opaque]:
    def make(*arguments: Any, **keywords: Any) -> Opaque:
        _count(arguments, 1)
        limit = _bare(arguments[0])

        def test(value: Any) -> bool:
            if not compare(symbol, _bare(value), limit):
                raise Failure(f"fail: value {broken} {text(limit)}")
            return True

        return _made(name, "val", test)

    return make


def _length(name: str, symbol: str) -> Callable[..., Opaque]:
    def make(*arguments: Any, **keywords: Any) -> Opaque:
        _count(arguments, 1)
        limit = arguments[0]
        if type(limit) not in (int, float) or not isfinite(limit):
            raise Failure(f"expected value to be an number, but was {type_name(limit)}")

        def test(value: Any) -> bool:
            length = _len(value)
            if not compare(symbol, length, int(limit)):
                raise Failure(f"fail: length = {length}")
            return True

        return _made(name, "sequence", test)

    return make


def _len(value: Any) -> int:
    from oakum.starlark.universe import UNIVERSE

    return int(UNIVERSE["len"](value))


def _not_null(*arguments: Any, **keywords: Any) -> Any:
    def test(value: Any) -> bool:
        if value is None:
            raise Failure("fail: value is null")
        return True

    if not arguments:
        return _made("not_null", "value", test)
    if len(arguments) > 1:
        raise Failure(f"got {len(arguments)} arguments, want at most 1")
    return test(arguments[0])


def _one_not_null(*arguments: Any, **keywords: Any) -> Opaque:
    if len(arguments) > 1:
        raise Failure(f"got {len(arguments)} arguments, want 1")
    keys = _keys(arguments[0]) if arguments else None

    def check(*values: Any, **more: Any) -> bool:
        try:
            _count(values, 1)
            return _check_one(values[0], keys)
        except Failure as error:
            raise prefixed("check", error) from None

    return Opaque(KIND, {"check": Builtin("assert.one_not_null", check, prefix=False)}, _REFUSAL)


def _keys(value: Any) -> list[Any] | None:
    """The keys to look at; None for all."""
    if value is True:
        return None
    if value is False:
        raise Failure("one_not_null() cannot be False")
    if type(value) in _SEQUENCES or isinstance(value, Fragment):
        return list(iterate(value))
    raise Failure(f"expected a sequence of keys, but was a '{type_name(value)}'")


def _check_one(value: Any, keys: list[Any] | None) -> bool:
    bare = _bare(value)
    if type(bare) is not Dict:
        raise Failure(f"value must be a map or dict, but was '{type_name(bare)}'")
    if not bare:
        raise Failure("value is empty")
    wanted = bare.names() if keys is None else [key for key in keys if bare.has(key)]
    found = [key for key in wanted if bare.find(key) is not None]
    if not found:
        raise Failure("all values are null")
    if len(found) > 1:
        raise Failure(f"{repr_text(List(found))} are not null")
    return True


def _one_of(*arguments: Any, **keywords: Any) -> Opaque:
    if not arguments:
        raise Failure("got 0 arguments, want at least 1")
    values: Any = arguments
    if len(arguments) == 1:
        values = arguments[0]
        if type(values) not in (*_SEQUENCES, Struct) and not isinstance(values, Fragment):
            raise Failure(f"expected a sequence, but was a '{type_name(values)}'")
    empty = isinstance(values, Fragment) and not values
    allowed = [_bare(value) for value in iterate(values)]

    def test(value: Any) -> bool:
        bare = _bare(value)
        if empty:
            raise Failure(f"unknown binary op: {type_name(bare)} in NoneType")
        if not any(equal(bare, one) for one in allowed):
            raise Failure("fail: not one of allowed values")
        return True

    return _made("one_of", "val", test)


_ASSERTIONS: dict[str, Callable[..., Any]] = {
    "min": _bound("min", ">=", "<"),
    "max": _bound("max", "<=", ">"),
    "min_len": _length("min_len", ">="),
    "max_len": _length("max_len", "<="),
    "not_null": _not_null,
    "one_not_null": _one_not_null,
    "one_of": _one_of,
}
