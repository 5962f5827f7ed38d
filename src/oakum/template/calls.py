"""The whole chain of template calls that an error came through (`--explain-calls`; not in the reference).

For what is no key, file, library or module, also the nearest that is.

The reference shows the calls of one program, and loses those that were made by a built-in, an overlay, a validation or
another library. Here each of them keeps the exception that it speaks for, so all calls are in the tracebacks.
"""
from __future__ import annotations

from oakum.errors import OakumError
from oakum.starlark import Frame, UnknownKey
from oakum.starlark.failure import call_chain
from oakum.starlark.spelling import nearest
from oakum.template.errors import EvaluationError, UnknownName
from oakum.template.trace import Programs

_SHOWN = 20  # calls at either end of a long chain


def explained(error: OakumError, programs: Programs) -> OakumError:
    """`error` with the nearest name to an unknown one, and the calls it came through, outermost first, added.

    `error` itself where there is neither.
    """
    added = [*_guess(error), *_calls(error, programs)]
    if not added:
        return error
    return EvaluationError("\n".join([str(error).rstrip("\n"), *added]), budget=getattr(error, "budget", False))


def _calls(error: OakumError, programs: Programs) -> list[str]:
    calls = [
        f"  {_named(frame, line)} (in {frame.function})"
        for frame in call_chain(error)
        for line in programs.excerpt(frame.file, frame.line)
    ]
    left_out = len(calls) - 2 * _SHOWN
    if left_out > 0:
        calls[_SHOWN:-_SHOWN] = [f"  … {left_out} more"]
    return ["", "Calls, outermost first:", *calls] if calls else []


def _guess(error: BaseException | None) -> list[str]:
    """What an unknown key, file, library or module was probably meant to be."""
    while error is not None:
        if isinstance(error, UnknownKey | UnknownName) and isinstance(error.name, str):
            found = nearest(error.name, (name for name in error.known if isinstance(name, str)))
            return ["", f"Did you mean '{found}'?"] if found else []
        error = error.__cause__ or error.__context__
    return []


def _named(frame: Frame, line: str) -> str:
    """`line` of an excerpt with the file's name, which those of Starlark files lack."""
    return f"{frame.file}:{line}" if line.startswith(f"{frame.line} | ") else line
