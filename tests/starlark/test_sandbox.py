"""Templates are not trusted: each attempt to get out, or to use the machine up, ends with an error."""
from __future__ import annotations

from typing import Any

import pytest

from oakum.starlark import (
    Builtin,
    CompileErrors,
    EvalError,
    Meter,
    Struct,
    Thread,
    call,
    compile_program,
)

ESCAPES = [
    # names of the host language
    "__import__('os')",
    "__builtins__",
    "__builtins__ = {}",
    "__name__",
    "__debug__",
    "__debug__ = 1",
    "__loader__.load_module('os')",
    "open('/etc/passwd')",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'eval')",
    "globals()",
    "locals()",
    "vars()",
    "input()",
    "breakpoint()",
    "isinstance(1, int)",
    "super()",
    "object()",
    "setattr([], 'x', 1)",
    "memoryview('x')",
    "import os",
    "from os import path",
    "class A: x = 1",
    "try: x = 1",
    "with x: y = 1",
    "raise 1",
    "yield 1",
    "async def f(): return 1",
    "del x",
    "global x",
    "nonlocal x",
    "x = (y := 5)",
    "x = f'{1}'",
    "x = b'1'",
    "x = 1 if True",
    "@decorator\ndef f(): return 1",
    "x = 2 ** 100",
    "x = [*[1]]",
    "x = ...",
    "None = 1",
    "True = 1",
    # names of Python's builtins that the program binds itself, before it does
    "x = open('/etc/passwd')\nopen = 1",
    "x = eval('1')\neval = 1",
    "def f(): return __import__('os')\nx = f()\n__import__ = 1",
    "x = [exec for i in [1]]\nexec = 1",
    "x = (lambda: getattr)()('', 'real')\ngetattr = getattr",
    "def f():\n  x = globals()\n  globals = 1\nend\nf()",
    # attributes of Python's own objects
    "x = ().__class__.__bases__[0].__subclasses__()",
    "x = ''.__class__",
    "x = (1).__class__",
    "x = (1).real",
    "x = 'a'.encode()",
    "x = 'a'.maketrans('a', 'b')",
    "x = [].copy()",
    "x = [].sort()",
    "x = {}.fromkeys([1])",
    "x = {}.put(1, 2)",
    "x = [].frozen",
    "x = [].check_mutable('x')",
    "x = len.fn",
    "x = len.__call__",
    "x = len.__self__",
    "x = range(3).start",
    "x = set([1]).elements",
    "x = (lambda: 1).__globals__",
    "x = (lambda: 1).__code__",
    "x = (lambda: 1).__closure__",
    "def f(): return 1\nx = f.__defaults__",
    "def f(): return 1\nx = f.func_globals",
    "x = struct.fields",
    "x = struct.__init__",
    "x = struct.__class__",
    # the same through getattr, format strings and methods
    "x = getattr((), '__class__')",
    "x = getattr('', '__' + 'class__')",
    "x = getattr(len, 'fn')",
    "x = getattr(lambda: 1, '__globals__')",
    "x = getattr(struct, '__dict__')",
    "x = getattr([], 'append').fn",
    "x = getattr([], 'append').__self__",
    "x = '{0.__class__}'.format(1)",
    "x = '{0[0]}'.format([1])",
    "x = '{a.__init__}'.format(a=1)",
    "x = '{:>{}}'.format(1, 2)",
    "x = '{!a}'.format(1)",
    "x = '%(a)s' % struct",
    "x = '%*d' % (1, 2)",
    # frames, generators and tracebacks
    "x = [i for i in [1]].gi_frame",
    "x = 'abc'.elems().gi_frame",
    "x = 'abc'.elems().source",
    "x = fail.__traceback__",
    "x = [].__iter__()",
    "x = iter([])",
    "x = next([])",
    # changing what is shared
    "len.name = 'x'",
    "struct.a = 1",
    "struct['a'] = 1",
    "'abc'[0] = 'x'",
    "(1, 2)[0] = 5",
    "range(3)[0] = 5",
    # ids of helpers
    "x = .attr",
    "x = .tick()",
    ".List = 1",
    "x = `1`",
    "x = $1",
]


def _attempt(text: str, meter: Meter | None = None) -> Any:
    names = {"struct": Struct(a=1)}
    program = compile_program(text, "t.star", predeclared=names)
    return program.run(names, Thread(meter=meter or Meter(150_000, 24 << 20)))


@pytest.mark.parametrize("text", ESCAPES)
def test_there_is_no_way_out(text: str) -> None:
    with pytest.raises((CompileErrors, EvalError)):
        _attempt(text)


EXPLOSIONS = [
    "x = 'a' * 10000000000",
    "x = ['a'] * 10000000000",
    "x = (1,) * (1 << 40)",
    "x = 1 << 1000000000",
    "x = 10\nwhile True: x = x * x",
    "x = 'a'\nwhile True: x = x + x",
    "x = [1]\nwhile True: x = x + x",
    "x = [1]\nwhile True: x.extend(x)",
    "x = [1]\nwhile True: x += x",
    "x = 'ab'\nwhile True: x = x.replace('a', 'aa').replace('b', 'bb')",
    "x = 'ab'\nwhile True: x = x.join([x, x])",
    "x = 'ab'\nwhile True: x = '%s%s' % (x, x)",
    "x = 'ab'\nwhile True: x = '{}{}'.format(x, x)",
    "x = [1]\nwhile True: x = [x, x, x, x]\ny = 1",
    "x = [1]\nfor i in range(60):\n  x = [x, x]\nend\ny = str(x)",
    "x = {}\nfor i in range(60):\n  x = {1: x, 2: x}\nend\ny = repr(x)",
    "x = [1]\nfor i in range(60):\n  x = [x, x]\nend\ny = '%s' % x",
    "while True: x = 1",
    "for i in range(1 << 30): x = i",
    "x = [i for i in range(1 << 30)]",
    "x = {i: 1 for i in range(1 << 30)}",
    "x = [(a, b, c, d) for a in range(999) for b in range(999) for c in range(999) for d in range(999)]",
    "x = list(range(1 << 31 - 1))",
    "x = sorted(range(1 << 30))",
    "x = dict(enumerate(range(1 << 30)))",
    "x = set(range(1 << 30))",
    "x = max(*range(1 << 30))",
    "x = any([False for i in range(1 << 30)])",
    "def f(): return f()\nx = f()",
    "def f(n): return f(n - 1) + f(n - 2)\nx = f(60)",
    "f = lambda n: f(n - 1) + f(n - 2) if n > 1 else 1\nx = f(60)",
    "def f(*args): return f(*args)\nx = f(1)",
    "def f(x): return sorted([x], key=f)\nx = f(1)",
    "def f(x): return max([x, x], key=f)\nx = f(1)",
    "def f(**kw): return f(**kw)\nx = f(a=1)",
    "x = []\nfor i in range(100000): x = [x]\ny = str(x)",
    "x = []\nfor i in range(100000): x = [x]\ny = x == [x]",
    "x = ()\nfor i in range(100000): x = (x,)\ny = {x: 1}",
    "x = 3\nfor i in range(1000): x = x * x\ny = str(x)",
    "x = int('9' * 10000000)",
    "x = " + "(" * 5000 + ")" * 5000,
    "x = " + "[" * 5000 + "]" * 5000,
    "x = " + "not " * 5000 + "True",
    "x = " + "-" * 5000 + "1",
    "x = " + "lambda: " * 5000 + "1",
    "x = 1 " + "if True else 1 " * 5000,
    "if True:\n" * 500 + "end\n" * 500,
    "x = " + "{1:" * 5000 + "1" + "}" * 5000,
    "x = " + "1 + " * 30000 + "1",
    "x = a" + ".b" * 30000,
    "x = list(('a' * 10000000).elems())",
    "x = list(range(100000))\nwhile x: x.remove(x[-1])",
    "x = list(range(100000))\nwhile True: x.insert(0, 1)",
    "x = sorted(('a' * 10000000).codepoint_ords())",
    "x = ('é' * 10000000).upper()",
    "x = (1,)\nfor i in range(60): x = (x, x)\ny = {x: 1}",
    "x = [0] * 16\ny = [0] * 16\nfor i in range(8):\n  x = [x] * 16\n  y = [y] * 16\nend\nz = x == y",
    "x = [i for i in range(30000)]\ny = sorted(x, key=lambda v: -v)",
    "x = 'a' * 10000\nfor i in range(10000): y = [x.upper(), x.title(), x == x + '']",
]


@pytest.mark.parametrize("text", EXPLOSIONS)
def test_nothing_uses_the_machine_up(text: str) -> None:
    with pytest.raises((CompileErrors, EvalError)):
        _attempt(text)


LONG = {
    "a long string": ("'ab' * 200000", [
        "x.upper()", "x.count('c')", "x.find('bb')", "'c' in x", "x == y", "x < y", "x.split('c')", "x.strip()", "x[1:]",
        "x.partition('c')", "x.title()", "x.isalnum()", "x.startswith('b')", "hash(x)", "repr(x)", "x + x", "x * 2",
        "x.join(['a', 'b'])", "x.splitlines()", "'{}'.format(x)", "list(x.elems())", "x.replace('a', 'b')",
    ]),
    "a long string that is not ASCII": ("'é' * 200000", ["len(x)", "x[5]", "x[1:]", "x.lower()", "x < y", "x.split()"]),
    "a long list": ("list(range(20000))", [
        "x == y", "x < y", "-1 in x", "x[1:]", "x + x", "x * 2", "max(x)", "sorted(x)", "tuple(x)", "reversed(x)", "any(x)",
        "zip(x, x)", "enumerate(x)", "repr(x)", "x[::-1]", "dict(zip(x, x))", "set(x)", "all(x)", "tuple(x) in {}",
        "f(*x)", "'%s' % x", "'a' in x",
    ]),
    "a large dict": ("{str(i): i for i in range(20000)}", [
        "x == y", "x.items()", "x.keys()", "x.values()", "dict(x)", "sorted(x)", "str(x)", "f(**x)", "list(x)",
    ]),
    "a large set": ("set(range(20000))", ["x | y", "x & y", "x ^ y", "x == y", "x.union(y)", "list(x)"]),
    "a large integer": ("(1 << 511) * 3", ["x + 1", "x - 1", "-x", "~x", "x & y", "x | y", "x ^ y", "x >> 1", "x == y"]),
}  # fmt: skip


@pytest.mark.parametrize(("made", "operation"), [
    pytest.param(made, one, id=f"{name}: {one}") for name, (made, operations) in LONG.items() for one in operations
])  # fmt: skip
def test_a_pass_over_what_is_large_takes_steps(made: str, operation: str) -> None:
    grow = "for i in range(10): x = x * x\n" if "<<" in made else ""
    meter = Meter(10_000_000, 1 << 30)
    text = f"def f(*a, **k): return 1\ndef g(x, y): return {operation}\nx = {made}\n{grow}y = x + 0 if type(x) == 'int' else {made}"
    space = _attempt(text, meter)
    before = meter.used
    call(space["g"], [space["x"], space["y"]])
    assert meter.used - before > 500


def test_a_call_takes_more_steps_than_a_turn_of_a_loop() -> None:
    called, looped = Meter(), Meter()
    _attempt("def f(): return 1\nfor i in range(100): f()", called)
    _attempt("for i in range(100): i", looped)
    assert called.used > 5 * looped.used


@pytest.mark.parametrize("text", ["x = ('%%' * 20000) % 1", "x = ('{{' * 20000 + '}').format()"])
def test_formats_take_their_steps_before_they_are_filled_in(text: str) -> None:
    with pytest.raises(EvalError) as caught:
        _attempt(text, Meter(10_000))
    assert caught.value.budget


def test_a_budget_error_cannot_be_caught_by_the_program() -> None:
    def attempt(function: Any) -> Any:
        from oakum.template.modules.assert_ import assert_module

        return assert_module().members["try_to"](function)

    text = "def f():\n  while True: x = 1\nend\nwhile True: try_to(f)\n"
    program = compile_program(text, "t.star", predeclared={"try_to"})
    with pytest.raises(EvalError) as caught:
        program.run({"try_to": Builtin("try_to", attempt)}, Thread(meter=Meter(1000)))
    assert caught.value.budget


def _repeat(times: int, meter: Meter) -> None:
    for _ in range(times):
        _attempt("for i in range(1000): x = i", meter)


def test_the_budget_is_shared_by_all_threads_of_a_run() -> None:
    with pytest.raises(EvalError):
        _repeat(1000, Meter(max_steps=100_000))


def test_programs_do_not_share_globals() -> None:
    _attempt("len = 5\nstr = 6\ny = len + str")
    assert _attempt("x = len('abc')")["x"] == 3


def test_what_a_program_prints_is_all_it_can_do_to_the_world(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    compile_program("print('a', [1])", "t.star").run({}, Thread(print=said.append))
    assert said == ["a [1]"]
    assert list(tmp_path.iterdir()) == []
