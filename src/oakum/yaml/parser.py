"""Text of ytt's YAML dialect to nodes with positions and comments (ytt: YAML in)."""
from __future__ import annotations

import re

from oakum.yaml.errors import SyntaxYAMLError
from oakum.yaml.nodes import DocumentSet, Source
from oakum.yaml.resolve import resolve
from oakum.yaml.simple import build_simple

_MARKER_FIRST = re.compile(r"[\t\n\f\r ]*---[\t\n\f\r ]")


def parse(text: str, name: str, *, strict: bool = False, comments: bool = True) -> DocumentSet:
    """The documents of `text`, whose nodes say that they come from `name`.

    Keys and scalars are resolved; duplicate keys are kept (see `oakum.yaml.duplicates`); aliases are copies with the
    lines of what they stand for; comments sit on their nodes, those behind the last node on a document added for
    them. `strict` refuses scalars that are easily misread; without `comments` none are kept. A text that does not
    start with a document marker has its first document on line 1.

    Raises SyntaxYAMLError with go-yaml's words.
    """
    source = Source(name, text.split("\n"))
    implicit = not _MARKER_FIRST.match(text)
    if strict:
        from oakum.yaml.strict import resolve_strictly
    try:
        simple = build_simple(text, source, implicit, resolve_strictly if strict else resolve)
    except SyntaxYAMLError:
        simple = None  # what is wrong with the text as a whole comes before what is wrong with a scalar
    documents, found = simple or _from_events(text, source, implicit, strict, comments)
    if found and comments:
        from oakum.yaml.comments import attach

        attach(documents, found)
    if implicit:
        documents.items[0].line = 1
    return documents


def _from_events(
    text: str, source: Source, implicit: bool, strict: bool, comments: bool
) -> tuple[DocumentSet, list[tuple[int, str]]]:
    from oakum.yaml.builder import build

    if not implicit:
        return build(text, source, 0, strict, comments)
    try:
        return build("---\n" + text, source, 1, strict, comments)
    except SyntaxYAMLError as error:
        # The marker put in front counts as a line.
        if error.line:
            raise error.moved(-1) from None
        raise
