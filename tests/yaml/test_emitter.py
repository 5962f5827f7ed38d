from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.yaml.emitter import emit
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet, Map, MapItem, Source
from oakum.yaml.parser import parse

TEXT = st.text(st.characters(exclude_characters="\u2028\u2029", exclude_categories=["Cs"]) | st.sampled_from(" \n\t#:-'\"\\\0\udcff"), max_size=150)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False).map(lambda number: number + 0.0) | TEXT
KEYS = TEXT.filter(lambda text: text != "<<")  # written plain, as Go does, and read as a merge
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def plain(value: Any) -> Any:
    if isinstance(value, Map):
        return {item.key: plain(item.value) for item in value.items}
    return [plain(item.value) for item in value.items] if isinstance(value, Array) else value


@given(VALUES)
def test_what_is_written_reads_back(value: Any) -> None:
    documents = parse("---\n" + emit(value), "x.yml").items
    assert [plain(document.value) for document in documents] == [value]


@given(VALUES)
def test_reading_and_writing_again_changes_nothing(value: Any) -> None:
    text = emit(value)
    assert emit(parse("---\n" + text, "x.yml").items[0]) == text


STRINGS = {
    "": '""', "a\nb": "|-\n  a\n  b", "a\nb\n": "|\n  a\n  b", "a\n\n": "|+\n  a\n", "\n": "|2+\n", "\na": "|2-\n\n  a",
    " a\nb": "|2-\n   a\n  b", "a \nb": '"a \\nb"', "a\tb": '"a\\tb"', " a": "' a'", "12:30:": "'12:30:'",
    "http://x.y": "http://x.y", "a:\tb": '"a:\\tb"', "---a": "'---a'", "...a": "'...a'", "--": "--", "..": "..",
    "'a": "'''a'", '"a': "'\"a'", "a'b": "a'b", 'a"b': 'a"b', "a\\b": "a\\b", "{{ x }}": "'{{ x }}'", "!!str": "'!!str'",
    "😀": '"\\U0001F600"', "日本語": "日本語", "\x1b[0m": '"\\e[0m"', "\0": '"\\0"', "0x" + "5a" * 9: "0x" + "5a" * 9,
    "1234567890" * 3: '"' + "1234567890" * 3 + '"', "a# b": "a# b", "a#": "a#", ":a": ":a", "?a": "?a", "a]": "a]",
    "\udcff": "!!binary /w==", "\ufeffa": '"\\uFEFF\\x61"', "word " * 40 + "word": "word " * 40 + "word",
}  # fmt: skip


@pytest.mark.parametrize(("text", "written"), STRINGS.items())
def test_a_string_is_written_in_ytts_style(text: str, written: str) -> None:
    assert emit({"v": text}) == f"v: {written}\n"


NUMBERS = [(1.0, "1"), (1e6, "1e+06"), (float("-inf"), "-.inf"), (float("nan"), ".nan"), (2**64 - 1, str(2**64 - 1))]


@pytest.mark.parametrize(("number", "written"), [*NUMBERS, (True, "true"), (None, "null")])
def test_other_scalars_are_bare(number: Any, written: str) -> None:
    assert emit([number]) == f"- {written}\n"


def test_collections_are_laid_out_in_blocks() -> None:
    value = {"a": [[1, [2]], {"x": 1, "k": ["z"]}, [], "t\n"], "b": {}, "c": [], "d": None}
    assert emit(value) == "a:\n- - 1\n  - - 2\n- x: 1\n  k:\n  - z\n- []\n- |\n  t\nb: {}\nc: []\nd: null\n"


def test_keys_keep_their_order_and_type() -> None:
    keys = [5, True, None, 1.5, "5", "y"]
    assert emit(dict.fromkeys(keys, 1)) == '5: 1\ntrue: 1\nnull: 1\n1.5: 1\n"5": 1\n"y": 1\n'


def test_a_map_as_a_key_follows_a_question_mark() -> None:
    key = Map([MapItem("a", 1)])
    assert emit(Map([MapItem(key, Array([ArrayItem(2)]))])) == "? a: 1\n: - 2\n"


def test_long_and_multiline_keys_follow_a_question_mark() -> None:
    assert emit({"k" * 129: {"a": 1}, "a\nb": 2}) == f"? {'k' * 129}\n: a: 1\n? |-\n  a\n  b\n: 2\n"


def test_empty_documents_are_left_out_and_markers_are_only_between() -> None:
    source = Source("t.yml")
    values = [None, Map([], 1, source), "x", Array([], 1, source), 5]
    assert emit(DocumentSet([Document(value) for value in values])) == "x\n---\n5\n"
    assert emit(DocumentSet([Document(None)])) == ""


def test_an_empty_collection_that_was_computed_is_a_document() -> None:
    assert emit(DocumentSet([Document(value) for value in (Map(), Array())])) == "{}\n---\n[]\n"


def test_a_root_block_is_indented() -> None:
    assert emit(Document("a\nb")) == "|-\n  a\n  b\n"


def test_long_binary_is_a_block_of_lines_of_70() -> None:
    text = (b"\xff" * 60).decode("utf-8", "surrogateescape")
    assert emit([text]) == "- !!binary |\n  " + "/" * 70 + "\n  " + "/" * 10 + "\n"
