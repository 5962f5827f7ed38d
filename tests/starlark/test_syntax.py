"""Expressions and statements: what does not parse, in go-starlark's words, and what does."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oakum.starlark import SyntaxErrors

Refused = Callable[..., list[tuple[str, int]]]
MISMATCHED = "mismatched set of block openings (if/else/elif/for/def) and closing (end)"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("x = 1 1\ny = 'open", "got int literal, want newline", 1),
        ("x = 1\ny = 'open", "unexpected EOF in string", 2),
        ("x = 1 +", "got newline, want primary expression", 1),
        ("x = [1, 2\nreturn x", "got return, want ']'", 2),
        ("x = f(1 2)", "got int literal, want ','", 1),
        ("if x\n  y = 1\nend", "got newline, want ':'", 2),
        ("x = 1 < 2 < 3", "< does not associate with < (use parens)", 1),
        ("x = 1 == 2 in []", "== does not associate with in (use parens)", 1),
        ("x = 'a' 'b'", "got string literal, want newline", 1),
        ("x = 1 if True", "conditional expression without else clause", 1),
        ("x = a not b", "got identifier, want in", 1),
        ("x = 1,", "unparenthesized tuple with trailing comma", 1),
        ("x = a && b", "got '&', want primary expression", 1),
        ("pass", "use of reserved keyword 'pass' is not allowed", 1),
        ("class = 1", "got illegal token, want primary expression", 1),
        ("x = a.and", "use of reserved keyword 'and' is not allowed (expected identifier)", 1),
        ("x = a.1", "got float literal, want newline", 1),
        ("def 1(): return 1", "not an identifier", 1),
        ("f(1=2)", "keyword argument must have form name=expr", 1),
        ("if True:\n  x = 1", MISMATCHED, 1),
        ("x = 1\nif True:\n  for y in []:\n  end", MISMATCHED, 2),
        ("end", "unexpected end", 1),
        ("if True:\nend\nend\nx = 1", "unexpected end", 4),
        ("load(1)", "first operand of load statement must be a string literal", 1),
        ("load('m')", "load statement must import at least 1 symbol", 1),
        ("load('m', a)", 'load operand must be "a" or a="originalname" (want \'=\' after a)', 1),
        ("load('m', a=b)", 'original name of loaded symbol must be quoted: a="originalname"', 1),
        ("load('m', 1)", 'load operand must be "name" or localname="name" (got int literal)', 1),
    ],
)
def test_what_is_no_program_is_refused(refused: Refused, text: str, message: str, line: int) -> None:
    assert refused(text) == [(message, line)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("return 1", "return statement not within a function"),
        ("break", "break not in a loop"),
        ("def f(): continue", "continue not in a loop"),
        ("for x in []:\n  def f(): continue\nend", "runtime error: index out of range [-1]"),
        ("def f():\n  load('m', 'x')\nend", "load statement within a function"),
        ("load('m', '_x')", "load: names with leading underscores are not exported: _x"),
        ("1 = 2", "can't assign to literal"),
        ("foo(1) = 2", "can't assign to callexpr"),
        ("[1][0:1] = 2", "can't assign to sliceexpr"),
        ("(1 + 2) = 3", "can't assign to binaryexpr"),
        ("x = 1\n[x] += [1]", "can't use list expression in augmented assignment"),
        ("x = 1\nx, x += 1", "can't use tuple expression in augmented assignment"),
        ("def f(a, a): return a", "duplicate parameter: a"),
        ("def f(a=1, b): return a", "required parameter may not follow optional"),
        ("def f(**k, a): return a", "required parameter may not follow **k"),
        ("def f(*, **k): return k", "bare * must be followed by keyword-only parameters"),
        ("str(a=1, 2)", "positional argument may not follow named"),
        ("str(a=1, a=2)", "keyword argument a repeated"),
        ("str(*[], 2)", "argument may not follow *args"),
        ("str(*[], *[])", "multiple *args not allowed"),
        ("str(**{}, **{})", "multiple **kwargs not allowed"),
        ("str(" + "1," * 256 + ")", "256 positional arguments in call, limit is 255"),
        ("str(" + ",".join(f"k{i}=1" for i in range(256)) + ")", "256 keyword arguments in call, limit is 255"),
        ("str(**{}, *[])", "*args may not follow **kwargs"),
    ],
)
def test_what_stands_in_the_wrong_place_is_refused(refused: Refused, text: str, message: str) -> None:
    assert [problem for problem, _ in refused(text)] == [message]


def test_all_undefined_names_are_told_with_the_nearest_spelling(refused: Refused) -> None:
    assert refused("replicas = 1\nx = replcas\ny = nothing_like_it(x)") == [
        ("undefined: replcas (did you mean replicas?)", 2),
        ("undefined: nothing_like_it", 3),
    ]


def test_names_of_functions_are_told_after_those_of_the_top_level(refused: Refused) -> None:
    assert [line for _, line in refused("aa\ndef f(): return bb\n[cc for i in []]\nlambda: dd")] == [1, 2, 4, 3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("len = len\nx = len([1])", 1),
        ("x = 0\nif True:\n  x = 1\nend x = x + 1", 2),
        ("x = 0\nif False:\nx = 1\nelif True:\n        x = 2\nelse:\nx = 3\nend", 2),
        ("x = 0\nif True:\n  if False: x = 1\nelse:\n  x = 2\nend", 0),
        ("def f(): return 1\nx = f()", 1),
        ("def f():\nend\nx = f()", None),
        ("x = 1; y = 2; x = y", 2),
        ("x = 0\nwhile True:\n  x += 1\n  if x > 3: break\nend", 4),
        ("x = []\nfor i in range(5):\n  if i % 2: continue\n  x.append(i)\nend", [0, 2, 4]),
        ("a, (b, [c, d]) = 1, (2, [3, 4])\nx = a + b + c + d", 10),
        ("d = {}\nd['a'], d['b'] = 1, 2\nx = d", {"a": 1, "b": 2}),
        ("d = {}\nfor d['k'] in [1, 2]:\nend\nx = d", {"k": 2}),
        ("l = [1, 2]\nl[0] += 5\nx = l", [6, 2]),
        ("x = [a + b for a, b in [(1, 2), (3, 4)] if a > 1]", [7]),
        ("x = {k: v for k, v in {'a': 1}.items()}", {"a": 1}),
        ("x = [[j for j in range(i)] for i in range(3)]", [[], [0], [0, 1]]),
        ("x = (lambda a, *b, c=3, **d: [a, b, c, d])(1, 2, c=4, e=5)", [1, (2,), 4, {"e": 5}]),
        ("def f(n): return 1 if n < 2 else n * f(n - 1)\nx = f(20)", 2432902008176640000),
        ("n = 'outer'\ny = [n for n in range(3)]\nx = n", "outer"),
        ("def outer():\n  v = 1\n  def inner(): return v\n  v = 2\n  return inner()\nend\nx = outer()", 2),
        ("x = 1 + \\\n 2", 3),
        ("assert = 5\nx = assert", 5),
        ("x = 1 | 2 & 3, 1 << 2 + 1, 5 & 4 == 4", (3, 8, True)),
        ("x = not 1 == 2", True),
        ("x = -2 * 3 // 4 % 5", 3),
        ("x = 'ab' if '' or 'y' else 'no'", "ab"),
    ],
)
def test_programs_mean_what_they_say(run: Callable[..., dict[str, Any]], text: str, expected: Any) -> None:
    assert run(text)["x"] == expected


@pytest.mark.parametrize("text", ["end = 5", "x = f(end)", "if True: x = 1\nelse: x = 2", "x = 1 if True elif 2"])
def test_what_closes_a_block_is_refused_where_none_is_open(run: Callable[..., dict[str, Any]], text: str) -> None:
    with pytest.raises(SyntaxErrors, match="unexpected end"):
        run(text)
