from oakum.yaml.fmt import format_documents
from oakum.yaml.parser import parse


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
