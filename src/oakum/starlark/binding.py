"""Why arguments do not fit parameters, in go-starlark's words and order.

CPython binds the arguments of compiled functions itself; this is only asked after it refused.
"""
from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType

from oakum.starlark.errors import Failure, Frame
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Builtin, is_callable
from oakum.typing import Any

_NAMES = {"<lambda>": "lambda"}
_MORE, _REST = 0x04, 0x08  # code flags: takes *args, takes **kwargs


def refused(callee: Any, positional: int, keywords: Sequence[str]) -> Failure | None:
    """The failure of calling `callee` with so many positional arguments and those keywords; None if they fit."""
    if not is_callable(callee):
        return Failure(f"invalid call of non-function ({type_name(callee)})")
    if not isinstance(callee, FunctionType):
        return None
    code = callee.__code__
    name = _NAMES.get(code.co_name, code.co_name)
    message = _misfit(callee, positional, keywords)
    if message is None:
        return None
    return Failure(f"function {name} {message}", [Frame(name, code.co_filename, code.co_firstlineno)])


def _misfit(function: FunctionType, positional: int, keywords: Sequence[str]) -> str | None:
    code = function.__code__
    plain = code.co_varnames[: code.co_argcount]
    named = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    takes_rest = bool(code.co_flags & _REST)
    takes_more = bool(code.co_flags & _MORE)
    given = positional + len(keywords)
    if not plain and not named and not takes_more and not takes_rest:
        return f"accepts no arguments ({given} given)" if given else None
    if positional > len(plain) and not takes_more:
        least = "at most " if function.__defaults__ or named else ""
        return f"accepts {least}{len(plain)} positional argument{_s(len(plain))} ({positional} given)"
    bound = set(plain[:positional])
    for keyword in keywords:
        if keyword in bound:
            return f'got multiple values for parameter "{keyword}"'
        if keyword not in plain and keyword not in named and not takes_rest:
            return f'got an unexpected keyword argument "{keyword}"'
        bound.add(keyword)
    defaults = len(function.__defaults__ or ())
    required = [*plain[: len(plain) - defaults], *(n for n in named if n not in (function.__kwdefaults__ or {}))]
    missing = [parameter for parameter in required if parameter not in bound]
    if missing:
        return f"missing {len(missing)} argument{_s(len(missing))} ({', '.join(missing)})"
    return None


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def invoke(function: Any, /, *arguments: Any, **keywords: Any) -> Any:
    """Call `function`; raises Failure when it is not callable or the arguments do not fit."""
    if type(function) is not Builtin:
        code = getattr(function, "__code__", None)
        if keywords or code is None or code.co_argcount != len(arguments) or code.co_kwonlyargcount:
            failure = refused(function, len(arguments), tuple(keywords))
            if failure is not None:
                raise failure
    return function(*arguments, **keywords)
