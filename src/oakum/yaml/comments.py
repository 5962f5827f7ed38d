"""Comments: where they are in a text, and which node each belongs to (ytt: comments)."""
from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from oakum.yaml.nodes import Array, Comment, Document, DocumentSet, Map, Node, walk

_COMMENT = re.compile("#([^\\n\\r\x85\u2028\u2029]*)")
_UNUSUAL_BREAK = re.compile("[\x85\u2028\u2029]")
"""What ends a line as well, where lines are counted."""


def find(text: str, scalars: Iterable[tuple[int, int]], shift: int) -> list[tuple[int, str]]:
    """The comments of `text`: line (from 1, `shift` subtracted) and what follows `#`.

    `scalars` are the spans of all scalars in order; any `#` between them starts a comment.
    """
    found = []
    line, counted, at = 1 - shift, 0, 0
    unusual = not text.isascii() and _UNUSUAL_BREAK.search(text)
    for start, end in chain(scalars, [(len(text), len(text))]):
        while at < start and (match := _COMMENT.search(text, at, start)):
            line += text.count("\n", counted, match.start())
            if unusual:
                line += len(_UNUSUAL_BREAK.findall(text, counted, match.start()))
            counted = match.start()
            found.append((line, match[1]))
            at = match.end()
        at = max(at, end)
    return found


def attach(documents: DocumentSet, comments: list[tuple[int, str]]) -> None:
    """Put each comment on the last node of its line, else on the first node of the next line that has nodes.

    The comments are in order. Those that no node follows go on an empty document, which stands nowhere, at the end.
    """
    first, last = _nodes_by_line(documents)
    lines = iter(sorted(first))
    following = next(lines, None)
    trailing = Document()
    for line, text in comments:
        node = last.get(line)
        if node is None:
            while following is not None and following < line:
                following = next(lines, None)
            node = trailing if following is None else first[following]
        if node.comments is None:
            node.comments = []
        node.comments.append(Comment(text, line, documents.source))
    if trailing.comments:
        documents.items.append(trailing)


def _nodes_by_line(documents: DocumentSet) -> tuple[dict[int, Node], dict[int, Node]]:
    """The first and the last item of each line, in the order in which items are visited."""
    first: dict[int, Node] = {}
    last: dict[int, Node] = {}
    for document in documents.items:
        for node in walk(document):
            if not isinstance(node, Map | Array):
                first.setdefault(node.line, node)
                last[node.line] = node
    return first, last
