"""Statements: parsed by ytt's block rules into Python statements.

A block opened by `:` at the end of a line runs to `end` (or `else`, `elif`); after `:` on the same line it is that
line. Steps (see the package's docstring) are recognised here, and only at the beginning of a line that is allowed them.
"""
from __future__ import annotations

import _ast as ast
import sys
from collections.abc import Callable, Container, Mapping
from types import MappingProxyType

from oakum.record import NamedTuple
from oakum.starlark import build
from oakum.starlark.cursor import Cursor
from oakum.starlark.entry import first_line, first_step_line
from oakum.starlark.expressions import OPERATORS, Expressions
from oakum.starlark.program import Load
from oakum.starlark.scanner import EOF, IDENTIFIER, NEWLINE, OUTDENT, STRING, quoted
from oakum.starlark.scope import Scope, Scopes
from oakum.starlark.targets import AttrCall, IndexCall, elements
from oakum.typing import Any

_FLAT_END = frozenset([EOF, NEWLINE, ";"])
_CLAUSES = frozenset(["else", "elif"])
_LINE_STARTS = frozenset([NEWLINE, OUTDENT])
_AUGMENTED = frozenset(f"{operator}=" for operator in ("+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>"))
_FUNCTION_EXTRA: dict[str, Any] = {"type_params": []} if sys.version_info >= (3, 12) else {}


class Block:
    """A block of statements: the one around it in the same function, and the innermost loop that it is part of."""

    __slots__ = ("is_loop", "parent")

    def __init__(self, parent: Block | None = None, is_loop: bool = False) -> None:
        self.parent = parent
        self.is_loop = is_loop

    @property
    def loop(self) -> Block | None:
        """The innermost block that is run repeatedly and is or holds this one; None outside of loops."""
        return self if self.is_loop else self.parent and self.parent.loop

    @property
    def root(self) -> Block:
        """The body of the function."""
        return self.parent.root if self.parent else self

    def holds(self, other: Block) -> bool:
        """Whether `other` is this block or is inside of it: what ran here before it has run when it does."""
        return other is self or (other.parent is not None and self.holds(other.parent))


class StepCall(NamedTuple):
    """A step as written: its arguments compiled to safe code, and the function and block it is part of."""

    line: int
    args: list[ast.expr]
    keywords: list[ast.keyword]
    star: ast.expr | None
    double: ast.expr | None
    function: Scope
    block: Block


Builder = Callable[[StepCall], list[ast.stmt]]
Wrap = Callable[[list[ast.stmt], Scope], list[ast.stmt]]


class Steps(NamedTuple):
    """Which statements are steps: those that call a name in `builders` at the beginning of a line in `lines`.

    `wrap` is given the finished body of every `def` and of the top level, and returns what to compile instead. What is
    called under the name `gather` in a step is not called: its arguments are the step's own.
    """

    lines: Container[int] = frozenset()
    builders: Mapping[str, Builder] = MappingProxyType({})
    wrap: Wrap | None = None
    gather: str = ""


class Statements:
    """A parser of statements at a cursor."""

    def __init__(self, cursor: Cursor, scopes: Scopes, expressions: Expressions, steps: Steps) -> None:
        self.cursor = cursor
        self.scopes = scopes
        self.expressions = expressions
        self.targets = expressions.targets
        self.steps = steps
        self.loads: list[Load] = []
        self.block = Block()
        self.loops = 0  # around the next statement, in its function
        self.outer_loops = 0  # around that function
        self.is_astray = False  # a break or continue is for a loop around its function

    def program(self) -> list[ast.stmt]:
        """All statements of a program."""
        body: list[ast.stmt] = []
        cursor = self.cursor
        if cursor.kind == NEWLINE:
            cursor.advance()
        while cursor.kind != EOF:
            self._statement(body)
        return self.steps.wrap(body, self.scopes.top) if self.steps.wrap else body

    def _statement(self, body: list[ast.stmt]) -> None:
        kind = self.cursor.kind
        if kind == "def":
            self._def(body)
        elif kind == "if":
            self._if(body)
        elif kind == "for":
            self._for(body)
        elif kind == "while":
            self._while(body)
        else:
            self._simple(body)

    def _simple(self, body: list[ast.stmt]) -> None:
        """Small statements with `;` between, to the end of the line."""
        cursor = self.cursor
        if (
            cursor.kind == IDENTIFIER
            and cursor.value in self.steps.builders
            and cursor.line in self.steps.lines
            and (cursor.index == 0 or cursor.kinds[cursor.index - 1] in _LINE_STARTS)
            and cursor.kinds[cursor.index + 1] == "("
        ):
            self._step(body)
        else:
            self._small(body)
        while cursor.kind == ";":
            cursor.advance()
            if cursor.kind == NEWLINE or cursor.kind == EOF:
                break
            self._small(body)
        if cursor.kind != EOF:
            cursor.expect(NEWLINE)

    def _step(self, body: list[ast.stmt]) -> None:
        cursor = self.cursor
        builder = self.steps.builders[cursor.value]
        line = cursor.advance()
        cursor.advance()
        found = self.expressions.arguments(self.steps.gather)
        scope = self.scopes.current
        scope.has_steps = True
        call = StepCall(line, found.positional, found.keywords, found.star, found.double, scope.function, self.block)
        body.extend(builder(call))

    def _small(self, body: list[ast.stmt]) -> None:
        cursor = self.cursor
        kind = cursor.kind
        if kind == "return":
            line = cursor.advance()
            if self.scopes.current.function is self.scopes.top:
                self.scopes.problem("return statement not within a function", line)
            value = None if cursor.kind in _FLAT_END else self.expressions.expression()
            body.append(ast.Return(value, lineno=line, col_offset=0))
        elif kind == "break" or kind == "continue":
            line = cursor.advance()
            if not self.loops:
                if not self.outer_loops:
                    self.scopes.problem(f"{kind} not in a loop", line)
                self.is_astray = True
            make = ast.Break if kind == "break" else ast.Continue
            body.append(make(lineno=line, col_offset=0))
        elif kind == "load":
            self._load(body)
        else:
            self._assignment(body)

    def _assignment(self, body: list[ast.stmt]) -> None:
        cursor, uses = self.cursor, self.scopes.current.uses
        start = len(uses)
        place = self.expressions.expression()
        kind = cursor.kind
        if kind == "=":
            line, middle = cursor.advance(), len(uses)
            value = self.expressions.expression()
            self.scopes.look_up_first(start, middle)
            body.extend(self.targets.store(place, value, line))
        elif kind in _AUGMENTED:
            line, middle = cursor.advance(), len(uses)
            value = self.expressions.expression()
            self.scopes.look_up_first(start, middle)
            self._augmented(body, place, kind[:-1], value, line)
        else:
            body.append(build.expression(place, place.lineno))

    def _augmented(self, body: list[ast.stmt], place: ast.expr, operator: str, value: ast.expr, line: int) -> None:
        helper = ".iadd" if operator == "+" else OPERATORS[operator]
        if isinstance(place, ast.Name):
            body.extend(self.targets.store(place, build.call(helper, [place, value], line), line))
        elif isinstance(place, IndexCall | AttrCall):
            parts: list[ast.expr] = []
            for argument in place.args:
                name = self.targets.temporary()
                body.append(build.assign(name, argument, line))
                parts.append(build.name(name, line))
            get, put = (".index", ".set_index") if isinstance(place, IndexCall) else (".attr", ".set_attr")
            changed = build.call(helper, [build.call(get, parts, line), value], line)
            body.append(build.expression(build.call(put, [*parts, changed], line), line))
        elif elements(place) is not None:
            kind = "tuple" if isinstance(place, ast.Tuple | ast.Constant) else "list"
            self.scopes.problem(f"can't use {kind} expression in augmented assignment", place.lineno)
        else:
            self.targets.refuse(place)

    def _load(self, body: list[ast.stmt]) -> None:
        cursor = self.cursor
        line = cursor.advance()
        cursor.expect("(")
        if cursor.kind != STRING:
            cursor.fail("first operand of load statement must be a string literal")
        module: str = cursor.value
        cursor.advance()
        symbols: list[tuple[str, str]] = []
        while cursor.kind != ")" and cursor.kind != EOF:
            cursor.expect(",")
            if cursor.kind == ")":
                break
            symbols.append(self._symbol())
        cursor.expect(")")
        if not symbols:
            cursor.fail("load statement must import at least 1 symbol", line)
        if self.scopes.current.function is not self.scopes.top:
            self.scopes.problem("load statement within a function", line)
        for local, original in symbols:
            if original.startswith("_"):
                self.scopes.problem(f"load: names with leading underscores are not exported: {original}", line)
            self.scopes.bind(local, line)
            self.scopes.loaded[local] = line
        self.loads.append(Load(module, tuple(symbols), line))
        wanted = build.constant((module, *(original for _, original in symbols)), line)
        targets: list[ast.expr] = [build.target(local, line) for local, _ in symbols]
        target = ast.Tuple(targets, build.STORE, lineno=line, col_offset=0)
        body.append(ast.Assign([target], build.call(".load", [wanted], line), None, lineno=line, col_offset=0))

    def _symbol(self) -> tuple[str, str]:
        cursor = self.cursor
        if cursor.kind == STRING:
            name: str = cursor.value
            cursor.advance()
            return name, name
        if cursor.kind != IDENTIFIER:
            cursor.fail(f'load operand must be "name" or localname="name" (got {quoted(cursor.kind)})')
        local = cursor.identifier()
        if cursor.kind != "=":
            cursor.fail(f'load operand must be "{local}" or {local}="originalname" (want \'=\' after {local})')
        cursor.advance()
        if cursor.kind != STRING:
            cursor.fail(f'original name of loaded symbol must be quoted: {local}="originalname"')
        name = cursor.value
        cursor.advance()
        return local, name

    def _suite(self, opener: int, body: list[ast.stmt], *, clauses: bool = False) -> bool:
        """A block into `body`, through what closes it; whether that is an `else` or `elif` that may follow.

        A block of one line, after the `:` itself, is not closed, so nothing goes on after it.
        """
        cursor = self.cursor
        if cursor.kind != NEWLINE:
            self._simple(body)
            return False
        cursor.advance()
        cursor.enter()
        while cursor.kind != OUTDENT:
            if cursor.kind == EOF:
                message = "mismatched set of block openings (if/else/elif/for/def) and closing (end)"
                cursor.fail(message, opener)
            self._statement(body)
        cursor.advance()
        cursor.leave()
        return clauses and cursor.kind in _CLAUSES

    def _if(self, body: list[ast.stmt]) -> None:
        cursor = self.cursor
        line = cursor.advance()
        condition = self.expressions.test()
        cursor.expect(":")
        made = ast.If(condition, [], [], lineno=line, col_offset=0)
        body.append(made)
        goes_on = self._block(line, made.body, clauses=True)
        while goes_on and cursor.kind == "elif":
            line = cursor.advance()
            condition = self.expressions.test()
            cursor.expect(":")
            below = ast.If(condition, [], [], lineno=line, col_offset=0)
            made.orelse.append(below)
            made = below
            goes_on = self._block(line, made.body, clauses=True)
        if goes_on and cursor.kind == "else":
            line = cursor.advance()
            cursor.expect(":")
            self._block(line, made.orelse)

    def _block(
        self, line: int, body: list[ast.stmt], *, clauses: bool = False, block: Block | None = None
    ) -> bool:
        outer, self.block = self.block, block or Block(self.block)
        goes_on = self._suite(line, body, clauses=clauses)
        self.block = outer
        if not body:
            body.append(ast.Pass(lineno=line, col_offset=0))
        return goes_on

    def _for(self, body: list[ast.stmt]) -> None:
        cursor = self.cursor
        line = cursor.advance()
        places = self.expressions.loop_variables()
        cursor.expect("in")
        iterable = self.expressions.expression()
        cursor.expect(":")
        before: list[ast.stmt] = []
        if self.targets.is_simple(places):
            target, spec = self.targets.bind(places)
        else:
            name = self.targets.temporary()
            target, spec = build.target(name, line), None
            before = self.targets.store(places, build.name(name, line), line)
        items = self.expressions.iteration(iterable, spec, line)
        made = ast.For(target, items, before, [], None, lineno=line, col_offset=0)
        self._loop(line, made.body)
        body.append(made)

    def _while(self, body: list[ast.stmt]) -> None:
        line = self.cursor.advance()
        condition = self.expressions.test()
        self.cursor.expect(":")
        tick = build.expression(build.call(".tick", [], line), line)
        made = ast.While(condition, [tick], [], lineno=line, col_offset=0)
        self._loop(line, made.body)
        body.append(made)

    def _loop(self, line: int, body: list[ast.stmt]) -> None:
        self.loops += 1
        self._block(line, body, block=Block(self.block, is_loop=True))
        self.loops -= 1

    def _def(self, body: list[ast.stmt]) -> None:
        cursor, scopes = self.cursor, self.scopes
        line = cursor.advance()
        name = cursor.identifier()
        cursor.expect("(")
        signature = self.expressions.parameters.parse()
        cursor.expect(")")
        cursor.expect(":")
        scopes.bind(name, line)
        scope = scopes.open(name, is_function=True)
        signature.bind(scopes)
        inner: list[ast.stmt] = []
        outside = self.loops, self.outer_loops
        self.loops, self.outer_loops = 0, sum(outside)
        self._block(line, inner, block=Block())
        self.loops, self.outer_loops = outside
        scopes.close()
        first = first_line(inner) or (first_step_line(inner) if scope.has_steps else 0)
        at = {"lineno": first or line, "col_offset": 0, **_FUNCTION_EXTRA}
        if self.steps.wrap:
            inner = self.steps.wrap(inner, scope)
        tick = build.expression(build.call(".called", [], line), line)
        made = [tick, *signature.prologue(line), *inner]
        body.append(ast.FunctionDef(name, signature.arguments, made, [], None, None, **at))
