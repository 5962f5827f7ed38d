"""A template's failure as the user reads it: message, call stack, source lines (ytt: template error format)."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from oakum.starlark import EvalError, ResolveErrors, SyntaxErrors
from oakum.template.errors import EvaluationError
from oakum.template.program import Program

_HINTS: list[tuple[str, str]] = [
    (r"undefined: true\b", "use 'True' instead of 'true' for boolean assignment"),
    (r"undefined: false\b", "use 'False' instead of 'false' for boolean assignment"),
    (r"undefined: (null|nil|none)\b", r"use 'None' instead of '\1' to indicate no value"),
    (r"got newline, want ':'", "missing colon at the end of 'if/for/def' statement?"),
    (r"unknown binary op: \w+ \| \w+", "use 'or' instead of '|' for logical-or"),
    (r"unknown binary op: \w+ & \w+", "use 'and' instead of '&' for logical-and"),
]
_DOUBLED = {
    "got '&', want primary expression": ("&&", "use 'and' instead of '&&' for logical-and"),
    "got '|', want primary expression": ("||", "use 'or' instead of '||' for logical-or"),
}


class Programs:
    """The programs of a run by name, to show the source lines of a failure."""

    def __init__(self) -> None:
        self._programs: dict[str, Callable[[], Program]] = {}

    def add(self, name: str, program: Callable[[], Program]) -> None:
        """Know from now on what makes the program `name`, should it be asked for."""
        self._programs[name] = program

    def excerpt(self, name: str, line: int) -> list[str]:
        """The source lines that stand for program line `line` of the program `name`."""
        program = self._programs.get(name)
        if program is None:
            return [f"{name}:{line} | (unavailable)"]
        return excerpt(program(), line)

    def failure(self, error: EvalError) -> EvaluationError:
        """What to raise for an error while a template ran; its text starts with a new line."""
        head, *rest = error.message.split("\n")
        shown = ["", f"- {head}{_hint(head, '')}"]
        for frame in error.frames:
            shown.append(f"    in {frame.function}")
            shown.extend(f"      {text}" for text in self.excerpt(frame.file, frame.line))
        if rest:
            shown += ["", "    reason:", *(f"     {line}" for line in rest)]
        return EvaluationError("\n".join(shown), budget=error.budget)


def excerpt(program: Program, line: int) -> list[str]:
    """The source line of a program line; for a generated one, its code between its neighbours' source lines."""
    shown = _shown(program, max(line, 1))
    if shown is not None:
        return [shown]
    last = len(program.code)
    line = min(max(line, 1), last)
    before = _nearest(program, range(line - 1, 0, -1))
    after = _nearest(program, range(line + 1, last + 1))
    return [*before, f"{program.name}:? | {program.code[line - 1]} (generated)", *after]


def _shown(program: Program, line: int) -> str | None:
    place = program.place(line)
    if place is None:
        return None
    return f"{place.name}:{place.line} | {place.text}" if place.name else f"{place.line} | {place.text}"


def _nearest(program: Program, lines: Iterable[int]) -> list[str]:
    for line in lines:
        shown = _shown(program, line)
        if shown is not None:
            return [shown]
    return []


def compile_failure(program: Program, errors: SyntaxErrors | ResolveErrors) -> EvaluationError:
    """What to raise for a program that does not compile; its text starts with a new line."""
    shown = [""]
    for problem in errors.errors:
        code = program.code[problem.line - 1] if 0 < problem.line <= len(program.code) else ""
        shown.append(f"- {problem.message}{_hint(problem.message, code)}")
        if problem.line:
            shown.extend(f"    {text}" for text in excerpt(program, problem.line))
    return EvaluationError("\n".join(shown))


def _hint(message: str, code: str) -> str:
    doubled = _DOUBLED.get(message)
    if doubled and doubled[0] in code:
        return f" (hint: {doubled[1]})"
    for pattern, hint in _HINTS:
        found = re.match(pattern, message)
        if found:
            return f" (hint: {found.expand(hint)})"
    return ""
