"""What goes wrong with a schema, or with data values under it."""
from __future__ import annotations

from oakum.errors import TemplateError


class SchemaError(TemplateError):
    """A schema that is malformed, or data values that do not conform to theirs; the message is a report."""
