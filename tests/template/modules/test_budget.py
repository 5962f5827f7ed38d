"""What modules do with large values takes steps, so that no loop of it is endless."""
from __future__ import annotations

from typing import Any

import pytest

from oakum.starlark import EvalError, Meter, Thread, call, compile_program
from oakum.template.modules import FILES, find_module

LOADS = "".join(f'load("@ytt:{name}", "{name}")\n' for name in FILES)
TEXT, LIST = "'a' * 100000", "list(range(5000))"


def _load(name: str) -> Any:
    return find_module(name.removeprefix("@ytt:"))


@pytest.mark.parametrize(("made", "expression"), [
    (TEXT, "base64.encode(x)"), (TEXT, "base64.decode(x)"), (TEXT, "sha256.sum(x)"), (TEXT, "md5.sum(x)"),
    (TEXT, "json.encode(x)"), (TEXT, "yaml.encode(x)"), (TEXT, "toml.encode({'a': x})"), (TEXT, "regexp.match('b', x)"),
    (TEXT, "regexp.replace('b', x, 'c')"), ("'a' * 100", "regexp.replace('a', x, lambda s: s)"),
    ("'$1' * 100", "regexp.replace('(a)', 'aaaa', x)"), ("'(' * 200 + ')' * 200", "regexp.match(x, 'a')"),
    (TEXT, "url.path_segment_encode(x)"), (TEXT, "url.path_segment_decode(x)"), (TEXT, "url.parse('http://a/' + x)"),
    ("struct.make(**{'a%d' % i: i for i in range(2000)})", "dir(x)"),
    ("'http://a/b'", "[url.parse(x) for i in range(10)]"),
    ("'a=1&' * 1000", "url.query_params_decode(x)"), (TEXT, "url.query_params_encode({'a': [x]})"),
    (LIST, "json.encode(x)"), (LIST, "yaml.encode(x)"), (LIST, "toml.encode({'a': x})"), (LIST, "struct.encode(x)"),
    (LIST, "struct.decode(x)"), ("'[' + '1,' * 1000 + '1]'", "json.decode(x)"), ("'[' + '1,' * 1000 + '1]'", "yaml.decode(x)"),
    ("'- 1\\n' * 1000", "yaml.decode(x)"), ("'a: &a [1]\\nb: [' + '*a,' * 1000 + '1]'", "yaml.decode(x)"),
    ("'[[a]]\\n' * 1000", "toml.decode(x)"), ("'.'.join(['a'] * 50) + ' = 1'", "toml.decode(x)"),
])  # fmt: skip
def test_a_large_value_takes_steps(made: str, expression: str) -> None:
    meter = Meter(20_000_000)
    program = compile_program(f"{LOADS}x = {made}\ndef f(x): return {expression}\n", "t")
    space = program.run({}, Thread(load=_load, meter=meter))
    before = meter.used
    call(space["f"], [space["x"]])
    assert meter.used - before > 1000


@pytest.mark.parametrize("expression", [
    "regexp.match('(' * 10000 + 'a' + ')' * 10000, 'a')", "toml.decode('.'.join(['a'] * 500000) + '=1')",
    "toml.decode('a=' + '[' * 100000)", "yaml.decode('[' * 100000)", "json.decode('[' * 100000 + ']' * 100000)",
    "'%s' * 1000000 % tuple(['a' * 1000] * 1000000)", "regexp.replace('a', 'a' * 10000000, lambda s: s)",
    "sorted(range(10000000), key=lambda v: -v)", "toml.decode('a=' + '1' * 5000)",
])  # fmt: skip
def test_an_attack_ends_with_an_error_of_the_template(expression: str) -> None:
    program = compile_program(f"{LOADS}x = {expression}\n", "t")
    with pytest.raises(EvalError):
        program.run({}, Thread(load=_load))
