"""Fixtures that evaluate an expression with all modules loaded."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oakum.starlark import EvalError, Meter, Thread, compile_program
from oakum.template.modules import FILES, find_module

LOADS = "".join(f'load("@ytt:{name}", "{name}")\n' for name in FILES)


def evaluate(expression: str, before: str = "") -> Any:
    program = compile_program(f"{LOADS}{before}\nx = ({expression})\n", "t")

    def load(name: str) -> Any:
        return find_module(name.removeprefix("@ytt:"))

    return program.run({}, Thread(load=load, meter=Meter(5_000_000)))["x"]


@pytest.fixture
def value() -> Callable[..., Any]:
    """The value of an expression."""
    return evaluate


@pytest.fixture
def message() -> Callable[..., str]:
    """The message of an expression that must fail."""

    def failing(expression: str, before: str = "") -> str:
        with pytest.raises(EvalError) as caught:
            evaluate(expression, before)
        return caught.value.message

    return failing
