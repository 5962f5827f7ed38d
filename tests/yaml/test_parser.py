from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.errors import YAMLError
from oakum.yaml.emitter import emit
from oakum.yaml.errors import SyntaxYAMLError
from oakum.yaml.nodes import Array, ArrayItem, Document, Map, MapItem, Node, walk
from oakum.yaml.parser import parse
from oakum.yaml.plain import dump, load


def lines(text: str) -> list[tuple[str, Any, int]]:
    """Kind, key or scalar, and line of every item."""
    found = []
    for node in walk(parse(text, "f.yml")):
        if isinstance(node, MapItem):
            found.append(("item", node.key, node.line))
        elif isinstance(node, ArrayItem):
            found.append(("-", None if isinstance(node.value, Node) else node.value, node.line))
        elif isinstance(node, Document):
            found.append(("doc", None if isinstance(node.value, Node) else node.value, node.line))
    return found


def comments(text: str) -> dict[str, list[str]]:
    """The comments of each item, by its kind, key and line."""
    found = {}
    for node in walk(parse(text, "f.yml")):
        if node.comments:
            name = f"{type(node).__name__} {getattr(node, 'key', '')} {node.line}"
            found[name] = [comment.text for comment in node.comments]
    return found


def plain(value: Any) -> Any:
    if isinstance(value, Map):
        return [(plain(item.key), plain(item.value)) for item in value.items]
    return [plain(item.value) for item in value.items] if isinstance(value, Array) else value


def values(text: str) -> list[Any]:
    return [plain(document.value) for document in parse(text, "f.yml").items]


def test_a_text_without_a_marker_has_its_first_document_on_line_1() -> None:
    assert lines("a: 1\n---\nb: 2") == [("doc", None, 1), ("item", "a", 1), ("doc", None, 2), ("item", "b", 3)]
    assert lines("\n---\nb: 2") == [("doc", None, 2), ("item", "b", 3)]
    assert lines("") == [("doc", None, 1)]


def test_a_block_item_is_where_its_dash_is() -> None:
    text = "a:\n-\n\n  # why\n  x: 1\n- - 2\n  -\n    3\n- # c\n  &x\n  y: 1\n"
    assert [line for kind, _, line in lines(text) if kind == "-"] == [2, 6, 6, 7, 9]


def test_a_flow_item_is_where_the_bracket_or_comma_before_it_is() -> None:
    assert [line for _, _, line in lines("[ # a, b\n1\n, # c\n [2,\n3], 4,\n{a: 1}]")] == [1, 1, 3, 4, 4, 5, 5, 6]


def test_comments_belong_to_the_last_node_of_their_line_or_the_first_of_the_next() -> None:
    text = "# top\na: # on a\n  # above b\n  b: [1, 2] # on 2\n\n# above c\n\nc: 'x # no' # on c\nd: | # dropped\n  # no\n"
    assert comments(text) == {
        "MapItem a 2": [" top", " on a"],
        "MapItem b 4": [" above b"],
        "ArrayItem  4": [" on 2"],
        "MapItem c 8": [" above c", " on c"],
    }


def test_comments_that_nothing_follows_get_a_document_of_their_own() -> None:
    assert comments("a: 1\n#@ end\n") == {"Document  0": ["@ end"]}
    assert comments("a: 1\n#@ end\n--- #@ f()\n") == {"Document  3": ["@ end", "@ f()"]}


def test_a_comment_in_an_anchored_map_goes_to_the_copy() -> None:
    documents = parse("a: &x\n  b: #@ 1\nc: *x\n", "f.yml")
    items = [node for node in walk(documents) if isinstance(node, MapItem) and node.key == "b"]
    assert [(item.line, bool(item.comments)) for item in items] == [(2, False), (2, True)]


def test_comments_can_be_left_out() -> None:
    assert all(node.comments is None for node in walk(parse("a: #@ 1\n#@ end", "f.yml", comments=False)))


def test_scalars_and_keys_are_resolved() -> None:
    assert values("y: 0o17\n'y': '1'\n~: |\n  1\n") == [[(True, 15), ("y", "1"), (None, "1\n")]]
    assert values("a: !!str 5\nb: !!set {a, b}\nc: !Ref x\nd: !\n") == [
        [("a", "5"), ("b", [("a", None), ("b", None)]), ("c", "x"), ("d", "")]
    ]


def test_merge_keys_insert_copies_in_place_and_duplicates_are_kept() -> None:
    assert values("a: &x {p: 1, q: 2}\nb:\n  r: 0\n  <<: *x\n  q: 3\n") == [
        [("a", [("p", 1), ("q", 2)]), ("b", [("r", 0), ("p", 1), ("q", 2), ("q", 3)])]
    ]


def test_a_map_may_be_a_key() -> None:
    assert values("? {a: 1}\n: x\n") == [[([("a", 1)], "x")]]


def test_windows_line_ends_are_line_ends() -> None:
    text = "a: |\r\n  x\r\n  y\r\n# c\r\nb: 1 #@ d\r\n"
    assert values(text) == [[("a", "x\ny\n"), ("b", 1)]]
    assert comments(text) == {"MapItem b 5": [" c", "@ d"]}


def test_a_byte_order_mark_is_part_of_the_first_key() -> None:
    assert values("\ufeffa: 1") == [[("\ufeffa", 1)]]


ERRORS = [
    ("apiVersion: @123\n", "line 1: found character that cannot start any token"),
    ("\nkey: val\nyamlfunc yamlfunc", "line 4: could not find expected ':'"),
    ("spec:\n  name: x\n  - item\n", "line 2: did not find expected key"),
    ('a: "text\nb: 1\n', "line 3: found unexpected end of stream"),
    ("a: [a: b: c]\n", "line 1: did not find expected ',' or ']'"),
    ("a: [1, 2\nb: 3\n", "line 1: did not find expected ',' or ']'"),
    ('path: "C:\\Users"\n', "line 1: did not find expected hexdecimal number"),
    ("a: &x {p: 1}\nb:\n  <<: [*x]", "map merge requires map or sequence of maps as the value"),
    ("a: *x", "unknown anchor 'x' referenced"),
    ("---\na: 1\n...\nb: 2", "line 3: did not find expected <document start>"),
]


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_a_mistake_has_go_yamls_words_and_the_texts_line(text: str, message: str) -> None:
    with pytest.raises(SyntaxYAMLError) as error:
        parse(text, "f.yml")
    assert str(error.value) == f"yaml: {message}"


DEEP = ["".join("  " * i + "- a:\n" for i in range(300)), "a: " + "[" * 3000 + "]" * 3000, "".join(" " * i + "a:\n" for i in range(3000)), "- " * 3000 + "x", "&a " + "{a: " * 3000]


@pytest.mark.parametrize("text", DEEP)
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(SyntaxYAMLError, match="^yaml: exceeded max depth of 100$"):
        parse(text, "f.yml")


def test_what_is_read_can_be_written_however_deep() -> None:
    text = "a: " + "[" * 98 + "x" + "]" * 98 + "\n"
    assert emit(parse(text, "f.yml")).endswith(" x\n")


PIECES = [
    "a", "b: ", "- ", "\n", "\n  ", "\n- ", "[", "]", "{", "}", ",", '"', "'", "#", "&x ", "*x", "!!int ", "!!binary ", "|\n  ",
    ">\n  ", "? ", ": ", "---\n", "...\n", "<<: ", "\t", "é", "\0", "\x85", "\u2028", "\ufeff", "\udcff", "%YAML 1.1\n", "@",
    "\\x", ".inf", "\r\n", "!<",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_is_read_or_refused_with_one_message(text: str) -> None:
    with suppress(YAMLError):
        emit(parse(text, "f.yml"))
    with suppress(YAMLError):
        dump(load(text))


FLOW_COLONS = {
    "{a:}": [("a:", None)],
    "{a:, b: 1}": [("a:", None), ("b", 1)],
    "[a:, b]": ["a:", "b"],
    "[a::]": ["a::"],
    "[a :]": ["a :"],
    "{a: b:}": [("a", "b:")],
    '{"a":, b: "c:]"}': [("a", None), ("b", "c:]")],
    '{"a":[1], b: {"c":{}}}': [("a", [1]), ("b", [("c", [])])],
    "[http://a:80/, {x: y:z}]": ["http://a:80/", [("x", "y:z")]],
}


@pytest.mark.parametrize("text", FLOW_COLONS)
@pytest.mark.parametrize("beside", ["", "other: 'a:[\ue000'\n", "other: |\n  a:[\n"])
def test_a_colon_before_a_bracket_or_comma_ends_no_plain_word(text: str, beside: str) -> None:
    assert dict(values(f"{beside}a: {text}\n")[0])["a"] == FLOW_COLONS[text]
    assert dict(values(f"{beside}other: x\na:\n - {text}\n")[0])["a"] == [FLOW_COLONS[text]]
