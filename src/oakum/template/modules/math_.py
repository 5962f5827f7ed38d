"""`@ytt:math`: floating-point functions and constants (ytt: module math)."""
from __future__ import annotations

import math
from collections.abc import Callable

from oakum.starlark import Builtin, Failure, Module
from oakum.template.arguments import exactly, go_name
from oakum.typing import Any

_WARNING = (
    "\nWarning: a function from the @ytt:math module is used in this invocation; "
    "this module does not guarantee bit-identical results across CPU architectures."
)


_ROUNDERS = frozenset(["ceil", "floor"])


def math_module(warn: Callable[[str], object]) -> Module:
    """The module; `warn` is told, at each use, that results depend on the machine."""

    def builtin(name: str, function: Callable[..., Any]) -> Builtin:
        def call(*arguments: Any, **keywords: Any) -> Any:
            warn(_WARNING)
            return function(*arguments, **keywords)

        return Builtin(name, call, prefix=name != "log")

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


def _one(function: Callable[[float], Any], name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        if name in _ROUNDERS and len(arguments) != 1:
            raise Failure(f"{name}: got {len(arguments)} arguments, want 1")
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
    if keywords:
        raise Failure("log: unexpected keyword arguments")
    if not 1 <= len(arguments) <= 2:
        bound = "at most 2" if arguments else "at least 1"
        raise Failure(f"log: got {len(arguments)} arguments, want {bound}")
    power, *divisors = [_logarithm(_float(value)) for value in arguments]
    divisor = divisors[0] if divisors else 1.0
    if divisor == 0:
        return math.nan if power == 0 or power != power else math.copysign(math.inf, power)
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


def _hypot(x: float, y: float) -> float:
    """Go's way to the last digit, which Python's is more exact in."""
    small, large = sorted((abs(x), abs(y)))
    if not large or math.isinf(large) or large - large != 0 or small != small:
        return math.hypot(x, y)
    return large * math.sqrt(1 + (small / large) ** 2)


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
        "hypot": _hypot,
    }
    return {
        **{name: _one(function, name) for name, function in simple.items()},
        **{name: _two(function) for name, function in double.items()},
        "log": _log,
    }
