"""The schema of a library's data values (ytt: data values schema)."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.record import NamedTuple
from oakum.template.convert import copy_value
from oakum.template.overlay import accumulate
from oakum.template.schema.check import conform as violations_of
from oakum.template.schema.check import default_item
from oakum.template.schema.errors import SchemaError
from oakum.template.schema.infer import declare
from oakum.template.schema.report import report
from oakum.template.schema.types import Declaration
from oakum.yaml.nodes import Document


class Schema(NamedTuple):
    """What data values have to be; `root` declares the whole document."""

    root: Declaration

    @classmethod
    def from_document(cls, document: Document) -> Schema:
        """The schema that one sample document stands for.

        Raises SchemaError, whose message is a report that starts with a newline; ValidationError for a malformed rule.
        """
        return cls(declare(document))

    @classmethod
    def from_documents(cls, documents: Iterable[Document]) -> Schema | None:
        """The schema that `documents` come to, each of them a schema, laid over the ones before; None without any.

        The documents are not changed. Raises OverlayError, SchemaError or ValidationError.
        """
        given = list(documents)
        if len(given) > 1:
            for document in given:
                declare(document)
        result: Document | None = None
        for document in given:
            result = _copy(document) if result is None else accumulate(result, document)
        return None if result is None else cls.from_document(result)

    def default_document(self) -> Document:
        """A new document with the default values."""
        document = default_item(self.root)
        assert isinstance(document, Document)
        return document

    def conform(self, document: Document) -> None:
        """Fill the defaults that `document` lacks, in place, and check its types.

        Raises SchemaError, whose message is a report that starts with a newline.
        """
        violations = violations_of(document, self.root)
        if violations:
            raise SchemaError(report("One or more data values were invalid", violations, calculated=True))

    def openapi(self) -> Document:
        """The schema as an OpenAPI v3 document."""
        from oakum.template.schema.openapi import openapi

        return openapi(self.root)

    def json_schema(self) -> Document:
        """The schema as a JSON Schema."""
        from oakum.template.schema.jsonschema import json_schema

        return json_schema(self.root)


def _copy(document: Document) -> Document:
    copy: Document = copy_value(document)
    return copy
