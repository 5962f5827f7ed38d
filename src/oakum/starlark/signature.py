"""The parameters of a `def` or `lambda` as Python's own, so that CPython binds the arguments."""
from __future__ import annotations

import _ast as ast
from collections.abc import Callable

from oakum.starlark import build
from oakum.starlark.cursor import Cursor
from oakum.starlark.scanner import EOF, IDENTIFIER
from oakum.starlark.scope import Scopes

_CLOSING = frozenset((")", ":", EOF))


class Signature:
    """Parsed parameters. `named` are all names with their lines; `rest` is the name after `**`."""

    __slots__ = ("arguments", "named", "rest")

    def __init__(self, arguments: ast.arguments) -> None:
        self.arguments = arguments
        self.named: list[tuple[str, int]] = []
        self.rest: str | None = None

    def bind(self, scopes: Scopes) -> None:
        """Bind the names in the current block, noting those that come twice."""
        seen: set[str] = set()
        for name, line in self.named:
            if name in seen:
                scopes.problem(f"duplicate parameter: {name}", line)
            seen.add(name)
            scopes.bind(name, line)

    def prologue(self, line: int) -> list[ast.stmt]:
        """Statements that make what `**` gathered a Starlark dict."""
        if self.rest is None:
            return []
        return [build.assign(self.rest, build.call(".keywords", [build.name(self.rest, line)], line), line)]

    def unfold(self, body: ast.expr, line: int) -> ast.expr:
        """The same for a lambda's `body`."""
        if self.rest is None:
            return body
        made = ast.NamedExpr(
            build.target(self.rest, line),
            build.call(".keywords", [build.name(self.rest, line)], line),
            lineno=line,
            col_offset=0,
        )
        first = ast.BoolOp(ast.Or(), [made, build.constant(True, line)], lineno=line, col_offset=0)
        return ast.BoolOp(ast.And(), [first, body], lineno=line, col_offset=0)


class Parameters:
    """A parser of parameter lists at a cursor; `test` parses the default values."""

    def __init__(self, cursor: Cursor, scopes: Scopes, test: Callable[[], ast.expr]) -> None:
        self.cursor = cursor
        self.scopes = scopes
        self.test = test

    def parse(self) -> Signature:
        """The parameters up to, and not including, the mark that closes those of a `def` or of a `lambda`."""
        cursor = self.cursor
        arguments = ast.arguments([], [], None, [], [], None, [])
        signature = Signature(arguments)
        bare_star = 0
        first = True
        while cursor.kind not in _CLOSING:
            if not first:
                cursor.expect(",")
                if cursor.kind == ")":
                    break
            first = False
            line = cursor.line
            if cursor.kind == "*":
                bare_star = self._star(signature, bare_star)
            elif cursor.kind == "**":
                self._double_star(signature)
            else:
                self._plain(signature, bool(bare_star or arguments.vararg), line)
        if bare_star and not arguments.kwonlyargs:
            self.scopes.problem("bare * must be followed by keyword-only parameters", bare_star)
        return signature

    def _star(self, signature: Signature, bare_star: int) -> int:
        """`*name`, or a `*` alone, whose line is returned; `bare_star` is that of one before."""
        arguments, line = signature.arguments, self.cursor.advance()
        self._check_last(arguments, "*", line)
        if bare_star or arguments.vararg is not None:
            self.scopes.problem("multiple * parameters not allowed", line)
        if self.cursor.kind == IDENTIFIER:
            arguments.vararg = self._name(signature, line)
        elif arguments.vararg is arguments.kwarg is None:
            return line
        return bare_star

    def _double_star(self, signature: Signature) -> None:
        arguments, line = signature.arguments, self.cursor.advance()
        if arguments.kwarg is not None:
            self.scopes.problem("multiple ** parameters not allowed", line)
        arguments.kwarg = self._name(signature, line)
        signature.rest = arguments.kwarg.arg

    def _plain(self, signature: Signature, keyword_only: bool, line: int) -> None:
        arguments = signature.arguments
        parameter = self._name(signature, line)
        default: ast.expr | None = None
        if self.cursor.kind == "=":
            self.cursor.advance()
            default = self.test()
        self._check_last(arguments, "required" if default is None else "optional", line)
        if keyword_only:
            arguments.kwonlyargs.append(parameter)
            arguments.kw_defaults.append(default)
            return
        arguments.args.append(parameter)
        if default is not None:
            arguments.defaults.append(default)
        elif arguments.defaults:
            self.scopes.problem("required parameter may not follow optional", line)

    def _check_last(self, arguments: ast.arguments, what: str, line: int) -> None:
        """Nothing comes after `**`."""
        if arguments.kwarg is not None:
            self.scopes.problem(f"{what} parameter may not follow **{arguments.kwarg.arg}", line)

    def _name(self, signature: Signature, line: int) -> ast.arg:
        name = self.cursor.identifier()
        signature.named.append((name, line))
        return ast.arg(name, None, None, lineno=line, col_offset=0)
