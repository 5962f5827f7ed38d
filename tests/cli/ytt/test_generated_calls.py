"""Generated values, methods and calls of modules that mostly fit together mean what they mean to the reference."""
from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from tests.cli.ytt.differential import EXAMPLES, check

MODULES = ["assert", "base64", "json", "yaml", "toml", "url", "regexp", "md5", "sha256", "ip", "struct", "math", "overlay"]
START = "".join(f'#@ load("@ytt:{name}", "{name}")\n' for name in MODULES) + """#@ def frag():
a: 1
b: {c: [x, 2.5, null], d: ~}
#@ end
---
#@ def rows():
- 1
- {name: x, v: [1]}
#@ end
---
"""
TEXTS = st.one_of(
    st.text(st.sampled_from("abAB019 _-.,:;/%{}[]()'\"\\\n\t$é日😀&<>=?#@+*!~"), max_size=10),
    st.sampled_from(["hello world", "a,b,c", "ABC def", "  pad ", "x=1&y=2", "line\nline\r\nend\n", "ǅ ß İ", "10", "-7", "0x1f", "1.5e3", "a.b.c", "%d%%"]),
)
STRINGS = TEXTS.map(lambda text: '"' + "".join(f"\\x{byte:02x}" if byte > 126 or byte < 32 or chr(byte) in '"\\' else chr(byte) for byte in text.encode()) + '"')
SMALL = st.integers(-4, 6).map(str)
INTEGERS = st.one_of(SMALL, st.integers(-(2**70), 2**70).map(str), st.sampled_from(["0x1F", "0o17", "0b101", "1 << 63", "(1 << 64) - 1"]))
FLOATS = st.one_of(
    st.floats(-1e6, 1e6).map(repr), st.sampled_from(["1.0", "1e21", "1e-7", "-0.0", "123456789.0", "0.1 + 0.2", "1e100", "2.5", "1e16", 'float("inf")', 'float("nan")'])
)
SCALARS = st.one_of(STRINGS, INTEGERS, FLOATS, st.sampled_from(["None", "True", "False"]))
VALUES = st.recursive(
    SCALARS,
    lambda below: st.one_of(
        st.lists(below, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(below, max_size=2).map(lambda items: f"({''.join(item + ', ' for item in items)})"),
        st.dictionaries(STRINGS, below, max_size=3).map(lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"),
    ),
    max_leaves=5,
)
LISTS = st.one_of(
    st.lists(SMALL, max_size=5).map(lambda items: f"[{', '.join(items)}]"), st.lists(STRINGS, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
    st.sampled_from(["range(5)", "range(5, 0, -2)", "range(2, 11, 3)", "(3, 1, 2)", "set([3, 1, 3])", '{"b": 1, "a": 2}', '"héllo".elems()', '"héllo".codepoints()']),
)
CONTEXT = st.sampled_from(["{}", "repr({})", "str({})", "type({})", "[{}]", "{{'k': {}}}", "json.encode({})", "yaml.encode({})", "bool({})", "({}, 1)", "len({})"])
BOUNDS = st.one_of(st.just(""), SMALL)


def _fill(shapes, **parts):
    """Texts of `shapes`, whose capitals S, I, N, F, L, V, B stand for a string, small int, int, float, list, value, bound."""
    kinds = {"S": STRINGS, "I": SMALL, "N": INTEGERS, "F": FLOATS, "L": LISTS, "V": VALUES, "B": BOUNDS, **parts}
    return st.sampled_from(shapes).flatmap(
        lambda shape: st.tuples(*(kinds.get(word, st.just(word)) for word in shape.split("~"))).map("".join)
    )


METHODS = _fill(
    ["~S~.capitalize()", "~S~.count(~S~)", "~S~.count(~S~, ~I~)", "~S~.count(~S~, ~I~, ~I~)", "~S~.endswith(~S~)", "~S~.startswith((~S~, ~S~))", "~S~.startswith(~S~, ~I~)", "~S~.find(~S~)", "~S~.find(~S~, ~I~, ~I~)", "~S~.index(~S~)",
     "~S~.isalnum()", "~S~.isalpha()", "~S~.isdigit()", "~S~.islower()", "~S~.isspace()", "~S~.istitle()", "~S~.isupper()", "~S~.join(~L~)", "~S~.lower()", "~S~.lstrip()", "~S~.strip(~S~)", "~S~.rstrip(~S~)", "~S~.partition(~S~)", "~S~.rpartition(~S~)",
     "~S~.replace(~S~, ~S~)", "~S~.replace(~S~, ~S~, ~I~)", "~S~.rfind(~S~)", "~S~.rindex(~S~)", "~S~.split()", "~S~.split(~S~)", "~S~.split(~S~, ~I~)", "~S~.split(None, ~I~)", "~S~.rsplit(None, ~I~)", "~S~.rsplit(~S~, ~I~)", "~S~.splitlines()", "~S~.splitlines(True)", "~S~.title()",
     "~S~.upper()", "list(~S~.elems())", "list(~S~.elem_ords())", "list(~S~.codepoints())", "list(~S~.codepoint_ords())", "~S~[~B~:~B~]", "~S~[~B~:~B~:~I~]", "~S~[~I~]", "~S~ in ~S~", "~S~ + ~S~", "~S~ * ~I~", "~S~ < ~S~", "hash(~S~)", "ord(~S~[0:1])", "len(~S~)", "int(~S~)", "int(~S~, ~I~)", "float(~S~)"]
)  # fmt: skip
FORMATS = _fill(
    ["'%s' % ~V~", "'%r' % (~V~,)", "'%d' % ~N~", "'%d' % ~F~", "'%i|%o|%x|%X' % (~N~, ~N~, ~N~, ~N~)", "'%e %f %g' % (~F~, ~F~, ~F~)", "'%e %f %g' % (~N~, ~N~, ~N~)", "'%c' % ~I~", "'%c' % ~S~[0:1]", "'%(a)s %(b)r' % {'a': ~V~, 'b': ~V~}", "'%s %s' % (~V~, ~V~)", "'%s' % (~V~, ~V~)",
     "'{} {}'.format(~V~, ~V~)", "'{1}{0!r}'.format(~V~, ~V~)", "'{a!s}{b!r}'.format(a=~V~, b=~V~)", "'{{{}}}'.format(~V~)", "'{} {0}'.format(~V~)", "'{a.b}'.format(a=~V~)", "'{:>5}'.format(~V~)", "'{}'.format()", "~S~.format(~V~)", "~S~ % ~V~"]
)  # fmt: skip
NUMBERS = _fill(
    ["~N~ + ~N~", "~N~ - ~F~", "~N~ * ~N~", "~N~ / ~N~", "~F~ / ~F~", "~N~ // ~N~", "~F~ // ~F~", "~N~ % ~N~", "~F~ % ~F~", "~N~ % ~F~", "~N~ & ~N~", "~N~ | ~N~", "~N~ ^ ~N~", "~N~ << ~I~", "~N~ >> ~I~", "~~~N~", "-~F~", "~N~ < ~F~", "~N~ == ~F~", "~F~ >= ~F~", "int(~F~)", "float(~N~)", "str(~F~)", "str(~N~)",
     "math.ceil(~F~)", "math.floor(~F~)", "math.round(~F~)", "math.fabs(~F~)", "math.copysign(~F~, ~F~)", "math.mod(~F~, ~F~)", "math.remainder(~F~, ~F~)", "math.sqrt(~F~)", "math.log(~N~, ~I~)", "math.log(~F~)", "math.pow(~I~, ~I~)", "math.hypot(~I~, ~I~)", "math.degrees(~I~)", "math.radians(~I~)", "math.exp(~I~)", "min(~N~, ~F~, ~I~)", "max(~N~, ~F~)"]
)  # fmt: skip
COLLECTIONS = _fill(
    ["sorted(~L~)", "sorted(~L~, reverse=True)", "sorted(~L~, key=lambda v: str(v))", "min(~L~)", "max(~L~, key=lambda v: -len(str(v)))", "list(zip(~L~, ~L~))", "zip(~L~, ~L~, ~L~)", "enumerate(~L~)", "enumerate(~L~, ~I~)", "reversed(~L~)", "list(~L~)", "tuple(~L~)", "set(~L~)", "list(set(~L~) | set(~L~))", "set(~L~) & set(~L~)", "set(~L~) ^ set(~L~)", "set(~L~).union(~L~)", "any(~L~)", "all(~L~)",
     "[i for i in ~L~ if i]", "{i: str(i) for i in ~L~}", "[(i, j) for i in ~L~ for j in ~L~ if i != j]", "[x for x in [~L~, ~L~]]", "~L~ + ~L~", "~L~ == ~L~", "list(~L~)[~B~:~B~:~B~]", "list(range(~I~, ~I~, ~I~))", "range(~I~, ~I~)[~B~:~B~]", "~I~ in ~L~", "list(~L~).index(~I~)", "list(~L~) * ~I~", "dict(zip(~L~, ~L~))", "dict([(~V~, ~V~)])", "dict({'a': 1}, b=~V~)", "{'a': ~V~}.get(~S~, ~V~)", "{'a': ~V~, 'b': 2}.items()", "{'a': 1}.pop(~S~, ~V~)", "{'a': 1}.setdefault(~S~, ~V~)", "[~V~, ~V~] < [~V~]", "~V~ == ~V~", "(lambda a, b=~I~, *c, **d: [a, b, c, d])(~V~, *~L~)", "(lambda a, *, k=1: [a, k])(~V~, k=~V~)", "getattr(struct.make(a=~V~), 'a')", "struct.make(a=~V~)", "dir(~V~)"]
)  # fmt: skip
PATTERNS = st.one_of(
    st.sampled_from(["(a+)(b)?", "^x", "[a-c]+", "(?i)AB", "(?P<n>\\\\w+)", "\\\\bx", "a{2,3}?", "(?s).", "[^a]", "\\\\d+|z", "(", "a**", "[", "(?=x)", "\\\\1", "\\\\pL", "[[:alpha:]]", "(?m)^a$", "\\\\x41", "\\\\Qa.b\\\\E", "a|b|", "(?U)a+", "x*"]).map(lambda text: f'"{text}"'),
    STRINGS,
)  # fmt: skip
URLS = st.sampled_from(['"http://u:p@h.x:80/a/b?q=1#f"', '"https://h"', '"a/b"', '"//h/p"', '"mailto:x@y"', '"http://[::1]:8/"', '":x"', '"http://h/%zz"', '"http://h/a b"', '"http://u@h"', '"?q"', '"http://h:x/"'])
ADDRESSES = st.sampled_from(['"10.0.0.5"', '"::1"', '"2001:db8::/32"', '"10.0.0.5/8"', '"::ffff:1.2.3.4"', '"1.2.3"', '"01.2.3.4"', '"fe80::1%eth0"', '"10.0.0.0/33"', '"1.2.3.4/0"', '"2001:DB8::0001"', '""'])
FLAGS = st.sampled_from(["", ", url=True", ", raw=True", ", url=True, raw=True", ", strict=True"])
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False), st.text("ab é\n\"\\/<&", max_size=5)),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("abé ", max_size=3), below, max_size=3), max_leaves=5,
)  # fmt: skip
JSONS = st.one_of(DOCUMENTS.map(json.dumps), st.text(st.sampled_from('{}[]",:1.5e-truefalsn \\u0041'), max_size=12)).map(lambda text: json.dumps(text).replace("\\u", "\\\\u") if text.isascii() else '"[]"')
YAMLS = st.sampled_from(["a: 1", "- x\\n- {b: [1, 2]}", "a: &x {b: 1}\\nc: *x", "", "a", "a: b: c", "---\\na: 1\\n---\\nb: 2", "!!str 1", "a: 1\\na: 2", "k: |\\n  t\\n", "? [a]\\n: 1", "{a: 1, <<: {b: 2}}", "a: 0x1f\\nb: 1e3\\nc: yes\\nd: ~", "# c\\na: 1 # d", "%YAML 1.1\\n---\\na: 1", "a: 2001-01-01", "5: x\\ntrue: y"]).map(lambda text: f'"{text}"')
TOMLS = st.lists(
    st.sampled_from(["a = 1", "b = 'x'", "[t]", "[t.u]", "[[r]]", "c.d = [1, 2.5]", "e = {f = true, g.h = \\\"s\\\"}", "k = 1e3", "l = inf", "\\\"q r\\\" = -7", "m = '''\\nx'''", "n = 1_000", "# c", "o", "p = 2001-01-01", "a = 2", "[t]"]), max_size=5
).map(lambda lines: '"' + "\\n".join(lines) + '"')  # fmt: skip
CALLS = _fill(
    ["json.encode(~V~)", "json.encode(~V~, indent=~I~)", "json.encode(~V~, escape_html=False)", "json.decode(~J~)", "json.decode(json.encode(~V~))", "yaml.encode(~V~)", "yaml.decode(~Y~)", "yaml.decode(yaml.encode(~V~))", "toml.encode({'k': ~V~})", "toml.encode({'a': ~V~, 'b': {'c': ~V~}}, indent=~I~)", "toml.decode(~T~)", "toml.encode(toml.decode(~T~))",
     "base64.encode(~S~~C~)", "base64.decode(base64.encode(~S~~C~)~C~)", "base64.decode(~S~~C~)", "md5.sum(~S~)", "sha256.sum(~S~)", "url.path_segment_encode(~S~)", "url.path_segment_decode(~S~)", "url.query_param_value_encode(~S~)", "url.query_param_value_decode(~S~)", "url.query_params_encode({~S~: [~S~, ~S~], ~S~: []})", "url.query_params_decode(~S~)", "url.query_params_decode('a=1&b=%20&a=2;c')",
     "url.parse(~U~).string()", "url.parse(~U~).hostname()", "url.parse(~U~).user", "url.parse(~U~).user.name", "url.parse(~U~).without_user().string()", "url.parse(~U~).user.string()", "ip.parse_addr(~A~).string()", "ip.parse_addr(~A~).is_ipv4()", "ip.parse_cidr(~A~)[0].string()", "ip.parse_cidr(~A~)[1].string()", "ip.parse_cidr(~A~)[1].addr().is_ipv6()",
     "regexp.match(~P~, ~S~)", "regexp.replace(~P~, ~S~, ~S~)", "regexp.replace(~P~, ~S~, '[$1|${n}|$$|$0]')", "regexp.replace(~P~, ~S~, lambda m: '<' + m + '>')", "struct.encode(~V~)", "struct.decode(struct.encode({'a': ~V~}))", "struct.make(a=~V~, b=1)", "struct.bind(lambda a, b: [a, b], ~V~)(~V~)",
     "assert.equals(~V~, ~V~)", "assert.equals(frag(), ~V~)", "assert.min(~N~).check(~F~)", "assert.max(~V~).check(~V~)", "assert.min_len(~I~).check(~L~)", "assert.max_len(~I~).check(~S~)", "assert.one_of(~V~, ~V~).check(~V~)", "assert.one_of([~V~]).check(~V~)", "assert.not_null(~V~)", "assert.one_not_null(['a', 'b']).check({'a': ~V~, 'b': ~V~})", "assert.fail(~S~)",
     "frag()", "rows()", "frag()['b']", "frag()['b']['c'][~I~]", "rows()[~I~]", "len(rows())", "list(frag())", "dict(frag())", "dict(**frag())", "[k for k in rows()]", "~S~ in frag()", "~I~ in rows()", "frag()[~V~]", "list(rows()) + ~L~", "frag() == ~V~", "overlay.apply(frag(), {'a': ~V~})", "overlay.apply(frag(), {'b': {'c': ~L~}})", "overlay.apply({'a': ~V~}, {'a': ~V~})", "overlay.apply(~V~, ~V~)", "overlay.subset(~V~)(0, ~V~, ~V~)", "overlay.index(~I~)(~I~, 1, 1)", "overlay.map_key('a')(0, {'a': ~V~}, {'a': ~V~})", "overlay.not_op(overlay.all)(0, 1, 1)"],
    J=JSONS, Y=YAMLS, T=TOMLS, U=URLS, A=ADDRESSES, P=PATTERNS, C=FLAGS,
)  # fmt: skip


def _lines(calls):
    return st.lists(st.tuples(CONTEXT, calls).map(lambda parts: parts[0].replace("{{", "{").replace("}}", "}").replace("{}", parts[1])), min_size=1, max_size=8)


def _shown(expressions: list[str]) -> dict[str, str]:
    return {"config.yml": START + "".join(f"- #@ assert.try_to(lambda: {expression})\n" for expression in expressions)}


@EXAMPLES
@given(_lines(METHODS))
def test_strings_have_their_methods(expressions):
    check(_shown(expressions))


@EXAMPLES
@given(_lines(FORMATS))
def test_values_are_formatted(expressions):
    check(_shown(expressions))


@EXAMPLES
@given(_lines(NUMBERS))
def test_numbers_are_computed(expressions):
    check(_shown(expressions))


@EXAMPLES
@given(_lines(COLLECTIONS))
def test_collections_are_built(expressions):
    check(_shown(expressions))


@EXAMPLES
@given(_lines(CALLS))
def test_modules_are_called(expressions):
    check(_shown(expressions))


@EXAMPLES
@given(st.one_of(METHODS, FORMATS, NUMBERS, COLLECTIONS, CALLS))
def test_a_value_is_printed_or_its_failure_shown(expression):
    check({"config.yml": f"{START}v: #@ {expression}\n"})
