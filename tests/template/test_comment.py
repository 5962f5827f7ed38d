import pytest

from oakum.errors import TemplateError
from oakum.template.comment import CommentKind, read_comment
from oakum.yaml.nodes import Comment


def read(text: str, line: int = 1, node_line: int = 2) -> tuple[CommentKind, str, str]:
    meta = read_comment(Comment(text, line, None), node_line)
    return meta.kind, meta.name, meta.text


def test_above_a_node_it_is_code() -> None:
    assert read("@ x = 1") == (CommentKind.CODE, "", "x = 1")


def test_on_the_line_of_a_node_it_is_its_value() -> None:
    assert read("@ x", line=2) == (CommentKind.VALUE, "", "x")


def test_a_name_makes_an_annotation() -> None:
    assert read('@overlay/match by="name"') == (CommentKind.ANNOTATION, "overlay/match", 'by="name"')


def test_long_spellings_mean_the_same() -> None:
    assert read("@template/code x = 1")[0] is CommentKind.CODE
    assert read("@template/value x")[0] is CommentKind.VALUE
    assert read("@comment x")[0] is CommentKind.NOTHING


def test_a_bang_makes_a_comment() -> None:
    assert read("! anything")[0] is CommentKind.NOTHING


def test_a_plain_comment_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"Failed to parse line 3: '# hello': Expected ytt-formatted string"):
        read_comment(Comment(" hello", 3, None), 4)


def test_a_plain_comment_is_nothing_when_asked() -> None:
    meta = read_comment(Comment(" hello", 3, None), 4, ignore_unknown=True)
    assert meta.kind is CommentKind.NOTHING
