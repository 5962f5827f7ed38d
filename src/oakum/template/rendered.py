"""What the files of a run came to."""
from __future__ import annotations

from oakum.record import NamedTuple
from oakum.yaml.nodes import DocumentSet


class RenderedFile(NamedTuple):
    """The documents that one file came to."""

    path: str
    documents: DocumentSet


class RenderedText(NamedTuple):
    """The text that one text template came to."""

    path: str
    text: str
