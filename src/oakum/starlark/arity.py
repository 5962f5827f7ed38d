"""Arguments of built-in functions: go-starlark's `UnpackArgs` and `UnpackPositionalArgs`, and their words.

A built-in is a Python function whose own signature says what it takes: positional-only parameters for what Starlark
takes by position, ordinary ones for what may be named. CPython refuses what does not fit; `misfit` then says why.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from oakum.starlark.errors import Failure
from oakum.typing import Any

_MORE = 0x04  # code flag: takes *args
_OWN_WORDS = frozenset(["chr", "dir", "ord", "str", "type", "zip"])


def misfit(
    name: str, function: Callable[..., Any], arguments: Sequence[Any], keywords: Mapping[str, Any], error: TypeError
) -> BaseException:
    """The failure that a TypeError of calling `function` means: `error` itself when it comes from inside."""
    if error.__traceback__ is None or error.__traceback__.tb_next is not None:
        return error
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None:
        return Failure(f"{name}: {error}")
    bound = 1 if code.co_varnames[:1] == ("self",) else 0
    given = len(arguments)
    most = code.co_argcount - bound
    least = most - len(getattr(function, "__defaults__", None) or ())
    named = code.co_varnames[code.co_posonlyargcount : code.co_argcount + code.co_kwonlyargcount]
    if not named and keywords:
        return Failure(f"{name} does not accept keyword arguments" if name in _OWN_WORDS else
                       f"{name}: unexpected keyword arguments")  # fmt: skip
    if given > most and not code.co_flags & _MORE:
        exact = "" if least == most else "at most "
        return Failure(f"{name}: got {given} arguments, want {exact}{most}")
    for keyword in keywords:
        if keyword not in named:
            return Failure(f'{name}: unexpected keyword argument "{keyword}"')
    if named:
        missing = next((n for n in code.co_varnames[bound + given : bound + least] if n not in keywords), "")
        return Failure(f"{name}: missing argument for {missing}")
    return Failure(f"{name}: got {given} arguments, want {'' if least == most else 'at least '}{least}")
