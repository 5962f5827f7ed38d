"""Generated YAML, plain, templated, formatted and printed in every form, is taken and refused as by the reference."""
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from testbed.reference import find
from tests.cli.ytt.differential import EXAMPLES, check

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "yes", "on", "~", "1", "0x1F", "1e3", "1_000", "2020-01-01", "12:30", "- a", "a: b", "a #b", "a\nb\n", " a\n"]),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), TEXTS)
KEYS = st.sampled_from(["a", "b", "c", "name", "kind", "spec", "a-b", "x.y"])
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3), max_leaves=8
)
DOCUMENTS = st.lists(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), min_size=1, max_size=3)

# Pieces of YAML as people write it, put together line by line.
PLAIN = st.sampled_from(
    ["1", "-1", "+1", "007", "0o17", "0x1f", "0b101", "1_000", "1.5", ".5", "5.", "1e3", "1E-2", ".inf", "-.INF", ".nan", "y", "Yes", "off", "NO", "~", "null", "Null", "true", "FALSE", "2001-01-01", "2001-01-01T00:00:00Z", "12:30", "1:60", "a:b", "a#b", "http://x.y", "-a", "?a", ":a", "a'b", 'a"b', "%a", "@a", "`a", "!foo", "&x", "*x", "é", "日本", "😀", "a,b", "{a", "a}", "[a", "a]", "-", "?", ":", "--", "---", "...", "18446744073709551615", "18446744073709551616", "1e400", "0x", "1__0", "08", "="]
)
QUOTED = st.sampled_from(
    ["'a'", "'it''s'", '"a\\tb"', '"\\u00e9\\x41\\U0001F600"', '"a\\\n  b"', "'a\n  b'", "'a\n\n  b'", '"\\q"', '"\\e[0m"', "''", '""', "'a'b"]
)
FLOW = st.sampled_from(
    ["[]", "{}", "[a, b]", "[a, [b, {c: d}]]", "{a: 1, b: [x]}", "{a, b: }", "[a: b]", "[a,]", "{? a : b}", "[a b", "{a: b", '{"a":1}', "[*x, &y z]"]
)
BLOCK = st.sampled_from(
    ["|\n{0}  a\n{0}  b", "|-\n{0}  a\n\n", "|+\n{0}  a\n\n", ">\n{0}  a\n{0}  b\n\n{0}  c", ">-\n{0}  a\n{0}   b\n{0}  c", "|2\n{0}   a", "|1-\n{0} a",
     ">+\n{0}  a\n", "|\n{0}\ta", "| # c\n{0}  a", "|x\n{0}  a", ">\n\n{0}  a"]
)
TAGS = st.sampled_from(["", "", "", "", "!!str ", "!!int ", "!!float ", "!!bool ", "!!null ", "!!binary ", "!foo ", "! ", "&x ", "&y !!str ", "!!set ", "!!map ", "!!seq "])
VALUE = st.one_of(PLAIN, QUOTED, FLOW, BLOCK, st.just(""), st.just("*x"))
COMMENTS = st.sampled_from(["", "", "", "", " # c", " #c", "#c", " #! c", " #", "\t# c", "   "])
LINE_KEYS = st.sampled_from(["a", "b", "c", "d", "1", "true", "y", "~", "<<", '"q r"', "'s'", "? a\n", "a b", "é", "1.5", "&x k", "!!str e", "[f]", "{g: h}", "- l"])
INDENTS = st.sampled_from(["", "", "", "  ", "  ", "    ", " ", "\t"])


@st.composite
def lines(draw, comments=COMMENTS):
    indent = draw(INDENTS)
    value = draw(TAGS) + draw(VALUE).replace("{0}", indent)
    kind = draw(st.sampled_from(["item", "item", "item", "element", "bare", "marker", "comment"]))
    if kind == "marker":
        return draw(st.sampled_from(["---", "--- a", "--- # c", "...", "--- |\n x", "%YAML 1.1\n---", "--- {a: 1}", ""]))
    if kind == "comment":
        return indent + draw(comments).strip(" ")
    start = f"{draw(LINE_KEYS)}: " if kind == "item" else "- " if kind == "element" else ""
    return f"{indent}{start}{value}{draw(comments)}"


PAGES = st.builds(
    lambda rows, ending, final, start: start + ending.join(rows) + final,
    st.lists(lines(), min_size=1, max_size=7),
    st.sampled_from(["\n", "\n", "\n", "\r\n"]),
    st.sampled_from(["\n", "\n", "", "\n\n"]),
    st.sampled_from(["", "", "", "", "---\n", "\ufeff", " ", "\n", "--- "]),
)
# Most pages of many random lines are wrong at once; these keep to one shape, so that more is read.
ITEMS = st.lists(
    st.builds(
        lambda tag, value, comment: f"{tag}{value.replace('{0}', '')}{comment}",
        TAGS, st.one_of(PLAIN, QUOTED, FLOW, BLOCK, st.just("\n  k: v\n  l: w"), st.just("\n- 1\n- 2"), st.just("\n  - x\n\n  - y")), COMMENTS,
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip
MAPS = ITEMS.map(lambda values: "".join(f"k{number}: {value}\n" for number, value in enumerate(values)))
LISTS = ITEMS.map(lambda values: "".join(f"- {value}\n" for value in values))
ANY_PAGE = st.one_of(PAGES, MAPS, LISTS)


def yaml_of(documents: list[dict[str, object]]) -> str:
    """Documents as JSON, which is YAML."""
    return "".join(f"---\n{json.dumps(document)}\n" for document in documents)


@EXAMPLES
@given(DOCUMENTS)
def test_documents_are_printed(documents):
    check({"config.yml": yaml_of(documents)})


@EXAMPLES
@given(st.text(st.sampled_from("ab:-#@ \n\t'\"|>[]{},&*!%1.0~?"), max_size=40))
def test_any_text_is_a_document_or_an_error(text):
    check({"config.yml": text})


@EXAMPLES
@given(ANY_PAGE)
def test_pages_are_read(page):
    check({"config.yml": page})


@EXAMPLES
@given(ANY_PAGE)
def test_pages_that_are_templates_are_read(page):
    check({"config.yml": page + "---\nlast: #@ 1\n"}, ["--ignore-unknown-comments"])


@EXAMPLES
@given(ANY_PAGE)
def test_pages_are_read_strictly(page):
    check({"config.yml": page}, ["--strict"])


@EXAMPLES
@given(ANY_PAGE, st.sampled_from(["json", "pos"]))
def test_pages_are_printed_in_other_forms(page, form):
    check({"config.yml": page}, ["-o", form])


@EXAMPLES
@given(ANY_PAGE)
def test_pages_are_decoded(page):
    text = json.dumps(page).replace("\\u", "\\\\u") if page.isascii() else '"a"'
    check({"config.yml": f'#@ load("@ytt:yaml", "yaml")\nv: #@ yaml.decode({text})\n'})


@EXAMPLES
@given(st.text(max_size=30), st.sampled_from(["{}", "[{}]", "{{'k': {}}}", "{{{}: 1}}"]))
def test_strings_are_printed(text, place):
    quoted = '"' + "".join(f"\\x{byte:02x}" for byte in text.encode()) + '"'
    check({"config.yml": f"v: #@ {place.format(quoted)}\n"})


@pytest.mark.skipif(not find(), reason="needs the reference's binary: make reference")
def test_the_reference_is_what_is_compared_with():
    import subprocess

    done = subprocess.run([str(find()), "version"], capture_output=True, text=True)
    assert done.stdout.startswith("ytt version")
