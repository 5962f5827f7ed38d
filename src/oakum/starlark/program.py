"""From text to a program that can be run, and what it runs in."""
from __future__ import annotations

import _ast as ast
import sys
from collections.abc import Callable, Collection, Mapping
from types import CodeType, FunctionType
from typing import Any

from oakum.errors import StarlarkError
from oakum.record import NamedTuple
from oakum.starlark.binding import invoke
from oakum.starlark.cursor import Cursor
from oakum.starlark.errors import Failure, Problem, ResolveErrors, SyntaxErrors
from oakum.starlark.expressions import Expressions, Site
from oakum.starlark.failure import RECURSION_LIMIT, raised
from oakum.starlark.helpers import HELPERS
from oakum.starlark.loading import loader
from oakum.starlark.meter import Meter, active
from oakum.starlark.scanner import scan
from oakum.starlark.scope import TOPLEVEL, Scopes
from oakum.starlark.statements import Load, Statements, Steps
from oakum.starlark.universe import UNIVERSE, printer

_UNIVERSE_NAMES = frozenset(UNIVERSE)


def _no_modules(module: str) -> Mapping[str, Any]:
    raise Failure("load not implemented by this application")


class Thread:
    """What a running program is given.

    `print` gets each printed line without its newline; `load` gets a module's name and returns its globals, frozen, or
    raises Failure with the whole message; `meter` is the budget, shared by all threads of a run.
    """

    __slots__ = ("load", "meter", "print")

    def __init__(
        self,
        print: Callable[[str], object] = lambda line: sys.stderr.write(line + "\n"),
        load: Callable[[str], Mapping[str, Any]] = _no_modules,
        meter: Meter | None = None,
    ) -> None:
        self.print = print
        self.load = load
        self.meter = Meter() if meter is None else meter


class Program(NamedTuple):
    """A compiled text. `globals` are the names it binds for others, `loads` what it loads, in order."""

    file: str
    code: CodeType
    sites: tuple[Site, ...]
    globals: tuple[str, ...]
    bound: frozenset[str]
    loads: tuple[Load, ...]

    def run(self, predeclared: Mapping[str, Any], thread: Thread) -> dict[str, Any]:
        """Run the top level; returns the module's globals. Raises EvalError.

        `predeclared` holds the values of the predeclared names and, under ids that start with a dot, what steps read.
        """
        space: dict[str, Any] = {**HELPERS, **UNIVERSE, **predeclared}
        for name in self.bound:
            space.pop(name, None)
        space["__builtins__"] = {}  # else CPython would lend its own to names that are not bound yet
        space[".program"] = self
        space[".thread"] = thread
        space[".tick"] = thread.meter.tick
        space[".load"] = loader(thread.load)
        space["print"] = printer(thread.print)
        _on(thread, FunctionType(self.code, space))
        return {name: space[name] for name in self.globals if name in space}


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
    bound = scopes.top.bindings
    code = _compile(body, list(bound), name)
    exported = tuple(identifier for identifier in bound if identifier not in scopes.loaded)
    return Program(name, code, tuple(sites), exported, frozenset(bound), tuple(parser.loads))


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


def _on(thread: Thread, function: Any, *arguments: Any, **keywords: Any) -> Any:
    """Call compiled code on `thread`: its meter in force, room for deep recursion, and errors as EvalError."""
    limit = sys.getrecursionlimit()
    undo = active(thread.meter)
    if limit < RECURSION_LIMIT:
        sys.setrecursionlimit(RECURSION_LIMIT)
    try:
        return function(*arguments, **keywords)
    except (StarlarkError, TypeError, NameError, RecursionError, MemoryError) as error:
        problem = raised(error)
        if problem is None:
            raise
        raise problem from None
    finally:
        if limit < RECURSION_LIMIT:
            sys.setrecursionlimit(limit)
        undo()


def call(function: Any, arguments: Collection[Any] = (), keywords: Mapping[str, Any] | None = None) -> Any:
    """Call a Starlark callable from the host. Raises EvalError."""
    space = getattr(function, "__globals__", None)
    thread = space.get(".thread") if space else None
    if thread is None:
        return invoke(function, *arguments, **(keywords or {}))
    return _on(thread, invoke, function, *arguments, **(keywords or {}))
