"""Where a parser is in its tokens, and the errors it can raise there."""
from __future__ import annotations

from oakum.starlark.errors import Problem, SyntaxErrors
from oakum.starlark.scanner import ERROR, IDENTIFIER, RESERVED, Tokens, quoted
from oakum.typing import Any, NoReturn

MAX_DEPTH = 150
ILLEGAL = "illegal token"


class Cursor:
    """The next token (`kind`, `value`, `line`) of a stream."""

    __slots__ = ("depth", "index", "kind", "kinds", "line", "lines", "tokens", "value", "values")

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.values = tokens.values
        self.lines = tokens.lines
        self.index = -1
        self.depth = 0
        self.kind = ""
        self.value: Any = None
        self.line = 1
        self.advance()

    def advance(self) -> int:
        """Step over the next token; returns its line."""
        line = self.line
        index = self.index = self.index + 1
        self.kind = self.kinds[index]
        self.value = self.values[index]
        self.line = self.lines[index]
        if self.kind == IDENTIFIER:
            if self.value in RESERVED:
                if self.value == "pass":
                    self.fail("use of reserved keyword 'pass' is not allowed")
                self.kind = ILLEGAL
        elif self.kind is ERROR:
            raise self.value
        return line

    def expect(self, kind: str) -> int:
        """Step over a token of `kind`; returns its line. Raises SyntaxErrors for any other."""
        if self.kind != kind:
            self.fail(f"got {quoted(self.kind)}, want {quoted(kind)}")
        return self.advance()

    def identifier(self) -> str:
        """Step over an identifier; returns its name."""
        if self.kind != IDENTIFIER:
            self.not_an_identifier()
        name: str = self.value
        self.advance()
        return name

    def not_an_identifier(self) -> NoReturn:
        """The next token should have been a name."""
        if self.kind is ILLEGAL or (self.kind[0].isalpha() and self.value == self.kind):
            self.fail(f"use of reserved keyword '{self.value}' is not allowed (expected identifier)")
        self.fail("not an identifier")

    def enter(self) -> None:
        """Go one level deeper; `leave` comes back. Raises SyntaxErrors for code that nests too deeply."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("nested too deeply")

    def leave(self) -> None:
        """Come back one level."""
        self.depth -= 1

    def fail(self, message: str, line: int | None = None) -> NoReturn:
        """Raise SyntaxErrors at the next token, or at `line`."""
        raise self.error(message, line)

    def error(self, message: str, line: int | None = None) -> SyntaxErrors:
        """The SyntaxErrors at the next token, or at `line`."""
        return SyntaxErrors(self.tokens.file, [Problem(message, self.line if line is None else line)])
