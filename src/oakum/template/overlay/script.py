"""The bridge to template code: calling its functions, and values as it sees them."""
from __future__ import annotations

from oakum.starlark import BudgetError, EvalError, Failure, List, is_callable
from oakum.starlark import call as call_function
from oakum.template.convert import go_type, to_yaml
from oakum.template.fragment import wrap
from oakum.template.overlay.errors import OverlayError
from oakum.typing import Any
from oakum.yaml.nodes import Value

__all__ = ["call", "from_script", "go_type", "is_callable", "is_list", "to_script", "truth"]


def call(function: Any, *args: Any) -> Any:
    """What a template's `function` returns for `args`; raises `OverlayError` with its message when it fails."""
    try:
        return call_function(function, args)
    except (EvalError, Failure) as error:
        if isinstance(error, BudgetError) or (isinstance(error, EvalError) and error.budget):
            raise
        raise OverlayError(error.message) from error


def to_script(value: Value) -> Any:
    """A node's value as an overlay's functions get it: maps and arrays as fragments."""
    return wrap(value)


def from_script(value: Any) -> Value:
    """The node's value that a Starlark value becomes; raises `OverlayError` when YAML cannot hold it."""
    try:
        node: Value = to_yaml(value)
    except Failure as error:
        raise OverlayError(str(error)) from error
    return node


def truth(value: Any) -> bool:
    """A boolean as it is; raises `OverlayError` for anything else."""
    if isinstance(value, bool):
        return value
    raise OverlayError(f"expected starlark.Bool, but was {go_type(value)}")


def is_list(value: Any) -> bool:
    """Whether `value` is a list."""
    return isinstance(value, List)
