"""Calls: arguments that do not fit, and where errors come from."""
from __future__ import annotations

from collections.abc import Callable

import pytest

from oakum.starlark import Builtin, EvalError, Failure

Fails = Callable[..., EvalError]
FUNCTIONS = """
def two(a, b): return a
def opt(a, b=1, *, c, d=2): return a
def none():
end
def rest(a, *more, **named): return a
"""


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("two()", "function two missing 2 arguments (a, b)"),
        ("two(1)", "function two missing 1 argument (b)"),
        ("two(1, 2, 3)", "function two accepts 2 positional arguments (3 given)"),
        ("two(1, c=2)", 'function two got an unexpected keyword argument "c"'),
        ("two(1, 2, b=2)", 'function two got multiple values for parameter "b"'),
        ("none(1)", "function none accepts no arguments (1 given)"),
        ("none(x=1)", "function none accepts no arguments (1 given)"),
        ("opt(1)", "function opt missing 1 argument (c)"),
        ("opt()", "function opt missing 2 arguments (a, c)"),
        ("opt(1, 2, 3, c=1)", "function opt accepts at most 2 positional arguments (3 given)"),
        ("rest()", "function rest missing 1 argument (a)"),
        ("two(*5)", "argument after * must be iterable, not int"),
        ("two(**5)", "argument after ** must be a mapping, not int"),
        ("two(**{1: 2})", "keywords must be strings, not int"),
        ("two(*[1, 2], **{'a': 3})", 'function two got multiple values for parameter "a"'),
        ("two(a=1, **{'a': 3})", 'function two got multiple values for parameter "a"'),
        ("(lambda x, y=1: x)()", "function lambda missing 1 argument (x)"),
        ("(lambda: 1)(1)", "function lambda accepts no arguments (1 given)"),
        ("[two][0](1)", "function two missing 1 argument (b)"),
        ("5()", "invalid call of non-function (int)"),
        ("FIVE()", "invalid call of non-function (int)"),
        ("'f'(1)", "invalid call of non-function (string)"),
        ("len()", "len: got 0 arguments, want 1"),
        ("len(1, 2)", "len: got 2 arguments, want 1"),
        ("len(x=1)", "len: unexpected keyword arguments"),
        ("range()", "range: got 0 arguments, want at least 1"),
        ("range(1, 2, 3, 4)", "range: got 4 arguments, want at most 3"),
        ("sorted()", "sorted: missing argument for iterable"),
        ("sorted([1], key=two)", "function two missing 1 argument (b)"),
        ("max()", "max requires at least one positional argument"),
        ("sorted([], keyy=1)", 'sorted: unexpected keyword argument "keyy"'),
        ("'a'.upper(1)", "upper: got 1 arguments, want 0"),
        ("'a'.replace('a')", "replace: got 1 arguments, want at least 2"),
        ("[].append()", "append: got 0 arguments, want 1"),
    ],
)
def test_arguments_that_do_not_fit(fails: Fails, call: str, message: str) -> None:
    assert fails(f"{FUNCTIONS}FIVE = 5\nx = {call}").message == message


def test_frames_are_innermost_first(fails: Fails) -> None:
    error = fails("def f(x):\n  return x.foo\nend\ndef g():\n  return [f(i) for i in [1]]\nend\ny = (lambda: g())()")
    assert [(frame.function, frame.line) for frame in error.frames] == [
        ("f", 2), ("g", 5), ("lambda", 7), ("<toplevel>", 7),
    ]  # fmt: skip


def test_a_call_that_cannot_begin_shows_the_first_line_of_its_function(fails: Fails) -> None:
    error = fails("def f(a):\n\n  return a + 1\nend\nf()")
    assert [(frame.function, frame.line) for frame in error.frames] == [("f", 3), ("<toplevel>", 5)]


def test_an_operation_of_several_lines_is_told_at_its_operator(fails: Fails) -> None:
    assert fails("x = (1\n + 'a'\n)").frames[0].line == 2


def test_a_builtin_prefixes_its_name(fails: Fails) -> None:
    def boom() -> None:
        raise Failure("no")

    assert fails("f()", f=Builtin("mod.f", boom)).message == "mod.f: no"
    assert fails("f()", f=Builtin("mod.f", boom, prefix=False)).message == "no"


def test_a_function_that_a_builtin_calls_keeps_its_frames(fails: Fails) -> None:
    error = fails("def k(x): return x.y\nz = sorted([2, 1], key=k)")
    assert error.message == "int has no .y field or method"
    assert [frame.function for frame in error.frames] == ["k", "<toplevel>"]


def test_a_fault_of_the_host_is_not_hidden(fails: Fails) -> None:
    def broken() -> None:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        fails("f()", f=Builtin("f", broken))


def test_endless_recursion_shows_its_ends(fails: Fails) -> None:
    error = fails("def f(): return f()\nf()")
    assert error.message.startswith("call stack is too deep")
    assert len(error.frames) == 20
    assert error.frames[-1].function == "<toplevel>"


def test_recursion_may_be_deep(run: Callable[[str], dict[str, int]]) -> None:
    assert run("def f(n): return 0 if n == 0 else 1 + f(n - 1)\nx = f(4000)")["x"] == 4000
