"""Documents back to text with their comments: `ytt fmt`, and output that keeps comments.

Two defects of `ytt fmt` in the reference are not copied, because they change what the text means: keys are quoted where
they need it, and an empty collection in an array is written. An empty one under a key is left out, as recorded.
"""
from __future__ import annotations

from collections.abc import Sequence

from oakum.record import NamedTuple
from oakum.yaml.emitter import emit, is_empty, key_line
from oakum.yaml.nodes import Array, ArrayItem, Comment, Document, DocumentSet, Item, Map, MapItem


class Layout(NamedTuple):
    """How much room the text is given.

    `roomy` indents arrays under their key and sets comments off by blank lines. `whole` writes every value; otherwise
    an empty collection under a key, and null beside a comment (which may compute the value), are left out.
    """

    roomy: bool
    whole: bool


FORMATTED = Layout(roomy=True, whole=False)
OUTPUT = Layout(roomy=False, whole=True)


def format_documents(documents: DocumentSet) -> str:
    """The text of `documents`, parsed with comments, as `ytt fmt` lays it out.

    A document's comments stand above its marker.
    """
    formatter = _Formatter(FORMATTED)
    for index, document in enumerate(documents.items):
        above, beside = _comments(document)
        formatter.gap = formatter.gap or bool(above)
        formatter.comments(above, "")
        if index or beside:
            formatter.line("---" + beside)
        formatter.root(document)
        formatter.gap = formatter.gap or bool(above)
    return "".join(formatter.out)


def emit_commented(documents: DocumentSet) -> str:
    """What `oakum.yaml.emitter.emit` writes, with the comments of the nodes above or beside them.

    Documents that are empty are left out, with their comments; those of the others stand below the marker.
    """
    formatter = _Formatter(OUTPUT)
    for document in documents.items:
        if not is_empty(document.value):
            if formatter.out:
                formatter.line("---")
            formatter.comments(document.comments or (), "")
            formatter.root(document)
    return "".join(formatter.out)


class _Formatter:
    """Lines so far, and whether a blank one is due before the next."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.out: list[str] = []
        self.gap = False

    def line(self, text: str) -> None:
        if self.gap and self.layout.roomy:
            self.out.append("\n")
        self.gap = False
        self.out.append(text + "\n")

    def comments(self, comments: Sequence[Comment], pad: str) -> None:
        for comment in comments:
            self.line(f"{pad}#{comment.text}")

    def root(self, document: Document) -> None:
        if isinstance(document.value, Map | Array) and document.value.items:
            self.children(document.value.items, "", "")
        elif document.value is not None:
            self.line(emit(document.value).removesuffix("\n"))

    def children(self, items: Sequence[Item], lead: str, pad: str) -> None:
        """The items of a collection; the first line goes after `lead`, the others after `pad`."""
        for index, item in enumerate(items):
            above, beside = _comments(item)
            if above:
                self.gap = self.gap or index > 0
                if lead != pad:
                    self.line(lead.rstrip())
                    lead = pad
            self.comments(above, pad)
            self.item(item, lead, pad, beside)
            self.gap = self.gap or bool(above)
            lead = pad

    def item(self, item: Item, lead: str, pad: str, beside: str) -> None:
        value, inner = item.value, pad + "  "
        if isinstance(item, MapItem) and key_line(item.key) is None:
            # What is below such a key has no comments of its own: nobody has written any there yet.
            self.line(lead + _indented(emit(Map([item])), pad))
        elif not isinstance(value, Map | Array) or not value.items:
            self.leaf(item, lead, pad, beside)
        elif isinstance(item, ArrayItem) and not beside:
            self.children(value.items, lead + "- ", inner)
        else:
            self.line(lead + _label(item) + beside)
            level = isinstance(item, MapItem) and isinstance(value, Array) and not self.layout.roomy
            below = pad if level else inner
            self.children(value.items, below, below)

    def leaf(self, item: Item, lead: str, pad: str, beside: str) -> None:
        """An item with a scalar, or with a collection that is empty."""
        label = lead + _label(item)
        hollow = isinstance(item.value, Map | Array) and isinstance(item, MapItem)
        if not self.layout.whole and (hollow or (item.value is None and beside)):
            self.line(label + beside)
            return
        first, newline, rest = _indented(emit(item.value), pad).partition("\n")
        self.line(f"{label} {first}{beside}{newline}{rest}")


def _indented(text: str, pad: str) -> str:
    """`text` without its last line break, all lines but the first and blank ones led by `pad`."""
    first, *rest = text.removesuffix("\n").split("\n")
    return "\n".join([first, *(pad + line if line else "" for line in rest)])


def _label(item: Item) -> str:
    return f"{key_line(item.key)}:" if isinstance(item, MapItem) else "-"


def _comments(item: Item) -> tuple[list[Comment], str]:
    """The comments above the item, and those beside it as they are written."""
    comments = item.comments or []
    above = [comment for comment in comments if comment.line != item.line]
    return above, "".join(f" #{comment.text}" for comment in comments if comment.line == item.line)
