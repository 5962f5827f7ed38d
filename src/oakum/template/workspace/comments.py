"""Comments of input files put back on what the files came to (`--keep-comments`)."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.template.files import PRIVATE, FileKind, InputFile
from oakum.template.options import Result
from oakum.typing import TypeAlias
from oakum.yaml.nodes import Comment, Node, walk
from oakum.yaml.parser import parse

_Place: TypeAlias = tuple[str, int, type[Node], str]


def restore_comments(result: Result, files: Iterable[InputFile]) -> None:
    """Give each node of `result` the comments of the node of `files` that it was made from; code is left out.

    A template's `#!` comments become plain ones. A node is known by its file, line and key: what a loop made has the
    comments each time.
    """
    known: dict[_Place, list[Comment]] = {}
    for file in files:
        if file.kind is FileKind.YAML and PRIVATE not in file.path.split("/") and "#" in file.text:
            for node in walk(parse(file.text, file.path)):
                if node.comments and (kept := _kept(node.comments)):
                    known[_place(node)] = kept
    for rendered in result.files:
        for node in walk(rendered.documents):
            node.comments = known.get(_place(node))


def _place(node: Node) -> _Place:
    key = getattr(node, "key", None)
    name = node.source.name if node.source else ""
    return name, node.line, type(node), key if isinstance(key, str) else repr(key)


def _kept(comments: list[Comment]) -> list[Comment]:
    """The comments that are no code."""
    return [each._replace(text=each.text.removeprefix("!")) for each in comments if not each.text.startswith("@")]
