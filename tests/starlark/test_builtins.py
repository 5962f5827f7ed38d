"""Universal functions, methods and formatting: results and messages."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oakum.starlark import EvalError, Module, Struct
from oakum.starlark.universe import UNIVERSE


def test_the_universe_is_exactly_this() -> None:
    assert " ".join(sorted(UNIVERSE)) == (
        "all any bool chr dict dir enumerate fail float getattr hasattr hash int len list max min ord print range "
        "repr reversed set sorted str tuple type zip"
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("str(1.0)", "1"),
        ("str(1e6)", "1e+06"),
        ("str(3.14159265)", "3.14159"),
        ("str(1 << 70)", "1180591620717411303424"),
        ("len(str(1 << 500 << 500 << 500)) + len('%d' % (-1 << 500))", 604),
        ("str([1, 'a', None, True, (1,), {'k': 2.5}])", '[1, "a", None, True, (1,), {"k": 2.5}]'),
        ("repr('q\"\\n\\té')", '"q\\"\\n\\té"'),
        ("str(range(1, 5, 2))", "range(1, 5, 2)"),
        ("str(set([1]))", "set([1])"),
        ("str(len)", "<built-in function len>"),
        ("str([].append)", "<built-in method append of list value>"),
        ("str('ab'.elems())", '"ab".elems()'),
        ("type(len) + type(lambda: 1) + type(None)", "builtin_function_or_methodfunctionNoneType"),
        ("len('é')", 2),
        ("'é'[0] + 'é'[1]", "é"),
        ("'héllo'[1:3]", "é"),
        ("'héllo'.find('l')", 3),
        ("'é'.upper() + 'ß'.upper() + 'ǆ'.title()", "Éßǅ"),
        ("list('hé'.codepoint_ords())", [104, 233]),
        ("list('é'.elem_ords())", [195, 169]),
        ("'aaa'.count('')", 4),
        ("' a b  c'.split(None, 1)", ["a", "b  c"]),
        ("'a\\x1cb c'.split()", ["a\x1cb", "c"]),
        ("'a b'.split(None, 0)", ["a b"]),
        ("'a,b,c'.rsplit(',', 1)", ["a,b", "c"]),
        ("'a\\n\\nb\\n'.splitlines(True)", ["a\n", "\n", "b\n"]),
        ("'a\\r\\nb'.splitlines()", ["a\r", "b"]),
        ("'xxaxx'.strip('x') + ' b '.strip()", "ab"),
        ("'none'.rpartition('=')", ("", "", "none")),
        ("'abc'.replace('', '-')", "-a-b-c-"),
        ("'hello wORLD'.title() + 'aB'.capitalize()", "Hello WorldAb"),
        ("'abc'.startswith(('a', 1))", True),
        ("'a-b'.join(['x', 'y'])", "xa-by"),
        ("'%d%% %s %r %x %c' % (3.99, 'a', 'b', 255, 65)", '3% a "b" ff A'),
        ("'%g %e %f' % (12345.678, 12345.678, 1)", "12345.678 1.234568e+04 1.000000"),
        ("'%(a)s-%(b)d' % {'a': 1, 'b': 2}", "1-2"),
        ("'{1}-{0}'.format('a', 'b') + '{x!r}'.format(x='q') + '{{}}'.format()", 'b-a"q"{}'),
        ("hash('abc') + hash('')", 96354),
        ("hash('hello world, this is long')", 2047144808),
        ("[int(text, 0) for text in ['5', '00', '-0o17', '+0B11']]", [5, 0, -15, 3]),
        ("int('0x1F', 16) + int('-7') + int('0b11', 0) + int(3.9)", 30),
        ("int('9' * 5000) % 1000", 999),
        ("int('6' * 5000, 7) % 7", 6),
        ("sorted([3, 1, 2], reverse=True)", [3, 2, 1]),
        ("sorted(['b', 'A', 'é'], key=lambda s: s.lower())", ["A", "b", "é"]),
        ("max([1, 5, 3]) + min(4, 2) + max(['a', 'bbb'], key=len).count('b')", 10),
        ("zip([1, 2], ['a', 'b', 'c'])", [(1, "a"), (2, "b")]),
        ("enumerate(['a'], 1)", [(1, "a")]),
        ("dict([('a', 1)], b=2)", {"a": 1, "b": 2}),
        ("list({'a': 1}) + list((1,)) + list(range(2))", ["a", 1, 0, 1]),
        ("reversed([1, 2])", [2, 1]),
        ("any([0, 1]) and all([]) and bool([1])", True),
        ("getattr('a,b', 'split')(',') + [getattr(1, 'x', 'd')]", ["a", "b", "d"]),
        ("hasattr([], 'append') and not hasattr([], 'sort')", True),
        ("dir(1) + dir(set())", ["union"]),
        ("chr(233) + chr(128640) + str(ord('é'))", "é🚀233"),
        ("[1, 2, 1].index(1, 1)", 2),
        ("{'a': 1}.setdefault('b', 2)", 2),
        ("float('1.5') + float(True)", 2.5),
    ],
)
def test_results(value: Callable[[str], Any], expression: str, expected: Any) -> None:
    assert value(expression) == expected


def test_dir_names_what_a_struct_and_a_module_have(value: Callable[..., Any]) -> None:
    assert value("dir(x)", x=Struct(b=1, a=2)) == value("dir(x)", x=Module("m", {"b": 1, "a": 2})) == ["a", "b"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("fail('a', [1], sep='-')", "fail: a-[1]"),
        ("len(5)", "len: value of type int has no len"),
        ("sorted(5)", "sorted: for parameter iterable: got int, want iterable"),
        ("sorted([1, 'a'])", "string < int not implemented"),
        ("max([1, 'a'])", "max: string > int not implemented"),
        ("max([])", "max: argument is an empty sequence"),
        ("max(5)", "max: int value is not iterable"),
        ("range(1, 2, 0)", "range: step argument must not be zero"),
        ("hash(5)", "hash: for parameter 1: got int, want string"),
        ("float([])", "float got list, want number or string"),
        ("float('x')", 'float: strconv.ParseFloat: parsing "x": invalid syntax'),
        ("str()", "str: got 0 arguments, want exactly 1"),
        ("type(1, 2)", "type: got 2 arguments, want exactly 1"),
        ("int('abc')", "int: invalid literal with base 10: abc"),
        ("int('0123', 0)", "int: invalid literal with base 0: 0123"),
        ("int(' 1')", "int: invalid literal with base 10:  1"),
        ("int([])", "int: cannot convert list to int"),
        ("getattr('', 'foo')", "getattr: string has no .foo field or method"),
        ("dict(5)", "dict: got int, want iterable"),
        ("dict([5])", "dict: dictionary update sequence element #0 is not iterable (int)"),
        ("zip([1], 5)", "zip: argument #2 is not iterable: int"),
        ("','.join([1])", "join: in list, want string, got int"),
        ("'a'.split('')", "split: empty separator"),
        ("'a'.split(1)", "split: got int for separator, want string"),
        ("'a'.index('z')", "index: substring not found"),
        ("'a'.startswith(1)", "startswith: got int, want string or tuple of string"),
        ("'a'.strip(1)", "strip: for parameter 1: got int, want string"),
        ("'%d' % 'a'", "%d format requires integer: cannot convert string to int"),
        ("'%5d' % 1", "unknown conversion %5"),
        ("'%s %s' % (1,)", "not enough arguments for format string"),
        ("'%s' % (1, 2)", "too many arguments for format string"),
        ("'{:>5}'.format(1)", "format spec features not supported in replacement fields: >5"),
        ("'{a.b}'.format(a=1)", "format: attribute syntax x.y is not supported in replacement fields: a.b"),
        ("'{}{1}'.format(1, 2)", "format: cannot switch from automatic field numbering to manual field specification"),
        ("'{x}'.format()", "format: keyword x not found"),
        ("'{}'.format()", "format: tuple index out of range"),
        ("[].pop()", "pop: index -1 out of range: empty list"),
        ("[1].remove(2)", "remove: element not found"),
        ("{}.pop('a')", "pop: missing key"),
        ("{}.popitem()", "popitem: empty dict"),
    ],
)
def test_messages(fails: Callable[[str], EvalError], expression: str, message: str) -> None:
    assert fails(f"x = {expression}").message == message


def test_an_integer_may_be_longer_than_python_writes(run: Callable[[str], Any]) -> None:
    made = run("x = 10\nfor i in range(13): x = x * x\ny = str(x)")["y"]
    assert made == "1" + "0" * 8192


DRAIN = """
d = {i: str(i) for i in range(300)}
first = [d.pop(i) for i in range(0, 300, 2)]
rest = [d.popitem() for i in range(100)]
d["new"] = 1
left = list(d.items())
while d: d.pop(list(d)[-1])
"""


def test_a_dict_keeps_its_order_and_gives_its_room_back_when_entries_are_taken_out(run: Callable[[str], Any]) -> None:
    space = run(DRAIN)
    assert space["first"] == [str(i) for i in range(0, 300, 2)]
    assert space["rest"] == [(i, str(i)) for i in range(1, 200, 2)]
    assert space["left"] == [*((i, str(i)) for i in range(201, 300, 2)), ("new", 1)]
    assert space["d"].holes < 100
