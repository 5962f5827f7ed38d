"""What templates can fail with, more precisely than TemplateError."""
from __future__ import annotations

from oakum.errors import TemplateError


class EvaluationError(TemplateError):
    """A template that does not compile or failed while it ran; its text starts with a new line."""
