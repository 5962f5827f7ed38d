"""Where a call stands that could not begin, as its arguments were wrong: at the function's first instruction.

In the reference that is a line of the body if the body begins by looking a name up, since constants and names of the
universe have no line of their own; else it is the line of the `def`. A function with steps, though, stands at the first
instruction that has a line, what follows an `if` or a loop before what is in it.
"""
from __future__ import annotations

import _ast as ast
from collections.abc import Iterator, Sequence

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


def first_step_line(body: Sequence[ast.stmt]) -> int:
    """The line of the first instruction of `body`, which has steps, that has a line; 0 where none has."""
    for statement in body:
        if line := next(_lines(statement), 0):
            return line
    inside = [part for statement in body for part in (getattr(statement, "body", []), getattr(statement, "orelse", []))]
    return next((line for part in inside if (line := first_step_line(part))), 0)


def _lines(node: ast.AST) -> Iterator[int]:
    """The lines of what is looked up, and of steps, in a statement's head or an expression, in their order."""
    if isinstance(node, ast.FunctionDef):
        yield node.body[0].lineno
    elif isinstance(node, ast.Name):
        of_step = node.id.startswith((".items", ".text", ".open")) or (node.id[0] == "." and _is_stored(node))
        if of_step or not (node.id[0] == "." or node.id in UNIVERSE or _is_stored(node)):
            yield node.lineno
    else:
        order = ("value", "targets") if isinstance(node, ast.Assign) else node._fields
        for field in order:
            below = getattr(node, field) if field not in ("body", "orelse") or isinstance(node, ast.expr) else None
            for part in below if isinstance(below, list) else [below]:
                if isinstance(part, ast.AST):
                    yield from _lines(part)


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


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
