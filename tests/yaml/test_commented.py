from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oakum.yaml.commented import emit_commented, format_documents
from oakum.yaml.emitter import as_node, emit
from oakum.yaml.nodes import Document, DocumentSet
from oakum.yaml.parser import parse

TEXT = st.text(st.sampled_from("ab \n:#-'\0"), max_size=150)
VALUES = st.recursive(
    st.none() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def fmt(text: str) -> str:
    return format_documents(parse(text, "f.yml"))


def test_comments_keep_their_places_and_arrays_are_indented() -> None:
    text = '# top\na: 1 # in\n# k\nb:\n- 1\nc: {}\nd: "x"\n'
    assert fmt(text) == "# top\na: 1 # in\n\n# k\nb:\n  - 1\n\nc:\nd: x\n"


def test_comments_behind_the_last_node_are_followed_by_a_marker() -> None:
    assert fmt("a: 1\n#@ end\n") == "a: 1\n\n#@ end\n---\n"


def test_markers_are_between_documents_and_keep_their_comments() -> None:
    assert fmt("--- #@ f()\na: 1\n---\nb: 2\n") == "--- #@ f()\na: 1\n---\nb: 2\n"


def test_a_value_that_a_comment_computes_is_not_written_as_null() -> None:
    assert fmt("a: #@ 1\nb:\n- #@ 2\n-\n") == "a: #@ 1\nb:\n  - #@ 2\n  - null\n"


def test_blocks_and_nested_arrays_are_indented() -> None:
    assert fmt("a:\n- - |\n   x\n\n   y\n  - {k: [1]}\n") == "a:\n  - - |\n      x\n\n      y\n    - k:\n        - 1\n"


def test_a_comment_above_the_first_of_an_array_item_moves_the_item_to_the_next_line() -> None:
    assert fmt("-\n  # c\n  a: 1\n") == "-\n  # c\n  a: 1\n"


def test_meaning_is_kept_where_the_reference_loses_it() -> None:
    assert fmt("'y': []\nb: [[], {}]\n5: x") == '"y":\nb:\n  - []\n  - {}\n5: x\n'


def test_output_keeps_comments_without_giving_them_room() -> None:
    text = "# top\na: 1 # in\n# k\nb:\n# first\n- x: [] # e\n---\n---\n# second\nc: |\n  t\n"
    assert emit_commented(parse(text, "f.yml")) == text.replace("---\n---\n", "---\n")


@given(VALUES)
def test_output_without_comments_is_the_writers(value: Any) -> None:
    documents = DocumentSet([Document(as_node(value))])
    assert emit_commented(documents) == emit(documents)
