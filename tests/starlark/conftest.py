"""Fixtures that run a text and look at what it binds, or at how it fails."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oakum.starlark import CompileErrors, EvalError, Meter, Thread, compile_program

STEPS = 2_000_000
MEMORY = 200 << 20


def run_text(text: str, **predeclared: Any) -> dict[str, Any]:
    """The globals of `text`, run within a small budget."""
    program = compile_program(text, "t.star", predeclared=predeclared)
    return program.run(predeclared, Thread(meter=Meter(STEPS, MEMORY)))


@pytest.fixture
def run() -> Callable[..., dict[str, Any]]:
    """Run a text; returns its globals."""
    return run_text


@pytest.fixture
def value() -> Callable[..., Any]:
    """The value of an expression."""
    return lambda expression, **names: run_text(f"x = ({expression})\n", **names)["x"]


@pytest.fixture
def fails() -> Callable[..., EvalError]:
    """Run a text that must fail; returns the error."""

    def failing(text: str, **predeclared: Any) -> EvalError:
        with pytest.raises(EvalError) as caught:
            run_text(text, **predeclared)
        return caught.value

    return failing


@pytest.fixture
def refused() -> Callable[..., list[tuple[str, int]]]:
    """Compile a text that must not compile; returns messages and lines."""

    def refusing(text: str, **predeclared: Any) -> list[tuple[str, int]]:
        with pytest.raises(CompileErrors) as caught:
            compile_program(text, "t.star", predeclared=predeclared)
        return [(problem.message, problem.line) for problem in caught.value.errors]

    return refusing
