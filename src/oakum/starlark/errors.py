"""What can be wrong with code: it does not parse, names nothing, or fails while it runs.

    StarlarkError
    ├── SyntaxErrors      the text is not a program
    ├── ResolveErrors     names and statements in wrong places, all of them
    ├── Failure           raised by helpers and host functions; has no position yet
    │   ├── NamedFailure  says itself which function failed
    │   ├── UnknownKey    a key that is not there; has those that are
    │   └── BudgetError   the step, memory or depth budget is used up; cannot be caught by a program
    │       └── Panic     an operation that ends the program at once, wherever it is
    └── EvalError         what a run or a call ends with: a message and the frames it passed through
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from oakum.errors import StarlarkError
from oakum.record import NamedTuple
from oakum.typing import Any


class Problem(NamedTuple):
    """One thing wrong with a text: the message and the line (from 1) it is reported at."""

    message: str
    line: int


class Frame(NamedTuple):
    """One call in progress: `function` is `<toplevel>`, `lambda` or a name; `line` counts from 1, 0 is unknown."""

    function: str
    file: str
    line: int


class CompileErrors(StarlarkError):
    """Base of what keeps a text from being compiled: its `file` and the `errors` in it."""

    def __init__(self, file: str, errors: Sequence[Problem]) -> None:
        self.file = file
        self.errors = list(errors)
        super().__init__("\n".join(f"{file}:{error.line}: {error.message}" for error in self.errors))


class SyntaxErrors(CompileErrors):
    """The text is not a Starlark program; the first problem only."""


class ResolveErrors(CompileErrors):
    """Undefined names and misplaced statements: all of them."""


class Failure(StarlarkError):
    """A failed operation, before anyone knows where. `frames` are calls that failed before they began."""

    def __init__(self, message: str, frames: Sequence[Frame] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.frames = tuple(frames)


class NamedFailure(Failure):
    """A failure whose message begins with a function's name already."""


class UnknownKey(Failure):
    """A `name` that is none of the keys `known`, for whoever wants to tell the nearest one."""

    def __init__(self, message: str, name: Any, known: Iterable[Any]) -> None:
        super().__init__(message)
        self.name = name
        self.known = known


class BudgetError(Failure):
    """The program asks for more steps, memory or depth than it is given."""


class Panic(BudgetError):
    """An operation that no program may ask for: its message comes without frames, as the reference panics."""


class EvalError(StarlarkError):
    """A run or a call that failed: the `message` and the `frames` it passed, innermost first."""

    def __init__(self, message: str, frames: Sequence[Frame] = (), *, budget: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.frames = tuple(frames)
        self.budget = budget
