"""From a Python exception to Starlark's error: its message, and the frames of the template's code it passed through."""
from __future__ import annotations

from collections.abc import Iterable
from types import CodeType, FrameType, TracebackType

from oakum.starlark.binding import refused
from oakum.starlark.errors import BudgetError, EvalError, Failure, Frame, Panic
from oakum.typing import Any

RECURSION_LIMIT = 6000
_NAMES = {"<lambda>": "lambda"}
_COMPREHENSIONS = frozenset(["<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"])
_SHOWN = 10  # frames kept at either end of an endless recursion
_TOO_DEEP = "call stack is too deep (endless recursion?)"


def raised(error: BaseException) -> EvalError | None:
    """The EvalError that `error` means; None when it is no fault of the program (and must not be hidden)."""
    found = _explain(error)
    if found is None:
        return None
    message, inner = found
    frames = [] if isinstance(error, Panic) else [*inner, *_frames(error.__traceback__)]
    if isinstance(error, RecursionError) and len(frames) > 2 * _SHOWN:
        frames = [*frames[:_SHOWN], *frames[-_SHOWN:]]
    return EvalError(message, frames, budget=isinstance(error, BudgetError | RecursionError))


def message_of(error: BaseException) -> str | None:
    """Only the message of what `raised` makes of `error`."""
    found = _explain(error)
    return None if found is None else found[0]


def call_chain(error: BaseException | None) -> list[Frame]:
    """Every call of a program that `error`, and those it was made of, passed through: outermost first."""
    chain: list[Frame] = []
    seen: set[int] = set()
    while error is not None:
        frames, traceback = [], error.__traceback__
        while traceback is not None:
            if id(traceback.tb_frame) not in seen:
                seen.add(id(traceback.tb_frame))
                frames.append((traceback.tb_frame, traceback.tb_lineno or 0))
            traceback = traceback.tb_next
        chain.extend(reversed(_programs_of(frames)))
        error = error.__cause__ or error.__context__
    return chain


def _explain(error: BaseException) -> tuple[str, tuple[Frame, ...]] | None:
    if isinstance(error, Failure | EvalError):
        return error.message, error.frames
    if isinstance(error, RecursionError):
        return _TOO_DEEP, ()
    if isinstance(error, MemoryError):
        return "out of memory", ()
    last = _last(error.__traceback__)
    if last is None or ".program" not in last.tb_frame.f_globals:
        return None
    if isinstance(error, UnboundLocalError):
        return f"local variable {_name_in(error)} referenced before assignment", ()
    if isinstance(error, NameError):
        name = _name_in(error)
        loaded = any(local == name for load in last.tb_frame.f_globals[".program"].loads for local, _ in load.symbols)
        kind = "local" if loaded or "free variable" in str(error) else "global"
        return f"{kind} variable {name} referenced before assignment", ()
    if isinstance(error, TypeError):
        failure = _misfit(last)
        return None if failure is None else (failure.message, failure.frames)
    return None


def _name_in(error: NameError) -> str:
    """The name that CPython's message has in quotes."""
    parts = str(error).split("'")
    return parts[1] if len(parts) > 1 else ""


def _misfit(at: TracebackType) -> Failure | None:
    """Why the call in progress in the frame `at` could not begin: CPython says so in its own words, so look again."""
    site = _site(at.tb_frame.f_code, at.tb_lasti, at.tb_frame.f_globals[".program"])
    if site is None:
        return None
    callee = _value(at.tb_frame, site.callee)
    return refused(callee, site.positional, site.keywords)


def _site(code: CodeType, instruction: int, program: Any) -> Any:
    """The call site that the instruction belongs to: its number is kept where a column would be."""
    for index, (_, _, column, _) in enumerate(code.co_positions()):
        if index == instruction // 2:
            return program.sites[column - 1] if column else None
    return None


def _value(frame: FrameType, name: str) -> Any:
    local = frame.f_locals
    return local[name] if name in local else frame.f_globals.get(name)


def _last(traceback: TracebackType | None) -> TracebackType | None:
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback


def _frames(traceback: TracebackType | None) -> list[Frame]:
    """The template's own frames, innermost first."""
    frames: list[tuple[FrameType, int]] = []
    while traceback is not None:
        frames.append((traceback.tb_frame, traceback.tb_lineno or 0))
        traceback = traceback.tb_next
    return _programs_of(frames)


def _programs_of(passed: Iterable[tuple[FrameType, int]]) -> list[Frame]:
    """Those of Python's frames, with their lines, that are a program's: innermost first.

    A comprehension is part of its function.
    """
    frames: list[Frame] = []
    for frame, line in passed:
        code = frame.f_code
        if ".program" in frame.f_globals:
            name = code.co_name
            if name in _COMPREHENSIONS and frames:
                name = frames.pop().function
            frames.append(Frame(_NAMES.get(name, name), code.co_filename, line))
    frames.reverse()
    return frames
