"""What templates can fail with, more precisely than TemplateError."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.errors import TemplateError


class EvaluationError(TemplateError):
    """A template that does not compile or failed while it ran. Its text starts with a new line or a prefix.

    `budget` says that it used up its steps or memory, which no template may catch.
    """

    def __init__(self, message: str, *, budget: bool = False) -> None:
        super().__init__(message)
        self.budget = budget


class UnknownName(TemplateError):
    """A file, library or module `name` that is none of those that are `known`."""

    def __init__(self, message: str, name: str, known: Iterable[str]) -> None:
        super().__init__(message)
        self.name = name
        self.known = known
