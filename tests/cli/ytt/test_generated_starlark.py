"""Generated expressions, statements and calls of every module mean what they mean to the reference, errors included."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.cli.ytt.differential import EXAMPLES, check

MODULES = ["assert", "base64", "json", "yaml", "toml", "url", "regexp", "md5", "sha256", "ip", "struct", "math", "template", "version"]
LOADS = "".join(f'#@ load("@ytt:{name}", "{name}")\n' for name in MODULES if name != "math")
SETTING = LOADS + """#@ x = 5
#@ def f(a=1): return a
#@ def two(a, b, *c, d=4, **e): return [a, b, c, d, e]
#@ s = struct.make(a=1, b="x")
---
"""
NUMBERS = ["0", "1", "-7", "3.5", "1e6", "-0.0", "1 << 40", "1 << 70", 'float("nan")', 'float("inf")', "True"]
STRINGS = ['"ab"', '"é"', '""', '"\\xff"', '"a,b,,c"', '"%s %d"', '"{} {a}"', '" a b "', '"a\\nb"', '"Ab1"', '"[1, 2]"', '"a: 1"', '"(a+)(b)?"', '"$1"',
           '"http://u:p@h:80/p?q=1&q=2#f"', '"10.0.0.1"', '"10.0.0.0/8"', '"YQ=="', "'{\"a\": 1}'", '"1.5"', '"a = 1"']  # fmt: skip
OTHERS = ["None", "[1, 2]", "[]", '{"a": 1}', "{}", "(1, 2)", "()", "x", "f", "two", "s", "range(3)", "range(5, 0, -2)", "set([1, 2])", "len", "[[1], [2]]",
          '["b", "a"]', '[("a", 1)]', '{"a": ["b"]}', "lambda v: v", '"ab".elems()', "json"]  # fmt: skip
ATOMS = st.sampled_from([*NUMBERS, *STRINGS, *OTHERS])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or", "|", "&", "^", "<<", ">>"])
FUNCTIONS = st.sampled_from(
    ["any", "all", "bool", "chr", "dict", "dir", "enumerate", "float", "getattr", "hasattr", "hash", "int", "len", "list", "max", "min", "ord", "range", "repr", "reversed", "set", "sorted", "str", "tuple", "type", "zip", "fail", "f", "two", "base64.encode", "base64.decode", "json.encode", "json.decode", "yaml.encode", "yaml.decode", "toml.encode", "url.path_segment_encode", "url.path_segment_decode", "url.query_param_value_encode", "url.query_param_value_decode", "url.query_params_encode", "url.query_params_decode", "url.parse", "regexp.match", "regexp.replace", "md5.sum", "sha256.sum", "ip.parse_addr", "ip.parse_cidr", "struct.make", "struct.bind", "struct.encode", "struct.decode", "assert.equals", "assert.fail", "assert.try_to", "assert.min", "assert.max_len", "assert.one_of", "assert.not_null", "assert.one_not_null", "assert.min(1).check", "assert.max_len(2).check", "version.require_at_least"]
)
METHODS = st.sampled_from(
    ["capitalize", "codepoint_ords", "codepoints", "count", "elem_ords", "elems", "endswith", "find", "format", "index", "isalnum", "isalpha", "isdigit", "islower", "isspace", "istitle", "isupper", "join", "lower", "lstrip", "partition", "replace", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper", "append", "clear", "extend", "insert", "pop", "remove", "get", "items", "keys", "popitem", "setdefault", "update", "values", "union", "string", "hostname", "a", "foo", "check"]
)
KEYWORDS = st.sampled_from(["sep", "key", "reverse", "a", "b", "base", "indent", "url", "raw", "strict", "zz"])


def _compound(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    named = st.tuples(KEYWORDS, below).map("=".join)
    arguments = st.one_of(
        st.lists(below, max_size=3), st.tuples(below, named), st.tuples(named), below.map(lambda value: [f"*{value}"]), below.map(lambda value: [f"**{value}"])
    ).map(", ".join)
    bounds = st.one_of(st.just(""), below)
    return st.one_of(
        st.tuples(below, OPERATORS, below).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(FUNCTIONS, arguments).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(below, METHODS, arguments).map(lambda parts: f"({parts[0]}).{parts[1]}({parts[2]})"),
        st.tuples(below, below).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        st.tuples(below, bounds, bounds, bounds).map(lambda parts: f"({parts[0]})[{parts[1]}:{parts[2]}:{parts[3]}]"),
        st.tuples(below, below, below).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        st.tuples(below, below).map(lambda parts: f"[i for i in {parts[0]} if {parts[1]}]"),
        st.tuples(below, below).map(lambda parts: f"{{i: {parts[1]} for i in {parts[0]}}}"),
        st.tuples(st.sampled_from(["-", "+", "~", "not "]), below).map(lambda parts: f"({''.join(parts)})"),
    )


EXPRESSIONS = st.recursive(ATOMS, _compound, max_leaves=6)
TOKENS = st.lists(
    st.sampled_from(
        ["a", "b", "1", "2.5", '"s"', "'q", "(", ")", "[", "]", "{", "}", ",", ":", "=", "==", "+", "-", "*", "**", "/", "//", "%", ".", "|", "&", "^", "~", "<", ">", "<=", ">=", "<<", ">>", "+=", "-=", "!=", "!", "if", "else", "elif", "for", "in", "not", "and", "or", "def", "return", "lambda", "while", "end", "pass", "break", "continue", "load", "True", "None", "import", "class", "@", "$", ";", "\\", "0x", "0777", "1e400", "0b2", 'r"x"', '"""', "is", "with"]
    ),
    min_size=1,
    max_size=8,
).map(" ".join)


@st.composite
def blocks(draw, depth=2):
    """Statements, each a line."""
    found: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["assign", "assign", "augment", "unpack", "set", "call", *(["if", "for", "while", "def"] if depth else [])]))
        name, value = draw(st.sampled_from(["a", "b", "c"])), draw(EXPRESSIONS)
        if kind == "assign":
            found.append(f"{name} = {value}")
        elif kind == "augment":
            found.append(f"{name} {draw(st.sampled_from(['+=', '-=', '*=', '//=', '%=', '|=', '<<=']))} {value}")
        elif kind == "unpack":
            found.append(f"{draw(st.sampled_from(['a, b', '(a, b)', '[a, b]', 'a, (b, c)']))} = {value}")
        elif kind == "set":
            found.append(f"{name}[{draw(ATOMS)}] = {value}")
        elif kind == "call":
            found.append(f"{name}.{draw(METHODS)}({draw(ATOMS)})")
        elif kind == "while":
            found += ["n = 0", "while n < 3:", "n += 1", *draw(blocks(depth=depth - 1)), "end"]
        else:
            head = {"if": f"if {value}:", "for": f"for {name} in {value}:", "def": f"def {name}(p=1):"}[kind]
            last = draw(st.sampled_from([[], ["break"], ["return 1"], ["else:", "a = 2"], [f"return {value}"]]))
            found += [head, *draw(blocks(depth=depth - 1)), *last, "end"]
    return found


@EXAMPLES
@given(st.lists(EXPRESSIONS, min_size=1, max_size=12))
def test_expressions_are_evaluated(expressions):
    lines = "".join(f"- #@ repr(assert.try_to(lambda: {expression}))\n" for expression in expressions)
    check({"config.yml": SETTING + lines})


@EXAMPLES
@given(EXPRESSIONS)
def test_the_value_or_the_failure_of_an_expression_is_shown(expression):
    check({"config.yml": f"{SETTING}v: #@ {expression}\n"})


@EXAMPLES
@given(TOKENS)
def test_any_tokens_are_code_or_an_error(tokens):
    check({"config.yml": f"#@ {tokens}\nv: 1\n"})


@EXAMPLES
@given(blocks(), st.booleans())
def test_statements_are_run(statements, inside):
    code = "".join(f"#@ {line}\n" for line in statements)
    if inside:
        code = f"#@ def main():\n#@ a, b, c = 1, [2], {{}}\n{code}#@ return [a, b, c]\n#@ end\n---\nv: #@ repr(main())\n"
    else:
        code = f"#@ a, b, c = 1, [2], {{}}\n{code}---\nv: #@ repr([a, b, c])\n"
    check({"config.yml": SETTING + code})


@EXAMPLES
@given(blocks())
def test_modules_of_code_are_loaded(statements):
    code = "\n".join(["a, b, c = 1, [2], {}", *statements])
    loads = "".join(f'load("@ytt:{name}", "{name}")\n' for name in MODULES if name != "math")
    setting = 'x = 5\ndef f(a=1): return a\ndef two(a, b, *c, d=4, **e): return [a, b, c, d, e]\ns = struct.make(a=1, b="x")\n'
    check({"code.star": loads + setting + code + "\n", "config.yml": '#@ load("code.star", "a")\nv: #@ repr(a)\n'})
