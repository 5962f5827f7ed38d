"""Documents back to text with their comments (ytt spec 2.9, `ytt fmt`).

Two defects of the reference are not copied, because they change what the text means: keys are quoted where they need
it, and an empty collection in an array is written. An empty one under a key is left out, as recorded.
"""
from __future__ import annotations

from collections.abc import Sequence

from oakum.yaml.emitter import emit
from oakum.yaml.nodes import Array, ArrayItem, Comment, Document, DocumentSet, Item, Map, MapItem


def format_documents(documents: DocumentSet) -> str:
    """The text of `documents`, parsed with comments.

    Comments above a node stay above it, set off by blank lines; one beside it stays beside it. Arrays are indented
    under their key.
    """
    formatter = _Formatter()
    for index, document in enumerate(documents.items):
        formatter.document(document, first=index == 0)
    return "".join(formatter.out)


class _Formatter:
    """Lines so far, and whether a blank one is due before the next."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.gap = False

    def line(self, text: str) -> None:
        if self.gap and self.out:
            self.out.append("\n")
        self.gap = False
        self.out.append(text + "\n")

    def document(self, document: Document, *, first: bool) -> None:
        above, beside = _comments(document)
        self.gap = self.gap or bool(above)
        for comment in above:
            self.line(f"#{comment.text}")
        if not first or beside:
            self.line("---" + beside)
        if isinstance(document.value, Map | Array):
            self.children(document.value.items, "", "")
        elif document.value is not None:
            self.line(emit(document.value).removesuffix("\n"))
        self.gap = self.gap or bool(above)

    def children(self, items: Sequence[Item], lead: str, pad: str) -> None:
        """The items of a collection; the first line goes after `lead`, the others after `pad`."""
        for index, item in enumerate(items):
            above, beside = _comments(item)
            if above:
                self.gap = self.gap or index > 0
                if lead != pad:
                    self.line(lead.rstrip())
                    lead = pad
            for comment in above:
                self.line(f"{pad}#{comment.text}")
            self.item(item, lead, pad, beside)
            self.gap = self.gap or bool(above)
            lead = pad

    def item(self, item: Item, lead: str, pad: str, beside: str) -> None:
        value, inner = item.value, pad + "  "
        if not isinstance(value, Map | Array) or not value.items:
            self.leaf(item, lead, pad, beside)
        elif isinstance(item, ArrayItem) and not beside:
            self.children(value.items, lead + "- ", inner)
        else:
            self.line(lead + _label(item) + beside)
            self.children(value.items, inner, inner)

    def leaf(self, item: Item, lead: str, pad: str, beside: str) -> None:
        """An item with a scalar, or with a collection that is empty."""
        label = lead + _label(item)
        empty = isinstance(item.value, Map | Array)
        if (empty and isinstance(item, MapItem)) or (item.value is None and beside):
            self.line(label + beside)
            return
        first, newline, rest = emit(item.value).removesuffix("\n").partition("\n")
        indented = "\n".join(pad + line if line else "" for line in rest.split("\n"))
        self.line(f"{label} {first}{beside}{newline}{indented}")


def _label(item: Item) -> str:
    return emit(item.key).removesuffix("\n") + ":" if isinstance(item, MapItem) else "-"


def _comments(item: Item) -> tuple[list[Comment], str]:
    """The comments above the item, and those beside it as they are written."""
    comments = item.comments or []
    above = [comment for comment in comments if comment.line != item.line]
    return above, "".join(f" #{comment.text}" for comment in comments if comment.line == item.line)
