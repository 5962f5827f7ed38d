"""A compiled program, and what it runs in."""
from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from types import CodeType, FunctionType

from oakum.errors import StarlarkError
from oakum.record import NamedTuple
from oakum.starlark.binding import invoke
from oakum.starlark.errors import Failure
from oakum.starlark.failure import RECURSION_LIMIT, raised
from oakum.starlark.helpers import HELPERS
from oakum.starlark.loading import loader
from oakum.starlark.meter import Meter, active
from oakum.starlark.universe import UNIVERSE, printer
from oakum.typing import Any


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


class Site(NamedTuple):
    """A call of a name with plain arguments, kept for the message when its arguments do not fit."""

    callee: str
    positional: int
    keywords: tuple[str, ...]


class Load(NamedTuple):
    """A `load(module, local="symbol", …)` statement: pairs of the local and the original name."""

    module: str
    symbols: tuple[tuple[str, str], ...]
    line: int


class Program(NamedTuple):
    """A compiled text. `globals` are the names it binds for others, `loads` what it loads, in order.

    `hidden` are the names that it does not find before it binds them itself.
    """

    file: str
    code: CodeType
    sites: tuple[Site, ...]
    globals: tuple[str, ...]
    hidden: frozenset[str]
    loads: tuple[Load, ...]

    def run(self, predeclared: Mapping[str, Any], thread: Thread) -> dict[str, Any]:
        """Run the top level; returns the module's globals. Raises EvalError.

        `predeclared` holds the values of the predeclared names and, under ids that start with a dot, what steps read.
        """
        space: dict[str, Any] = {**HELPERS, **UNIVERSE, **predeclared}
        for name in self.hidden:
            space.pop(name, None)
        space["__builtins__"] = {}  # else CPython would lend its own to names that are not bound yet
        space[".program"] = self
        space[".thread"] = thread
        space[".tick"] = thread.meter.tick
        space[".called"] = thread.meter.called
        space[".load"] = loader(thread.load)
        space["print"] = printer(thread.print)
        _on(thread, FunctionType(self.code, space))
        return {name: space[name] for name in self.globals if name in space}


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
