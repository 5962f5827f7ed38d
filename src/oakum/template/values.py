"""A document of data values or of their schema, with who it is for (ytt: data values, libraries)."""
from __future__ import annotations

from oakum.template.position import compact
from oakum.template.reference import LibraryReference, show
from oakum.yaml.nodes import Document


class Use:
    """Whether anything took a document that was meant for a library."""

    __slots__ = ("used",)

    def __init__(self) -> None:
        self.used = False


class ValuesDocument:
    """One document to lay over the data values (or schema) of a library.

    `references` lead from the library at hand to the one it is for; empty means this one. `origin` is what they were
    where it was written. `after_library` says that it comes after what the caller of the library gives.
    """

    __slots__ = ("after_library", "document", "origin", "references", "use")

    def __init__(
        self,
        document: Document,
        references: tuple[LibraryReference, ...] = (),
        origin: tuple[LibraryReference, ...] = (),
        after_library: bool = False,
    ) -> None:
        self.document = document
        self.references = references
        self.origin = origin
        self.after_library = after_library
        self.use = Use()

    def below(self) -> ValuesDocument:
        """The same document as the library that its first reference leads to sees it; marks this one as used."""
        self.use.used = True
        return ValuesDocument(self.document, self.references[1:], self.origin, self.after_library)

    def describe(self, kind: str) -> str:
        """`KIND belonging to library '@x' on line FILE:LINE`."""
        where = compact(self.document.line, self.document.source)
        return f"{kind} belonging to library '{show(self.origin)}' on line {where}"
