"""What a comment of a template says: code, a value, an annotation, or nothing (ytt: comment grammar)."""
from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from oakum.errors import TemplateError
from oakum.record import NamedTuple
from oakum.yaml.nodes import Comment, Node, walk


class CommentKind(Enum):
    """The part that a comment plays in the program that a template compiles to."""

    CODE = "code"
    VALUE = "value"
    ANNOTATION = "annotation"
    NOTHING = "nothing"


class Meta(NamedTuple):
    """One comment read by the grammar: `text` is code, an expression, or an annotation's arguments."""

    kind: CommentKind
    text: str
    name: str = ""
    line: int = 0


_LONG_NAMES = {
    "template/code": CommentKind.CODE,
    "template/value": CommentKind.VALUE,
    "comment": CommentKind.NOTHING,
}


def is_template_comment(comment: Comment) -> bool:
    """Whether the comment makes its file a template: it starts with `#@`."""
    return comment.text.startswith("@")


def has_templating(node: Node) -> bool:
    """Whether any comment at or below `node` is code, a value or an annotation."""
    return any(is_template_comment(c) for n in walk(node) if n.comments for c in n.comments)


def read_comment(comment: Comment, node_line: int, *, ignore_unknown: bool = False) -> Meta:
    """Read `comment` of a node at `node_line` (from 1): on the node's own line, `#@ …` is a value, above it is code.

    Raises TemplateError for a plain `#` comment unless `ignore_unknown`.
    """
    text = comment.text
    if text.startswith("@"):
        name, _, rest = text[1:].partition(" ")
        if not name:
            kind = CommentKind.VALUE if comment.line == node_line else CommentKind.CODE
            return Meta(kind, rest, "", comment.line)
        kind = _LONG_NAMES.get(name, CommentKind.ANNOTATION)
        return Meta(kind, rest, name, comment.line)
    if text.startswith("!") or ignore_unknown:
        return Meta(CommentKind.NOTHING, "", "", comment.line)
    raise TemplateError(
        f"Failed to parse line {comment.line}: '#{text}': "
        "Expected ytt-formatted string (use '#@' for annotations or code, '#!' for comments)"
    )


def read_comments(node: Node, *, ignore_unknown: bool = False) -> list[Meta]:
    """The comments of `node` that mean something, in the order they were written."""
    metas = (read_comment(c, node.line, ignore_unknown=ignore_unknown) for c in node.comments or ())
    return [meta for meta in metas if meta.kind is not CommentKind.NOTHING]


def annotation_names(node: Node) -> Iterator[str]:
    """The names of the annotations written on `node`, read without evaluating anything."""
    for comment in node.comments or ():
        if comment.text.startswith("@"):
            name = comment.text[1:].partition(" ")[0]
            if name and name not in _LONG_NAMES:
                yield name
