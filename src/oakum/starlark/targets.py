"""What can be assigned to: names, `x[i]`, `x.f`, and tuples or lists of those."""
from __future__ import annotations

import _ast as ast
from collections.abc import Iterator

from oakum.starlark import build
from oakum.starlark.scope import Scopes
from oakum.typing import Any


class IndexCall(ast.Call):
    """A compiled `x[i]`; its arguments are `x` and `i`."""


class AttrCall(ast.Call):
    """A compiled `x.f`; its arguments are `x` and the constant `"f"`."""


class ListCall(ast.Call):
    """A compiled list display; its argument, if any, is a tuple."""


_KINDS = {".slice": "sliceexpr", ".not_in": "binaryexpr", ".Dict": "dictexpr", ".dict_literal": "dictexpr",
          ".neg": "unaryexpr", ".pos": "unaryexpr", ".invert": "unaryexpr", ".method": "callexpr", ".call": "callexpr",
          ".spread": "callexpr", ".List": "comprehension", ".dict_of": "comprehension"}


class Targets:
    """Turns a parsed expression into something to assign to, binding the names in the current block."""

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self.temporaries = 0

    def is_simple(self, place: ast.expr) -> bool:
        """Whether `place` holds nothing but names."""
        items = elements(place)
        return isinstance(place, ast.Name) if items is None else all(self.is_simple(item) for item in items)

    def bind(self, place: ast.expr) -> tuple[ast.expr, ast.expr | None]:
        """Python's target for `place`, and how to unpack what it is given (None when one name takes all)."""
        items = elements(place)
        line = place.lineno
        if isinstance(place, ast.Name):
            self.scopes.assign(place.id, line)
            return build.target(place.id, line), None
        if items is None:
            self.refuse(place)
            return build.target(".refused", line), None
        made = [self.bind(item) for item in items]
        target = ast.Tuple([part for part, _ in made], build.STORE, lineno=line, col_offset=0)
        if all(spec is None for _, spec in made):
            return target, build.constant(len(made), line)
        none = build.constant(None, line)
        return target, build.tuple_of([none if spec is None else spec for _, spec in made], line)

    def store(self, place: ast.expr, value: ast.expr, line: int) -> list[ast.stmt]:
        """Statements that assign `value` to `place`, whatever it is."""
        if self.is_simple(place):
            target, spec = self.bind(place)
            if spec is not None:
                value = build.call(".unpack", [value, spec], line)
            return [ast.Assign([target], value, None, lineno=line, col_offset=0)]
        if isinstance(place, IndexCall):
            return [build.expression(build.call(".set_index", [*place.args, value], line), line)]
        if isinstance(place, AttrCall):
            return [build.expression(build.call(".set_attr", [*place.args, value], line), line)]
        items = elements(place)
        if items is None:
            self.refuse(place)
            return []
        parts = [self.temporary() for _ in items]
        target = ast.Tuple([build.target(part, line) for part in parts], build.STORE, lineno=line, col_offset=0)
        unpacked = build.call(".unpack", [value, build.constant(len(items), line)], line)
        statements: list[ast.stmt] = [ast.Assign([target], unpacked, None, lineno=line, col_offset=0)]
        for part, item in zip(parts, items, strict=True):
            statements.extend(self.store(item, build.name(part, line), line))
        return statements

    def temporary(self) -> str:
        """A fresh id for a value that is needed twice."""
        self.temporaries += 1
        return f".t{self.temporaries}"

    def refuse(self, place: ast.expr) -> None:
        """Note that `place` cannot be assigned to; the names in it are not looked up."""
        for name in _names(place):
            self.scopes.forget(name)
        self.scopes.problem(f"can't assign to {_kind(place)}", place.lineno)


def _names(part: Any) -> Iterator[str]:
    """The names that an expression uses."""
    if isinstance(part, ast.Name):
        yield part.id
    elif isinstance(part, ast.AST):
        for field in part._fields:
            yield from _names(getattr(part, field, None))
    elif isinstance(part, list):
        for item in part:
            yield from _names(item)


def elements(place: ast.expr) -> list[ast.expr] | None:
    """The places inside a tuple or list of places; None for anything else."""
    if isinstance(place, ast.Tuple):
        return place.elts
    if isinstance(place, ListCall):
        return place.args[0].elts if place.args else []  # type: ignore[attr-defined]  # a list display holds a tuple
    if isinstance(place, ast.Constant) and isinstance(place.value, tuple):
        return []
    return None


def _kind(place: ast.expr) -> str:
    if isinstance(place, ast.Constant):
        return "ident" if place.value is None or isinstance(place.value, bool) else "literal"
    if isinstance(place, ast.Call) and isinstance(place.func, ast.Name):
        callee = place.func.id
        return _KINDS.get(callee, "binaryexpr" if callee.startswith(".") else "callexpr")
    if isinstance(place, ast.IfExp):
        return "condexpr"
    if isinstance(place, ast.Lambda):
        return "lambdaexpr"
    return "unaryexpr" if isinstance(place, ast.UnaryOp) else "binaryexpr"
