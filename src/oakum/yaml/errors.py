"""Errors of the YAML room."""
from __future__ import annotations

from oakum.errors import YAMLError

MAX_DEPTH = 100
"""How many collections may stand in one another: far more than anybody writes, few enough for all that reads them."""


class SyntaxYAMLError(YAMLError):
    """Text that does not parse: the message has go-yaml's words (`yaml: line 2: did not find expected key`).

    `line` counts from 1 and is 0 when go-yaml names none.
    """

    def __init__(self, problem: str, line: int = 0) -> None:
        where = f"line {line}: " if line else ""
        super().__init__(f"yaml: {where}{problem}")
        self.problem = problem
        self.line = line

    def moved(self, lines: int) -> SyntaxYAMLError:
        """The same error, that many lines further down: on the first line at least, where ytt panics."""
        return SyntaxYAMLError(self.problem, max(self.line + lines, 1))


class TagYAMLError(SyntaxYAMLError):
    """A character that ends a tag to libyaml, at `index` of the text."""

    def __init__(self, problem: str, line: int, index: int) -> None:
        super().__init__(problem, line)
        self.index = index


def too_deep() -> SyntaxYAMLError:
    """The error for collections nested deeper than `MAX_DEPTH`."""
    return SyntaxYAMLError(f"exceeded max depth of {MAX_DEPTH}")


class SeparatorError(YAMLError):
    """A `---` line with something other than blanks or a comment behind it."""

    def __init__(self, rest: str) -> None:
        super().__init__(f"invalid Yaml document separator: {rest}")
