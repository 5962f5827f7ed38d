"""Where a call stands that could not begin, as its arguments were wrong: at the function's first instruction.

In the reference that is a line of the body if the body begins by looking a name up, since constants and names of the
universe have no line of their own; else it is the line of the first step in it, or of the `def`.
"""
from __future__ import annotations

import _ast as ast
from collections.abc import Sequence

from oakum.starlark.universe import UNIVERSE

_FIRST = {
    ast.Attribute: "value", ast.BinOp: "left", ast.Compare: "left", ast.Expr: "value", ast.For: "iter", ast.If: "test",
    ast.IfExp: "test", ast.Return: "value", ast.Subscript: "value", ast.UnaryOp: "operand",
}  # fmt: skip
"""What is evaluated first of a statement or an expression."""
_FIRST_OF_MANY = {ast.BoolOp: "values", ast.List: "elts", ast.Tuple: "elts"}


def first_line(body: Sequence[ast.stmt]) -> int:
    """The line of the first instruction of `body`, 0 where that has none."""
    for statement in body:
        if not _is_literal(statement):
            return line_of(statement)
    return 0


def line_of(node: ast.AST | None) -> int:
    """The line of the first instruction of a statement or an expression, 0 where that has none."""
    while node is not None:
        if isinstance(node, ast.Name):
            return 0 if node.id in UNIVERSE else node.lineno
        if isinstance(node, ast.Call):
            node = _of_call(node)
        elif isinstance(node, ast.Assign):
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id.startswith("."):
                return node.lineno
            node = node.value
        elif isinstance(node, ast.FunctionDef):
            return node.body[0].lineno
        elif isinstance(node, ast.Lambda):
            return node.body.lineno
        elif type(node) in _FIRST_OF_MANY:
            many = getattr(node, _FIRST_OF_MANY[type(node)])
            node = many[0] if many else None
        else:
            node = getattr(node, _FIRST.get(type(node), ""), None)
    return 0


def _is_literal(statement: ast.stmt) -> bool:
    """Whether nothing is evaluated: for True, False and None, which are names, something is."""
    return (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            and not isinstance(statement.value.value, bool | None))


def _of_call(call: ast.Call) -> ast.AST | None:
    function = call.func
    if not (isinstance(function, ast.Name) and function.id.startswith(".")):
        return function
    if function.id == ".dict_literal" or not call.args:
        return None
    return call.args[-1 if function.id in (".set_attr", ".set_index") else 0]
