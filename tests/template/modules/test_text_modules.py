"""base64, digests, json, regexp, toml, url, yaml: text in, text out, and the messages between."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.template.modules.url_syntax import Encoding, escape, unescape


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("base64.encode('pässwörd ✓')", "cMOkc3N3w7ZyZCDinJM="),
        ("base64.encode('??>>subjects?', url=True)", "Pz8-PnN1YmplY3RzPw=="),
        ("base64.encode('a', raw=True)", "YQ"),
        ("base64.decode('YWI\\n=')", "ab"),
        ("base64.decode('YQ', raw=True)", "a"),
        ("base64.decode('/wD+')", "\udcff\x00\udcfe"),
        ("base64.decode('YR==')", "a"),
        ("md5.sum('data')", "8d777f385d3dfec8815d20f7496026dc"),
        ("sha256.sum('')[:8]", "e3b0c442"),
        ("json.encode({'b': 1, 'a': [1.0, 1e21, '<&>', None]})", '{"a":[1,1e+21,"\\u003c\\u0026\\u003e",null],"b":1}'),
        ("json.encode(['<'], indent=2, escape_html=False)", '[\n  "<"\n]'),
        ("json.encode({}, indent=4) + json.encode([])", "{}[]"),
        ("json.decode('{\"b\": 1, \"a\": [true, null, \"\\\\u00e9\"]}')", {"a": [True, None, "é"], "b": 1.0}),
        ("type(json.decode('1'))", "float"),
        ("yaml.encode({'a': [1, {'b': 'y'}]})", 'a:\n- 1\n- b: "y"\n'),
        ("yaml.encode(None) + yaml.encode({})", "{}\n"),
        ("yaml.decode('{b: 1, a: [x, 2.5]}')", {"b": 1, "a": ["x", 2.5]}),
        ("yaml.decode('')", None),
        ("toml.encode({'b': 1, 'a': {'x': [1, 2]}, 'c': 1.0, 'd': True, 'e': 's\"q'})",
         'b = 1\nc = 1.0\nd = true\ne = "s\\"q"\n\n[a]\n  x = [1, 2]\n'),
        ("toml.encode({'a': {'b': {'c': 1}}, 't': [{'x': 1}, {'x': 2}], 'n': None})",
         "[a]\n  [a.b]\n    c = 1\n\n[[t]]\n  x = 1\n\n[[t]]\n  x = 2\n"),
        ("toml.encode({'a b': [1, 'x', {'k': 2}]})", '"a b" = [1, "x", {k = 2}]\n'),
        ("toml.decode('b = 1\\na = [1.5]\\n[t]\\nx = \"y\"')", {"a": [1.5], "b": 1, "t": {"x": "y"}}),
        ("regexp.match('^v[0-9]+$', 'v12') and not regexp.match('^b', 'a\\nb')", True),
        ("regexp.match('(?m)^b$', 'a\\nb\\nc')", True),
        ("regexp.replace('x*', 'abc', '-')", "-a-b-c-"),
        ("regexp.replace('(?P<k>\\\\w+)=(?P<v>\\\\w+)', 'a=1 b=2', '${v}:${k}')", "1:a 2:b"),
        ("regexp.replace('(o)', 'foo', '$1x')", "f"),
        ("regexp.replace('(o)', 'foo', '${1}x$$')", "fox$ox$"),
        ("regexp.replace('é', 'éa', lambda m: m + m)", "ééa"),
        ("regexp.replace('', 'é', '.')", ".é."),
        ("url.path_segment_encode(\"a b/c?d&e=f+g~é:@$'()*!,;\")", "a%20b%2Fc%3Fd&e=f+g~%C3%A9:@$%27%28%29%2A%21%2C%3B"),
        ("url.query_param_value_decode('a+b%2Fc%20d')", "a b/c d"),
        ("url.query_params_encode({'z': ['1', '2'], 'a': ['x y'], 'e': ['']})", "a=x+y&e=&z=1&z=2"),
        ("url.query_params_decode('z=1;a=x+y&z=2&flag')", {"a": ["x y"], "flag": [""], "z": ["1", "2"]}),
        ("url.parse('http://bob@h:80/a%20b?q#f').without_user().string()", "http://h:80/a%20b?q#f"),
        ("url.parse('https://alice:s3cr%40t@h').user.password", "s3cr@t"),
        ("url.parse('http://[::1]:80/').hostname() + url.parse('http://[::2]/').hostname() + url.parse('mailto:a@b.c').string()", "::1::2mailto:a@b.c"),
    ],
)  # fmt: skip
def test_results(value: Callable[[str], Any], expression: str, expected: Any) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("base64.encode()", "base64.encode: expected exactly one argument"),
        ("base64.encode(1)", "base64.encode: expected a string, but was int"),
        ("base64.decode('!')", "base64.decode: illegal base64 data at input byte 0"),
        ("base64.decode('YW')", "base64.decode: illegal base64 data at input byte 0"),
        ("base64.decode('YR==', strict=True)", "base64.decode: illegal base64 data at input byte 2"),
        ("json.encode(1, foo=2)", "json.encode: invalid argument name: foo"),
        ("json.encode(1, indent=9)", "json.encode: indent value must be between 0 and 8"),
        ("json.encode({1: 2})", "(p) Expected key to be string"),
        ("json.encode(lambda: 1)", "(p) unknown type *starlark.Function for conversion to go value"),
        ("json.decode('{')", "json.decode: unexpected end of JSON input"),
        ("json.decode('1 2')", "json.decode: invalid character '2' after top-level value"),
        ("yaml.decode('a: b: c')", "yaml.decode: yaml: line 1: mapping values are not allowed in this context"),
        ("yaml.decode('--- 1\\n--- 2')", "yaml.decode: Expected to find exactly one YAML document"),
        ("yaml.decode('a: 1\\na: 2')", "(p) Unexpected duplicate key: a"),
        ("toml.encode([1])", "toml.encode: toml: top-level values must be Go maps or structs"),
        ("toml.encode({'a': [None]})", "toml.encode: toml: cannot encode array with nil element"),
        ("regexp.match('(', 'a')", "regexp.match: error parsing regexp: missing closing ): `(`"),
        ("regexp.match('[z-a]', 'a')", "regexp.match: error parsing regexp: invalid character class range: `z-a`"),
        ("regexp.match('*a', 'a')",
         "regexp.match: error parsing regexp: missing argument to repetition operator: `*`"),
        ("regexp.match('a{1001}', 'a')", "regexp.match: error parsing regexp: invalid repeat count: `{1001}`"),
        ("regexp.match('(?=a)', 'a')",
         "regexp.match: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"),
        ("regexp.match('a')", "regexp.match: expected exactly two arguments"),
        ("regexp.replace('a', 'a', lambda m: 5)", "regexp.replace: expected a string, but was int"),
        ("url.parse('http://a b/')", 'url.parse: parse "http://a b/": invalid character " " in host name'),
        ("url.parse(':x')", 'url.parse: parse ":x": missing protocol scheme'),
        ("url.parse('http://[::1')", "url.parse: parse \"http://[::1\": missing ']' in host"),
        ("url.query_param_value_decode('%zz')", 'url.query_param_value_decode: invalid URL escape "%zz"'),
        ("url.query_params_encode({'a': [1]})",
         "url.query_params_encode: expected array value to be string, but was int64"),
    ],
)  # fmt: skip
def test_messages(message: Callable[[str], str], expression: str, expected: str) -> None:
    assert message(expression) == expected


@given(st.text(st.characters(codec="utf-8")), st.sampled_from([Encoding.PATH_SEGMENT, Encoding.QUERY]))
def test_what_was_escaped_is_unescaped(text: str, encoding: Encoding) -> None:
    assert unescape(escape(text, encoding), encoding) == text
