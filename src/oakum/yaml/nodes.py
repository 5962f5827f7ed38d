"""The object model that templates, overlays and positions work on.

A node knows where it was written (`source`, `line`), so that any later message, down to a server's rejection, can
name file and line. `line` counts from 1; 0 means unknown. Maps and arrays have no position of their own: they take
their parent item's.
"""
from __future__ import annotations

from collections.abc import Iterator

from oakum.record import NamedTuple
from oakum.typing import Any, TypeAlias


class Source:
    """A text that nodes came from: its name as messages show it, and its lines (None when not kept)."""

    __slots__ = ("lines", "name")

    def __init__(self, name: str, lines: list[str] | None = None) -> None:
        self.name = name
        self.lines = lines

    def text(self, line: int) -> str:
        """The source text of `line` (from 1), empty when unknown."""
        return self.lines[line - 1] if self.lines and 0 < line <= len(self.lines) else ""


class Comment(NamedTuple):
    """A comment as written: `text` is what follows `#`."""

    text: str
    line: int
    source: Source | None


class Node:
    """Base of the six kinds. `annotations` maps a name such as `overlay/match` to its evaluated arguments."""

    __slots__ = ("annotations", "comments", "line", "source")

    line: int
    source: Source | None
    comments: list[Comment] | None
    annotations: dict[str, Any] | None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as the call that makes it, which is read in half the time that setting each slot takes."""
        made = type(self), tuple([getattr(self, slot) for slot in (*type(self).__slots__, "line", "source")])
        if not self.comments and not self.annotations:
            return made
        return *made, (None, {"comments": self.comments, "annotations": self.annotations})


class DocumentSet(Node):
    """A stream of documents."""

    __slots__ = ("items",)

    def __init__(self, items: list[Document] | None = None, line: int = 0, source: Source | None = None) -> None:
        self.items: list[Document] = [] if items is None else items
        self.line = line
        self.source = source
        self.comments = None
        self.annotations = None


class Document(Node):
    """One `---` document."""

    __slots__ = ("value",)

    def __init__(self, value: Value = None, line: int = 0, source: Source | None = None) -> None:
        self.value: Value = value
        self.line = line
        self.source = source
        self.comments = None
        self.annotations = None


class Map(Node):
    """A mapping: ordered items, duplicates possible until they are checked."""

    __slots__ = ("items",)

    def __init__(self, items: list[MapItem] | None = None, line: int = 0, source: Source | None = None) -> None:
        self.items: list[MapItem] = [] if items is None else items
        self.line = line
        self.source = source
        self.comments = None
        self.annotations = None


class MapItem(Node):
    """One `key: value`."""

    __slots__ = ("key", "value")

    def __init__(self, key: Any, value: Value = None, line: int = 0, source: Source | None = None) -> None:
        self.key = key
        self.value: Value = value
        self.line = line
        self.source = source
        self.comments = None
        self.annotations = None


class Array(Node):
    """A sequence."""

    __slots__ = ("items",)

    def __init__(self, items: list[ArrayItem] | None = None, line: int = 0, source: Source | None = None) -> None:
        self.items: list[ArrayItem] = [] if items is None else items
        self.line = line
        self.source = source
        self.comments = None
        self.annotations = None


class ArrayItem(Node):
    """One `- value`."""

    __slots__ = ("value",)

    def __init__(self, value: Value = None, line: int = 0, source: Source | None = None) -> None:
        self.value: Value = value
        self.line = line
        self.source = source
        self.comments = None
        self.annotations = None


Scalar: TypeAlias = bool | int | float | str | None
Value: TypeAlias = "Scalar | Map | Array"
Item: TypeAlias = Document | MapItem | ArrayItem


def walk(node: Node) -> Iterator[Node]:
    """Every node below and including `node`, parents first."""
    stack: list[Any] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, Node):
            yield current
            below = getattr(current, "items", None)
            stack.extend(reversed(below) if below is not None else [getattr(current, "value", None)])
