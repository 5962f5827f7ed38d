"""Operators: values, types and messages."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.starlark import EvalError, equal
from oakum.starlark.indexing import get_slice
from oakum.starlark.operators import floor_divide, modulo


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 / 2", 3.5),
        ("-7 // 2", -4),
        ("-7.5 // 2", -4.0),
        ("-7 % 3", 2),
        ("-7.5 % 2", -1.5),
        ("7 % -3", -2),
        ("1 + 1.5", 2.5),
        ("[3 - 1, 3 - 1.5, 1.5 - 3]", [2, 1.5, -1.5]),
        ("2 * 1.5", 3.0),
        ("'ab' * 2", "abab"),
        ("2 * [1]", [1, 1]),
        ("(1,) * 0", ()),
        ("[1] + [2]", [1, 2]),
        ("~5", -6),
        ("6 & 3 | 8 ^ 1", 11),
        ("-8 >> 1", -4),
        ("True == 1", False),
        ("1 == 1.0", True),
        ("[1, True] == [1, 1]", False),
        ("{1: 'a'} == {1.0: 'a'}", True),
        ("[1] == (1,)", False),
        ("set([1, 2]) == set([2, 1])", True),
        ("list(set([1, 2]) ^ set([3, 2]))", [1, 3]),
        ("list(set([1, 2, 3]) & set([4, 3, 2]))", [2, 3]),
        ("range(0) == range(5, 5)", True),
        ("None == None", True),
        ("'a' == None", False),
        ("False == None", False),
        ("0 == False", False),
        ("len({1: 'a', True: 'b'})", 2),
        ("{True: 1, False: 2, (True, 1): 3}.keys()", [True, False, (True, 1)]),
        ("True in {1: 'a'}", False),
        ("[] in {}", False),
        ("False in [0]", False),
        ("'é' > 'z'", True),
        ("[1, 2] < [1, 3]", True),
        ("(1,) < (1, 0)", True),
        ("False < True", True),
        ("1 < 1.5", True),
        ("3 in range(0, 10, 3)", True),
        ("set([3, 1]) | set([2])", None),
        ("'a' not in 'cab'", False),
    ],
)
def test_results(value: Callable[[str], Any], expression: str, expected: Any) -> None:
    found = value(expression)
    if expected is not None:
        assert found == expected
        assert type(found) is type(expected) or isinstance(found, type(expected))


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("1 + 'a'", "unknown binary op: int + string"),
        ("True + 1", "unknown binary op: bool + int"),
        ("[1] + (2,)", "unknown binary op: list + tuple"),
        ("{} + {}", "unknown binary op: dict + dict"),
        ("{} | {}", "unknown binary op: dict | dict"),
        ("set([1]) - set([1])", "unknown binary op: set - set"),
        ("[1] - [1]", "unknown binary op: list - list"),
        ("1 - True", "unknown binary op: int - bool"),
        ("-'a'", "unknown unary op: - string"),
        ("~1.5", "unknown unary op: ~ float"),
        ("1 / 0", "real division by zero"),
        ("1 // 0", "floored division by zero"),
        ("1 % 0", "integer modulo by zero"),
        ("1.0 % 0", "float modulo by zero"),
        ("1 << 600", "shift count too large: 600"),
        ("1 << -1", "negative shift count: -1"),
        ("1 < 'a'", "int < string not implemented"),
        ("None < 1", "NoneType < int not implemented"),
        ("{} < {}", "dict < dict not implemented"),
        ("1 in 'abc'", "'in <string>' requires string as left operand, not int"),
        ("1 in 5", "unknown binary op: int in int"),
        ("{'a': 1, 'a': 2}", None),
        ("{1: 'a', 1.0: 'c'}", "duplicate key: 1"),
        ("{[]: 1}", "unhashable type: list"),
        ("{(1, []): 1}", "unhashable type: list"),
        ("{}['z']", 'key "z" not in dict'),
        ("[1, 2, 3][5]", "list index 5 out of range [-3:2]"),
        ("()[0]", "index 0 out of range: empty tuple"),
        ("'abc'[9]", "string index 9 out of range [-3:2]"),
        ("range(3)[3]", "range index 3 out of range [-3:2]"),
        ("[1]['a']", "list index: got string, want int"),
        ("5[0]", "unhandled index operation int[int]"),
        ("5[0:1]", "invalid slice operand int"),
        ("[1][::0]", "zero is not a valid slice step"),
        ("[1]['a':]", "invalid start index: got string, want int"),
        ("[1].foo", "list has no .foo field or method"),
        ("'a'.splitt", "string has no .splitt field or method (did you mean .split?)"),
    ],
)
def test_messages(fails: Callable[[str], EvalError], expression: str, message: str | None) -> None:
    assert fails(f"x = ({expression})").message == (message or 'duplicate key: "a"')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a, b = [1]", "too few values to unpack (got 1, want 2)"),
        ("a, b = (1, 2, 3)", "too many values to unpack (got 3, want 2)"),
        ("a, b = 5", "got int in sequence assignment"),
        ("a, b = 'xy'", "got string in sequence assignment"),
        ("for a, b in [1]: a = 1", "got int in sequence assignment"),
        ("for x in 'abc': x = 1", "string value is not iterable"),
        ("x = [1 for y in 5]", "int value is not iterable"),
        ("l = [1]\nfor x in l: l.append(x)", "append: cannot append to list during iteration"),
        ("l = [1]\nfor x in l: l += [2]", "cannot apply += to list during iteration"),
        ("l = [1]\nfor x in l: l[0] = 2", "cannot assign to element of list during iteration"),
        ("d = {1: 1}\nfor k in d: d[k] = 2", "cannot insert into hash table during iteration"),
        ("d = {1: 1}\nfor k in d: d.pop(k)", "pop: cannot delete from hash table during iteration"),
        ("s = 'a'\ns[0] = 'b'", "string value does not support item assignment"),
        ("l = [1]\nl[3] = 1", "list index 3 out of range [-1:0]"),
        ("l = [1]\nl['a'] = 1", "got string, want int"),
        ("x = 5\nx.y = 1", "can't assign to .y field of int"),
        ("x = [y for i in [1]]\ny = 1", "global variable y referenced before assignment"),
        ("def f():\n  x = y\n  y = 1\nend\nf()", "local variable y referenced before assignment"),
        ("def f(): return len\nf()\nlen = 1", "global variable len referenced before assignment"),
    ],
)
def test_messages_of_statements(fails: Callable[[str], EvalError], text: str, message: str) -> None:
    assert fails(text).message == message


def test_a_loop_that_was_left_frees_its_list(run: Callable[[str], Any]) -> None:
    assert run("l = [1, 2]\nfor x in l: break\nl.append(3)")["l"] == [1, 2, 3]


def test_a_list_is_extended_in_place(run: Callable[[str], Any]) -> None:
    assert run("a = [1]\nb = a\nb += (2,)")["a"] == [1, 2]


@given(st.integers(), st.integers().filter(bool))
def test_division_and_remainder_make_the_number_again(a: int, b: int) -> None:
    assert floor_divide(a, b) * b + modulo(a, b) == a


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False).filter(bool))
def test_float_remainder_has_the_sign_of_the_dividend(a: float, b: float) -> None:
    result = modulo(a, b)
    assert result == 0 or math.copysign(1, result) == math.copysign(1, a)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text("ab", max_size=2),
    lambda inner: st.tuples(inner, inner),
    max_leaves=6,
)


@given(VALUES, VALUES)
def test_equality_is_symmetric_and_bools_are_no_numbers(a: Any, b: Any) -> None:
    assert equal(a, b) is equal(b, a)
    if isinstance(a, bool) and not isinstance(b, bool):
        assert not equal(a, b)


ENDS = st.none() | st.integers(-7, 7)
STEPS = st.integers(-3, 3).filter(bool)


@given(st.integers(-4, 4), st.integers(-4, 4), STEPS, ENDS, ENDS, STEPS | st.none())
def test_a_slice_of_a_range_holds_what_the_slice_of_its_list_does(
    start: int, stop: int, step: int, first: int | None, last: int | None, by: int | None
) -> None:
    whole = range(start, stop, step)
    assert list(get_slice(whole, first, last, by)) == list(whole)[first:last:by]


@pytest.mark.parametrize(("expression", "expected"), [
    ("range(5)[:0]", "range(0)"), ("range(5)[7:]", "range(5, 5)"), ("range(5)[-9::-2]", "range(-1, -1, -2)"),
])  # fmt: skip
def test_a_slice_of_a_range_that_holds_nothing_says_where_it_would_be(
    value: Callable[[str], Any], expression: str, expected: str
) -> None:
    assert value(f"str({expression})") == expected
