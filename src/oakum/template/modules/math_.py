"""`@ytt:math`: floating-point functions and constants (ytt: module math)."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from oakum.starlark import Builtin, Failure, Module
from oakum.template.modules.arguments import exactly, go_name

_WARNING = (
    "\nWarning: a function from the @ytt:math module is used in this invocation; "
    "this module does not guarantee bit-identical results across CPU architectures.\n"
)


def math_module(warn: Callable[[str], object]) -> Module:
    """The module; `warn` is told, at each use, that results depend on the machine."""

    def builtin(name: str, function: Callable[..., Any]) -> Builtin:
        def call(*arguments: Any, **keywords: Any) -> Any:
            warn(_WARNING)
            return function(*arguments, **keywords)

        return Builtin(name, call)

    functions = {name: builtin("round" if name == "mod" else name, made) for name, made in _functions().items()}
    return Module("math", {**functions, "e": math.e, "pi": math.pi})


def _float(value: Any) -> float:
    if type(value) not in (int, float):
        raise Failure(f"expected float value, but was {go_name(value)}")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _quiet(function: Callable[..., float], *values: float) -> float:
    """Go's results where Python raises: NaN outside a function's domain, an infinity beyond its range."""
    try:
        return function(*values)
    except ValueError:
        return math.nan
    except OverflowError:
        return math.inf


def _one(function: Callable[[float], Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        exactly(arguments, 1)
        return _quiet(function, _float(arguments[0]))

    return call


def _two(function: Callable[[float, float], float]) -> Callable[..., float]:
    def call(*arguments: Any, **keywords: Any) -> float:
        exactly(arguments, 2)
        return _quiet(function, _float(arguments[0]), _float(arguments[1]))

    return call


def _whole(rounded: Callable[[float], int]) -> Callable[[float], int]:
    def convert(value: float) -> int:
        if not math.isfinite(value):
            raise Failure(f"cannot convert float {'NaN' if value != value else 'infinity'} to integer")
        return rounded(value)

    return convert


def _log(*arguments: Any, **keywords: Any) -> float:
    values = [*arguments, *([keywords["base"]] if "base" in keywords else [])]
    if not 1 <= len(values) <= 2:
        raise Failure("expected at least one argument")
    power = _logarithm(_float(values[0]))
    if len(values) == 1:
        return power
    divisor = _logarithm(_float(values[1]))
    if divisor == 0:
        raise Failure("division by zero")
    return power / divisor


def _logarithm(value: float) -> float:
    return -math.inf if value == 0 else _quiet(math.log, value)


def _round(value: float) -> float:
    """Half away from zero."""
    if not math.isfinite(value):
        return value
    whole = math.floor(abs(value))
    return math.copysign(whole + (abs(value) - whole >= 0.5), value)


def _atanh(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) == 1 else math.atanh(value)


def _pow(base: float, exponent: float) -> float:
    if base == 0 and exponent < 0:
        odd = exponent == math.floor(exponent) and exponent % 2 == 1
        return math.copysign(math.inf, base) if odd else math.inf
    try:
        return math.pow(base, exponent)
    except OverflowError:
        odd = exponent % 2 == 1
        return -math.inf if base < 0 and odd else math.inf


def _gamma(value: float) -> float:
    if value == 0:
        return math.copysign(math.inf, value)
    return math.gamma(value)


def _sinh(value: float) -> float:
    try:
        return math.sinh(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _functions() -> dict[str, Callable[..., Any]]:
    simple: dict[str, Callable[[float], Any]] = {
        "ceil": _whole(math.ceil),
        "floor": _whole(math.floor),
        "fabs": math.fabs,
        "round": _round,
        "exp": math.exp,
        "sqrt": math.sqrt,
        "acos": math.acos,
        "asin": math.asin,
        "atan": math.atan,
        "cos": math.cos,
        "sin": math.sin,
        "tan": math.tan,
        "acosh": math.acosh,
        "asinh": math.asinh,
        "atanh": _atanh,
        "cosh": math.cosh,
        "sinh": _sinh,
        "tanh": math.tanh,
        "degrees": lambda x: 360 * x / (2 * math.pi),
        "radians": lambda x: 2 * math.pi * x / 360,
        "gamma": _gamma,
    }
    double: dict[str, Callable[[float, float], float]] = {
        "copysign": math.copysign,
        "mod": math.fmod,
        "pow": _pow,
        "remainder": math.remainder,
        "atan2": math.atan2,
        "hypot": math.hypot,
    }
    return {
        **{name: _one(function) for name, function in simple.items()},
        **{name: _two(function) for name, function in double.items()},
        "log": _log,
    }
