"""Errors of the files that a run is given or writes."""
from __future__ import annotations

from oakum.errors import TemplateError


class InputError(TemplateError):
    """A file that was named could not be found, may not be followed, or could not be read."""


class MarkError(TemplateError):
    """A file mark that does not parse or that no file answers to."""


class OutputError(TemplateError):
    """What came out cannot be written where, or as what, it was asked for."""
