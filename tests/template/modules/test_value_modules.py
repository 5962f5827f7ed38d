"""assert, ip, math, module, struct, version: values in, values out, and the messages between."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from oakum.starlark import Failure
from oakum.template.convert import to_yaml
from oakum.template.modules import find_module


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("assert.equals(1, 1.0)", None),
        ("assert.try_to(lambda: 5)", (5, None)),
        ("assert.try_to(lambda: fail('x'))", (None, "fail: x")),
        ("assert.try_to(lambda: assert.fail('x'))", (None, "assert.fail: fail: x")),
        ("assert.min(3).check(3) and assert.max('c').check('b') and assert.max(['b', 2]).check(('a', 1))", None),
        ("assert.min_len(1).check('a') and assert.max_len(2).check({})", True),
        ("assert.one_of(range(3)).check(2) and assert.one_not_null(range(3)).check({1: True})", True),
        ("assert.not_null().check(0) and assert.not_null(0) and assert.one_of(1, 2).check(2)", True),
        ("assert.one_not_null().check({'a': 1, 'b': None})", True),
        ("assert.one_not_null(['a', 'zz']).check({'a': 1, 'b': 2})", True),
        ("ip.parse_addr('10.0.0.1').string() + str(ip.parse_addr('::1').is_ipv6())", "10.0.0.1True"),
        ("ip.parse_addr('::ffff:1.2.3.4').string()", "1.2.3.4"),
        ("ip.parse_addr('2001:DB8::0:1').string()", "2001:db8::1"),
        ("[net.string() for net in [ip.parse_cidr(c)[1] for c in ['::/0', '::1/128', '::1/0', '0.0.0.1/8']]]",
         ["::/0", "::1/128", "::/0", "0.0.0.0/8"]),
        ("[p.string() for p in ip.parse_cidr('10.0.0.5/8')]", ["10.0.0.5", "10.0.0.0/8"]),
        ("ip.parse_cidr('2001:db8::5/32')[1].addr().string()", "2001:db8::"),
        ("math.ceil(1.2) + math.floor(1.8)", 3),
        ("math.round(2.5) + math.round(-2.5)", 0.0),
        ("math.log(8, 2) + math.log(math.e)", 4.0),
        ("math.pow(2, 10) + math.sqrt(9) + math.hypot(3, 4)", 1032.0),
        ("math.degrees(math.pi)", 180.0),
        ("str(math.exp(1e6)) + str(math.sqrt(-1))", "+InfNaN"),
        ("struct.make(a=1, b=[2]).b", [2]),
        ("struct.make_and_bind(struct.make(n=2), f=lambda self, x: self.n + x, k=1).f(3)", 5),
        ("struct.bind(lambda a, b, c: [a, b, c], 1, 2)(3)", [1, 2, 3]),
        ("struct.encode({'a': {'b': [{'c': 1}]}}).a.b[0].c", 1),
        ("struct.decode(struct.make(a=struct.make(b=1)))", {"a": {"b": 1}}),
        ("str(struct.make(a=1))", "struct(...)"),
        ("str(module.make('m', a=1)) + str(module.make('m', a=1).a)", '<module "m">1'),
    ],
)
def test_results(value: Callable[[str], Any], expression: str, expected: Any) -> None:
    found = value(expression)
    assert found == expected or (expected is None and found in (None, True))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("assert.equals(1)", "assert.equals: got 1 arguments, want 2"),
        ("assert.equals(len, 1)", "assert.equals: expected argument not to be a function, but was *starlark.Builtin"),
        ("assert.equals({'a': 1}, {'a': 2})",
         "assert.equals: Not equal:\n(expected type: dict)\na: 1\n\n\n(was type: dict)\na: 2\n"),
        ("assert.try_to(5)", "assert.try_to: expected argument to be a function, but was starlark.Int"),
        ("assert.min(3).check(2)", "fail: value < 3"),
        ("assert.min(3).check('a')", "string >= int not implemented"),
        ("assert.max_len(2).check('abc')", "fail: length = 3"),
        ("assert.min_len('a')", "assert.min_len: expected value to be an number, but was string"),
        ("assert.not_null(None)", "assert.not_null: fail: value is null"),
        ("assert.not_null().check()", "function lambda missing 1 argument (value)"),
        ("assert.max_len(float('inf'))", "assert.max_len: expected value to be an number, but was float"),
        ("assert.one_of(1, 2).check(3)", "fail: not one of allowed values"),
        ("assert.one_of('ab')", "assert.one_of: expected a sequence, but was a 'string'"),
        ("assert.one_of()", "assert.one_of: got 0 arguments, want at least 1"),
        ("assert.one_not_null(False)", "assert.one_not_null: one_not_null() cannot be False"),
        ("assert.one_not_null(13)", "assert.one_not_null: expected a sequence of keys, but was a 'int'"),
        ("assert.one_not_null().check({'a': None})", "check: all values are null"),
        ("assert.one_not_null().check({'a': 1, 'b': 2})", 'check: ["a", "b"] are not null'),
        ("assert.one_not_null().check(5)", "check: value must be a map or dict, but was 'int'"),
        ("ip.parse_addr('1.2.3')", "ip.parse_addr: invalid IP address: 1.2.3"),
        ("ip.parse_addr('010.0.0.1')", "ip.parse_addr: invalid IP address: 010.0.0.1"),
        ("ip.parse_addr('fe80::1%eth0')", "ip.parse_addr: invalid IP address: fe80::1%eth0"),
        ("ip.parse_cidr('10.0.0.5/33')", "ip.parse_cidr: invalid CIDR address: 10.0.0.5/33"),
        ("math.ceil('a')", "ceil: expected float value, but was starlark.String"),
        ("math.pow(1)", "pow: expected exactly two arguments"),
        ("math.mod(1)", "round: expected exactly two arguments"),
        ("struct.make(1)",
         "struct.make: unexpected positional arguments (structs are made from keyword arguments only)"),
        ("struct.bind(len)", "struct.bind: expected at least two arguments"),
        ("struct.make(foa=1).foo", "struct has no .foo field or method (did you mean .foa?)"),
        ("struct.make(a=1)['b']", 'key "b" not in struct'),
        ("version.require_at_least('1.0')",
         "version.require_at_least: version string '1.0' must be a valid semver"),
        ("version.require_at_least('1.0.0')", "version.require_at_least: Malformed version: develop"),
    ],
)  # fmt: skip
def test_messages(message: Callable[[str], str], expression: str, expected: str) -> None:
    assert message(expression) == expected


@pytest.mark.parametrize(
    ("expression", "refusal"),
    [
        ("ip.parse_addr('::1')", "Unable to convert value: @ytt:ip.addr does not automatically encode (hint: use .string())"),
        ("url.parse('x')", "Unable to convert value: @ytt:url.value does not automatically encode (hint: use .string())"),
        ("assert.min(1)", "Unable to convert value: @ytt:assert.assertion does not encode (did you mean to call check()?)"),
    ],
)  # fmt: skip
def test_opaque_values_are_no_yaml(value: Callable[[str], Any], expression: str, refusal: str) -> None:
    with pytest.raises(Failure) as caught:
        to_yaml(value(expression))
    assert caught.value.message == refusal


def test_math_warns_through_what_it_is_given() -> None:
    said: list[str] = []
    found = find_module("math", said.append)
    assert found is not None
    assert found["math"].members["fabs"](-1) == 1.0
    assert found["math"].members["pi"] == math.pi
    assert said[0].startswith("\nWarning: a function from the @ytt:math module is used")


def test_there_is_no_other_module() -> None:
    assert find_module("nope") is None


def test_an_assertion_that_fails_shows_where_it_was_made(value: Callable[..., Any]) -> None:
    from oakum.starlark import EvalError

    with pytest.raises(EvalError) as caught:
        value("assert.min(3).check(2)")
    assert [(frame.function, frame.file) for frame in caught.value.frames] == [
        ("lambda", "assert.min"), ("<toplevel>", "t"),
    ]  # fmt: skip
