"""A document of data values or of their schema, with who it is for (ytt: data values, libraries)."""
from __future__ import annotations

from dataclasses import dataclass, field, replace

from oakum.template.position import compact
from oakum.template.reference import LibraryReference, show
from oakum.yaml.nodes import Document


@dataclass(slots=True)
class Use:
    """Whether anything took a document that was meant for a library."""

    used: bool = False


@dataclass(frozen=True, slots=True)
class ValuesDocument:
    """One document to lay over the data values (or schema) of a library.

    `references` lead from the library at hand to the one it is for; empty means this one. `origin` is what they were
    where it was written. `after_library` says that it comes after what the caller of the library gives.
    """

    document: Document
    references: tuple[LibraryReference, ...] = ()
    origin: tuple[LibraryReference, ...] = ()
    after_library: bool = False
    use: Use = field(default_factory=Use)

    def below(self) -> ValuesDocument:
        """The same document as the library that its first reference leads to sees it; marks this one as used."""
        self.use.used = True
        return replace(self, references=self.references[1:], use=Use())

    def describe(self, kind: str) -> str:
        """`KIND belonging to library '@x' on line FILE:LINE`."""
        where = compact(self.document.line, self.document.source)
        return f"{kind} belonging to library '{show(self.origin)}' on line {where}"
