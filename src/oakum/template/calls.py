"""The whole chain of template calls that an error came through (`--explain-calls`; not in the reference).

The reference shows the calls of one program, and loses those that were made by a built-in, an overlay, a validation or
another library. Here each of them keeps the exception that it speaks for, so all calls are in the tracebacks.
"""
from __future__ import annotations

from oakum.errors import OakumError
from oakum.starlark import Frame
from oakum.starlark.failure import call_chain
from oakum.template.errors import EvaluationError
from oakum.template.trace import Programs

_SHOWN = 20  # calls at either end of a long chain


def explained(error: OakumError, programs: Programs) -> OakumError:
    """`error` with the calls it came through, outermost first, added to its text; `error` itself without any."""
    calls = [
        f"  {_named(frame, line)} (in {frame.function})"
        for frame in call_chain(error)
        for line in programs.excerpt(frame.file, frame.line)
    ]
    if not calls:
        return error
    left_out = len(calls) - 2 * _SHOWN
    if left_out > 0:
        calls[_SHOWN:-_SHOWN] = [f"  … {left_out} more"]
    text = "\n".join([str(error).rstrip("\n"), "", "Calls, outermost first:", *calls])
    return EvaluationError(text, budget=getattr(error, "budget", False))


def _named(frame: Frame, line: str) -> str:
    """`line` of an excerpt with the file's name, which those of Starlark files lack."""
    return f"{frame.file}:{line}" if line.startswith(f"{frame.line} | ") else line
