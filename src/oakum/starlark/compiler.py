"""From text to a program. A program that was kept from an earlier run needs none of this (`oakum.starlark.program`)."""
from __future__ import annotations

import _ast as ast
import sys
from collections.abc import Collection
from types import CodeType

from oakum.starlark.cursor import Cursor
from oakum.starlark.errors import Problem, ResolveErrors, SyntaxErrors
from oakum.starlark.expressions import Expressions
from oakum.starlark.program import Program, Site
from oakum.starlark.scanner import scan
from oakum.starlark.scope import TOPLEVEL, Scopes
from oakum.starlark.statements import Statements, Steps
from oakum.starlark.universe import UNIVERSE
from oakum.typing import Any

_UNIVERSE_NAMES = frozenset(UNIVERSE)


def compile_program(
    source: str, name: str, *, predeclared: Collection[str] = (), steps: Steps | None = None
) -> Program:
    """Compile `source`; `name` is its file in frames. Raises SyntaxErrors or ResolveErrors."""
    scopes = Scopes()
    sites: list[Site] = []
    cursor = Cursor(scan(source, name))
    parser = Statements(cursor, scopes, Expressions(cursor, scopes, sites), steps or Steps())
    try:
        body = parser.program()
    except RecursionError:
        raise cursor.error("nested too deeply") from None
    known = _UNIVERSE_NAMES.union(predeclared) if predeclared else _UNIVERSE_NAMES
    problems = scopes.resolve(known)
    if problems:
        raise ResolveErrors(name, problems)
    if parser.is_astray:  # what the reference does not see in time
        raise SyntaxErrors(name, [Problem("runtime error: index out of range [-1]", 0)])
    bound = scopes.top.bindings
    code = _compile(body, list(bound), name)
    exported = tuple(identifier for identifier in bound if identifier not in scopes.loaded)
    hidden = frozenset(bound).difference(scopes.shadowing)
    return Program(name, code, tuple(sites), exported, hidden, tuple(parser.loads))


def _compile(body: list[ast.stmt], names: list[str], file: str) -> CodeType:
    """The top level as a function whose names are global, so that its temporaries can be fast locals."""
    statements: list[ast.stmt] = [ast.Global(names, lineno=1, col_offset=0), *body] if names else body
    arguments = ast.arguments([], [], None, [], [], None, [])
    extra: dict[str, Any] = {"type_params": []} if sys.version_info >= (3, 12) else {}
    main = ast.FunctionDef(
        TOPLEVEL, arguments, statements or [ast.Pass(lineno=1, col_offset=0)], [], None, None,
        lineno=1, col_offset=0, **extra,
    )  # fmt: skip
    try:
        module = compile(ast.Module([main], []), file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno or 1 if isinstance(error, SyntaxError) else 1
        message = error.msg if isinstance(error, SyntaxError) else "nested too deeply"
        raise SyntaxErrors(file, [Problem(message, line)]) from None
    return next(constant for constant in module.co_consts if isinstance(constant, CodeType))
