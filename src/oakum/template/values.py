"""A document of data values or of their schema, with who it is for (ytt: data values, libraries)."""
from __future__ import annotations

from oakum.errors import TemplateError
from oakum.starlark import Failure
from oakum.template.annotation import Annotation, annotation
from oakum.template.arguments import string
from oakum.template.comment import annotation_names
from oakum.template.convert import go_type
from oakum.template.files import InputFile
from oakum.template.keys import show_key
from oakum.template.kinds import kind_of
from oakum.template.position import compact, position
from oakum.template.reference import LibraryReference, parse_reference, show
from oakum.yaml.emitter import is_empty
from oakum.yaml.nodes import Document, DocumentSet, MapItem, Node, Value, walk

VALUES, SCHEMA, REFERENCE = "data/values", "data/values-schema", "library/ref"
_AFTER = "after_library_module"


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


def mentions_values(file: InputFile) -> bool:
    """Whether documents of the file may have one of the two annotations. Few do; walking them all would take long."""
    return f"@{VALUES}" in file.text


def has_annotated(documents: DocumentSet, name: str) -> bool:
    """Whether documents have the annotation `name`. Raises TemplateError when another node has it."""
    found = False
    for node in walk(documents):
        count = list(annotation_names(node)).count(name) if node.comments else 0
        if count and not isinstance(node, Document):
            raise TemplateError(
                f"Found @{name} on {kind_of(node)} ({position(node)}); "
                f"only documents (---) can be annotated with @{name}"
            )
        if count > 1:
            raise TemplateError(f"{name} annotation may only be used once per document")
        found = found or count > 0
    return found


def annotated_documents(file: InputFile, documents: DocumentSet, name: str) -> list[Document]:
    """The documents annotated `name`. Raises TemplateError when there are others that hold something."""
    what = "data values" if name == VALUES else "schema"
    if any(annotation(document, name) is None and not is_empty(document.value) for document in documents.items):
        raise TemplateError(f"Expected {what} file '{file.path}' to only have {what} documents")
    return [document for document in documents.items if annotation(document, name) is not None]


def values_document(document: Document, name: str) -> ValuesDocument:
    """What a document annotated `name` asks for. Raises TemplateError for arguments that mean nothing."""
    marked = annotation(document, name)
    assert marked is not None
    reference = annotation(document, REFERENCE)
    steps = () if reference is None else _steps(reference)
    after = False
    for key, value in marked.kwargs.items():
        if name == SCHEMA:
            after = after or (key == _AFTER and value is True)
        elif key != _AFTER:
            raise TemplateError(f"Unknown kwarg {key} for annotation {name}")
        elif type(value) is not bool:
            raise TemplateError(f"expected starlark.Bool, but was {go_type(value)}")
        elif reference is None:
            raise TemplateError(f"Annotation {name}: Expected kwarg '{_AFTER}' to be used with {REFERENCE} annotation")
        else:
            after = value
    return ValuesDocument(document, steps, steps, after)


def _steps(reference: Annotation) -> tuple[LibraryReference, ...]:
    """The libraries that `@library/ref` leads through. Raises TemplateError."""
    if len(reference.args) != 1:
        raise TemplateError(f"Expected {REFERENCE} annotation to have one arg, got {len(reference.args)}")
    try:
        return parse_reference(string(reference.args[0]))
    except Failure as error:
        raise TemplateError(str(error)) from error
    except TemplateError as error:
        raise TemplateError(f"Annotation {REFERENCE}: {error}") from error


def check_keys(values: Value) -> None:
    """Raise TemplateError for a key of data values that no struct can have."""
    for node in walk(values) if isinstance(values, Node) else ():
        if isinstance(node, MapItem) and not isinstance(node.key, str):
            raise TemplateError(
                f"Expected data value keys to be strings, but was {show_key(node.key)} on line {position(node)} "
                "(hint: put the key in quotes)"
            )
