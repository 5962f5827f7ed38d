"""The line reader against libyaml: whatever it accepts must come out the same."""
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oakum.yaml.builder import build
from oakum.yaml.errors import SyntaxYAMLError
from oakum.yaml.nodes import Array, DocumentSet, Map, Node, Source
from oakum.yaml.resolve import resolve
from oakum.yaml.simple import build_simple

KEYS = ["a", "b", "c.d/e", "y", "5", "1.5", "~x", '"q"', "'q r'", '"5"', "$x", "_", "-a", "a b", "<<", "? a", "&x a", "---a"]
VALUES = [
    "", "x", "5", "y", "x y  z", "x: y", "x:y", "x:", ":x", "- x", "-x", "-", "? x", "?x", "x #c", "x#c", "#c", "x # c # d",
    '"x"', '"x" #c', '"x"#c', '"x" y', '"a\\"b\\n\\\\"', '"\\x41"', "'it''s'", "'x' # c", "'x", "{}", "[]", "{} # c",
    "[ ]", "[a, b]", "{a: 1}", "{ a : 1 , b, 'c': [x y, {}], }", "[a:b, c: d]", "[a, [-1, .5]] # c", '["a\\"", \'b\']#', "|",
    "{a:1}", '{"a":1}', "{a: }", "[,]", "[a,,b]", "{{ x }}", "[a]b", "[a # c", "{a: b: c}", "[~, y, -]", "[a: ]", "{a: [}", "{: b}", "[: b]", "[a, : b]", "|-", "|+", "| # c", "|2", ">", "&x 1", "*x", "!!str 5", "@x", "`x", "%x", "'", '"',
    ".inf", "0o17", "...", "--- x", "---", "é", "x\ty", "  ", "012", "1_000", "<<",
    "x ", "x # c ", "x#c ", "# c  ", '"x" # c  ', '"x#"  ', "{} # c ", "[a] ", "| ", "| # c ", "5  # c\t ",
]  # fmt: skip
LINES = st.one_of(
    st.just(""),
    st.sampled_from(["---", "--- # c", "--- x", "...", "# c", "#", "   ", "text", "- - x", "%YAML 1.1", "\t", "  # c", "--"]),
    st.builds(lambda key, value: f"{key}: {value}", st.sampled_from(KEYS), st.sampled_from(VALUES)),
    st.builds(lambda key: f"{key}:", st.sampled_from(KEYS)),
    st.builds(lambda value: f"- {value}", st.sampled_from(VALUES)),
    st.builds(lambda gap, key, value: f"-{gap}{key}: {value}", st.sampled_from([" ", "   "]), st.sampled_from(KEYS),
              st.sampled_from(VALUES)),
)  # fmt: skip
TEXTS = st.builds(
    lambda lines, end: "\n".join(" " * indent + line for indent, line in lines) + end,
    st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, 2, 2, 2, 3, 4, 4]), LINES), max_size=9),
    st.sampled_from(["", "\n", "\n\n"]),
)


def tree(value: Any) -> Any:
    """A value with everything that can be told about it."""
    if isinstance(value, DocumentSet | Map | Array):
        return (type(value).__name__, value.line, [tree(item) for item in value.items])
    if isinstance(value, Node):
        key = getattr(value, "key", None)
        return (type(value).__name__, value.line, type(key), key, tree(getattr(value, "value", None)))
    return (type(value), repr(value))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("a: |\n  x\n # c\n  y\n")
@example("a: |\n\n  x\n   \n\n\nb: |+\n  y\n\n\n")
@example("- a:\n  - 1\n  b:\n- c\n")
@example("a:\n- 1\n-\nb:\n  -\n   x: 1\n")
@example("# c\n--- # d\n- |-\n x\n---\n---\na: 1 # e")
@example("a: |\n  x")
@example("a: |\n x\n  ")
@example("a: {: b}")
@example("a: [: b]")
@example("a: [b, : c]")
@example("a: x # c \nb: #c  \nc: 'x' # c  ")
def test_what_the_line_reader_accepts_libyaml_reads_the_same(text: str) -> None:
    for implicit, given_text in ((True, text), (False, "---\n" + text)):
        simple = build_simple(given_text, Source("f", given_text.split("\n")), implicit, resolve)
        if simple is None:
            continue
        prefix = "---\n" if implicit else ""
        documents, comments = build(prefix + given_text, Source("f"), int(implicit), False, True)
        assert tree(simple[0]) == tree(documents)
        assert simple[1] == comments


ACCEPTED = """# a
apiVersion: v1 # b
kind: ConfigMap
metadata:
  name: "x: \\"y\\""
  labels: {}
data:
  "a b": |
    text # not a comment

     more
  list:
  - 1
  - k: 'it''s'
    j:
    - x
  -
    z: http://x.y:80/#z
"""


def test_ordinary_configuration_is_accepted() -> None:
    assert build_simple(ACCEPTED, Source("f", ACCEPTED.split("\n")), True, resolve) is not None


@pytest.mark.parametrize("text", ["a: [1,\n 2]\n", "a: &x 1\n", "a: x\n  y\n", "a:\tb\n", "a: >\n x\n", "a\n", "a: 1\r\n"])
def test_what_takes_a_scanner_is_refused(text: str) -> None:
    assert build_simple(text, Source("f", text.split("\n")), True, resolve) is None


def test_an_error_of_the_resolver_is_passed_on() -> None:
    def refuse(text: str) -> str:
        raise SyntaxYAMLError(text)

    with pytest.raises(SyntaxYAMLError):
        build_simple("a: x y\n", Source("f", ["a: x y", ""]), True, refuse)
