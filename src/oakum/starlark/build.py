"""Python syntax trees for compiled Starlark: short constructors that carry only what CPython's compiler reads.

Ids that start with a dot cannot be written in Starlark: they name the run-time helpers and the variables of steps.
Columns are not used as columns: a call's is the number of its call site, 0 for all else.
"""
from __future__ import annotations

import _ast as ast
from collections.abc import Sequence

from oakum.typing import Any

LOAD = ast.Load()
STORE = ast.Store()


def name(identifier: str, line: int) -> ast.Name:
    """Read `identifier`."""
    return ast.Name(identifier, LOAD, lineno=line, col_offset=0)


def target(identifier: str, line: int) -> ast.Name:
    """`identifier` as what is assigned to."""
    return ast.Name(identifier, STORE, lineno=line, col_offset=0)


def constant(value: Any, line: int) -> ast.Constant:
    """A constant (None, bool, int, float, str or a tuple of them)."""
    return ast.Constant(value, None, lineno=line, col_offset=0)


def call(function: str, arguments: list[ast.expr], line: int) -> ast.Call:
    """Call the helper `function` with positional `arguments`."""
    return ast.Call(name(function, line), arguments, [], lineno=line, col_offset=0)


def tuple_of(items: Sequence[ast.expr], line: int) -> ast.Tuple:
    """A tuple display."""
    return ast.Tuple(list(items), LOAD, lineno=line, col_offset=0)


def assign(identifier: str, value: ast.expr, line: int) -> ast.Assign:
    """`identifier = value`."""
    return ast.Assign([target(identifier, line)], value, None, lineno=line, col_offset=0)


def expression(value: ast.expr, line: int) -> ast.Expr:
    """`value` as a statement."""
    return ast.Expr(value, lineno=line, col_offset=0)


def attribute(value: ast.expr, attr: str, line: int) -> ast.Attribute:
    """Python's own `value.attr`: for steps only, user's attribute access goes through a helper."""
    return ast.Attribute(value, attr, LOAD, lineno=line, col_offset=0)


def negate(value: ast.expr, line: int) -> ast.UnaryOp:
    """`not value`."""
    return ast.UnaryOp(ast.Not(), value, lineno=line, col_offset=0)
