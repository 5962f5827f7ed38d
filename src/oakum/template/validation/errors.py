"""What goes wrong while data values are validated."""
from __future__ import annotations

from oakum.errors import TemplateError


class ValidationError(TemplateError):
    """A malformed rule, a rule that cannot be evaluated, or the report about values that break rules."""
