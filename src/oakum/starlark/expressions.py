"""Expressions: parsed by go-starlark's grammar straight into checked Python expressions.

Whatever means the same in both languages (names, constants, `and`, `or`, `not`, conditionals, calls of a name) becomes
Python's own; all else is a call of a helper whose id starts with a dot (`oakum.starlark.helpers`).
"""
from __future__ import annotations

import _ast as ast

from oakum.starlark import build
from oakum.starlark.cursor import Cursor
from oakum.starlark.entry import line_of
from oakum.starlark.program import Site
from oakum.starlark.scanner import EOF, FLOAT, IDENTIFIER, INT, NEWLINE, STRING, quoted
from oakum.starlark.scope import COMPREHENSION, LAMBDA, Scopes
from oakum.starlark.signature import Parameters
from oakum.starlark.targets import AttrCall, IndexCall, ListCall, Targets

_MOST = 255  # arguments of one call, positional and named ones each
_NOT_LEVEL = 2
_COMPARISON = 3
_LEVELS: dict[str, int] = {
    "or": 0, "and": 1,
    "==": 3, "!=": 3, "<": 3, ">": 3, "<=": 3, ">=": 3, "in": 3, "not in": 3,
    "|": 4, "^": 5, "&": 6, "<<": 7, ">>": 7, "+": 8, "-": 8, "*": 9, "/": 9, "//": 9, "%": 9,
}  # fmt: skip
OPERATORS: dict[str, str] = {
    "==": ".eq", "!=": ".ne", "<": ".lt", ">": ".gt", "<=": ".le", ">=": ".ge", "in": ".in", "not in": ".not_in",
    "|": ".or", "^": ".xor", "&": ".and", "<<": ".shl", ">>": ".shr",
    "+": ".add", "-": ".sub", "*": ".mul", "/": ".div", "//": ".floordiv", "%": ".mod",
}  # fmt: skip
_UNARY = {"-": ".neg", "+": ".pos", "~": ".invert"}
_LITERALS = frozenset([STRING, INT, FLOAT])
_CONSTANTS = {"None": None, "True": True, "False": False}
_ENDS_LIST = frozenset([EOF, NEWLINE, "=", "}", "]", ")", ";"])


class Arguments:
    """A call's arguments: positional, named, and at most one `*` and one `**`."""

    __slots__ = ("double", "keywords", "positional", "star")

    def __init__(self, positional: list[ast.expr], keywords: list[ast.keyword]) -> None:
        self.positional = positional
        self.keywords = keywords
        self.star: ast.expr | None = None
        self.double: ast.expr | None = None


class Expressions:
    """A parser of expressions at a cursor."""

    def __init__(self, cursor: Cursor, scopes: Scopes, sites: list[Site]) -> None:
        self.cursor = cursor
        self.scopes = scopes
        self.sites = sites
        self.targets = Targets(scopes)
        self.parameters = Parameters(cursor, scopes, self.test)

    def expression(self, *, in_brackets: bool = False) -> ast.expr:
        """A test, or a tuple of tests without parentheses."""
        first = self.test()
        if self.cursor.kind != ",":
            return first
        return build.tuple_of(self._more([first], in_brackets), first.lineno)

    def _more(self, items: list[ast.expr], trailing_comma: bool) -> list[ast.expr]:
        cursor = self.cursor
        while cursor.kind == ",":
            line = cursor.advance()
            if cursor.kind in _ENDS_LIST:
                if not trailing_comma:
                    cursor.fail("unparenthesized tuple with trailing comma", line)
                break
            items.append(self.test())
        return items

    def test(self) -> ast.expr:
        """A lambda, a conditional or a binary expression."""
        cursor = self.cursor
        cursor.enter()
        if cursor.kind == "lambda":
            value = self._lambda()
            cursor.leave()
            return value
        uses = self.scopes.current.uses
        start = len(uses)
        value = self._binary(0)
        if cursor.kind == "if":
            line = cursor.advance()
            middle = len(uses)
            condition = self._binary(0)
            self.scopes.look_up_first(start, middle)
            if cursor.kind != "else":
                cursor.fail("conditional expression without else clause", line)
            cursor.advance()
            value = ast.IfExp(condition, value, self.test(), lineno=value.lineno, col_offset=0)
        cursor.leave()
        return value

    def _lambda(self) -> ast.expr:
        cursor, scopes = self.cursor, self.scopes
        line = cursor.advance()
        signature = self.parameters.parse()
        cursor.expect(":")
        scopes.open(LAMBDA)
        signature.bind(scopes)
        value = self.test()
        scopes.close()
        body = signature.unfold(value, line)
        ticked = ast.BoolOp(ast.Or(), [build.call(".called", [], line), body], lineno=line, col_offset=0)
        return ast.Lambda(signature.arguments, ticked, lineno=line_of(value) or line, col_offset=0)

    def _binary(self, level: int) -> ast.expr:
        cursor = self.cursor
        if cursor.kind == "not" and level <= _NOT_LEVEL:
            line = cursor.advance()
            cursor.enter()
            left: ast.expr = build.negate(self._binary(_NOT_LEVEL), line)
            cursor.leave()
        else:
            left = self._suffixed()
        compared = ""
        while True:
            kind = cursor.kind
            found = _LEVELS.get(kind)
            if found is None or found < level:
                if kind != "not" or level > _COMPARISON:
                    return left
                cursor.advance()
                if cursor.kind != "in":
                    cursor.fail(f"got {quoted(cursor.kind)}, want in")
                kind, found = "not in", _COMPARISON
            if found == _COMPARISON:
                if compared:
                    cursor.fail(f"{compared} does not associate with {kind} (use parens)")
                compared = kind
            line = cursor.advance()
            right = self._binary(found + 1)
            left = self._operation(kind, left, right, line)

    def _operation(self, kind: str, left: ast.expr, right: ast.expr, line: int) -> ast.expr:
        if kind == "and" or kind == "or":
            operator: ast.boolop = ast.And() if kind == "and" else ast.Or()
            return ast.BoolOp(operator, [left, right], lineno=line, col_offset=0)
        if kind == "==" or kind == "!=":
            fast = _plain_equality(kind, left, right, line)
            if fast is not None:
                return fast
        return build.call(OPERATORS[kind], [left, right], line)

    def _suffixed(self) -> ast.expr:
        """A primary expression with `.name`, `[...]` and `(...)` after it."""
        cursor = self.cursor
        value = self._primary()
        while True:
            kind = cursor.kind
            if kind == ".":
                line = cursor.advance()
                name = cursor.identifier()
                value = AttrCall(
                    build.name(".attr", line), [value, build.constant(name, line)], [], lineno=line, col_offset=0
                )
            elif kind == "[":
                value = self._index(value)
            elif kind == "(":
                value = self._call(value)
            else:
                return value

    def _index(self, value: ast.expr) -> ast.expr:
        cursor = self.cursor
        line = cursor.advance()
        none = build.constant(None, line)
        bounds: list[ast.expr] = [none, none, none]
        if cursor.kind != ":":
            bounds[0] = self.expression()
            if cursor.kind == "]":
                cursor.advance()
                return IndexCall(build.name(".index", line), [value, bounds[0]], [], lineno=line, col_offset=0)
        for place in (1, 2):
            if cursor.kind == ":":
                cursor.advance()
                if cursor.kind not in (":", "]"):
                    bounds[place] = self.test()
        cursor.expect("]")
        return build.call(".slice", [value, *bounds], line)

    def _call(self, callee: ast.expr) -> ast.expr:
        line = self.cursor.advance()
        arguments = self._bounded(line)
        if arguments.star is not None or arguments.double is not None:
            return self._spread(callee, arguments, line)
        if isinstance(callee, AttrCall):
            function, extra = ".method", callee.args
            values = [*arguments.positional, *(keyword.value for keyword in arguments.keywords)]
            if not all(isinstance(value, ast.Constant | ast.Name) for value in values):
                # Arguments that can fail do so after the look-up of the method, as it is written first.
                extra = [build.call(".having", extra, line), extra[1]]
        elif isinstance(callee, ast.Name):
            keywords = tuple(keyword.arg or "" for keyword in arguments.keywords)
            self.sites.append(Site(callee.id, len(arguments.positional), keywords))
            return ast.Call(
                callee, arguments.positional, arguments.keywords, lineno=line, col_offset=len(self.sites)
            )
        else:
            function, extra = ".call", [callee]
        return ast.Call(
            build.name(function, line), [*extra, *arguments.positional], arguments.keywords, lineno=line, col_offset=0
        )

    def _spread(self, callee: ast.expr, arguments: Arguments, line: int) -> ast.expr:
        none = build.constant(None, line)
        named = [
            build.tuple_of([build.constant(keyword.arg, line), keyword.value], line) for keyword in arguments.keywords
        ]
        return build.call(
            ".spread",
            [
                callee,
                build.tuple_of(arguments.positional, line),
                build.tuple_of(named, line),
                arguments.star or none,
                arguments.double or none,
                build.constant((arguments.star is not None, arguments.double is not None), line),
            ],
            line,
        )

    def arguments(self, gather: str = "") -> Arguments:
        """A call's arguments, after its opening parenthesis and through the closing one.

        Those of a call of `gather` among them are taken as if they stood there themselves.
        """
        cursor, problem = self.cursor, self.scopes.problem
        found = Arguments([], [])
        names: set[str] = set()
        first = True
        while cursor.kind != ")" and cursor.kind != EOF:
            if not first:
                cursor.expect(",")
                if cursor.kind == ")":
                    break
            first = False
            line, before = cursor.line, len(self.scopes.current.uses)
            if cursor.kind == "*" or cursor.kind == "**":
                self._star_argument(found)
                continue
            if gather and cursor.value == gather:
                found = self._gathered(found, line)
                continue
            value = self.test()
            if cursor.kind == "=":
                self._keyword_argument(found, value, names, line)
                continue
            if found.star is not None or found.double is not None:
                problem(f"argument may not follow {'*args' if found.star else '**kwargs'}", line, before)
            elif names:
                problem("positional argument may not follow named", line, before)
            found.positional.append(value)
        cursor.expect(")")
        return found

    def _bounded(self, line: int) -> Arguments:
        """The arguments of a call on `line`, which may not have too many."""
        found = self.arguments()
        for kind, count in (("positional", len(found.positional)), ("keyword", len(found.keywords))):
            if count > _MOST:
                self.scopes.problem(f"{count} {kind} arguments in call, limit is {_MOST}", line)
        return found

    def _gathered(self, before: Arguments, line: int) -> Arguments:
        """The arguments of the inner call, behind those `before` it."""
        cursor = self.cursor
        cursor.advance()
        cursor.expect("(")
        inner = self._bounded(line)
        inner.positional[:0] = before.positional
        if cursor.kind == "=":
            cursor.fail("keyword argument must have form name=expr")
        return inner

    def _keyword_argument(self, found: Arguments, name: ast.expr, names: set[str], line: int) -> None:
        """`name=value` from its mark on; `names` are those of the call so far."""
        if not isinstance(name, ast.Name):
            self.cursor.fail("keyword argument must have form name=expr")
        self.cursor.advance()
        self.scopes.current.uses.pop()
        if found.double is not None:
            self.scopes.problem("argument may not follow **kwargs", line)
        elif name.id in names:
            self.scopes.problem(f"keyword argument {name.id} repeated", line)
        names.add(name.id)
        found.keywords.append(ast.keyword(name.id, self.test(), lineno=line, col_offset=0))

    def _star_argument(self, found: Arguments) -> None:
        cursor, problem = self.cursor, self.scopes.problem
        kind, before = cursor.kind, len(self.scopes.current.uses)
        line = cursor.advance()
        value = self.test()
        if kind == "**":
            if found.double is not None:
                problem("multiple **kwargs not allowed", line, before)
            found.double = value
            return
        if found.double is not None:
            problem("*args may not follow **kwargs", line, before)
        elif found.star is not None:
            problem("multiple *args not allowed", line, before)
        found.star = value

    def _primary(self) -> ast.expr:
        cursor = self.cursor
        kind = cursor.kind
        if kind == IDENTIFIER:
            name = cursor.value
            line = cursor.advance()
            if name in _CONSTANTS:
                return build.constant(_CONSTANTS[name], line)
            self.scopes.current.uses.append((name, line))
            return build.name(name, line)
        if kind in _LITERALS:
            value = cursor.value
            return build.constant(value, cursor.advance())
        if kind == "(":
            return self._parenthesised()
        if kind == "[":
            return self._list()
        if kind == "{":
            return self._dict()
        if kind in _UNARY:
            return self._unary(kind)
        raise cursor.error(f"got {quoted(kind)}, want primary expression")

    def _unary(self, kind: str) -> ast.expr:
        cursor = self.cursor
        line = cursor.advance()
        cursor.enter()
        operand = self._suffixed()
        cursor.leave()
        if kind == "-" and isinstance(operand, ast.Constant) and type(operand.value) in (int, float):
            return build.constant(-operand.value, line)  # type: ignore[operator]  # its type was just looked at
        return build.call(_UNARY[kind], [operand], line)

    def _parenthesised(self) -> ast.expr:
        cursor = self.cursor
        line = cursor.advance()
        if cursor.kind == ")":
            cursor.advance()
            return build.constant((), line)
        value = self.expression(in_brackets=True)
        cursor.expect(")")
        return value

    def _list(self) -> ast.expr:
        cursor, scopes = self.cursor, self.scopes
        line = cursor.advance()
        mark = len(scopes.current.uses), len(scopes.current.children)
        if cursor.kind == "]":
            cursor.advance()
            return ListCall(build.name(".List", line), [], [], lineno=line, col_offset=0)
        first = self.test()
        if cursor.kind == "for":
            clauses = self._clauses(*mark)
            self._end_clauses("]")
            made: ast.expr = ast.ListComp(first, clauses, lineno=line, col_offset=0)
            return build.call(".List", [made], line)
        items = self._more([first], True)
        cursor.expect("]")
        return ListCall(build.name(".List", line), [build.tuple_of(items, line)], [], lineno=line, col_offset=0)

    def _dict(self) -> ast.expr:
        cursor, scopes = self.cursor, self.scopes
        line = cursor.advance()
        mark = len(scopes.current.uses), len(scopes.current.children)
        if cursor.kind == "}":
            cursor.advance()
            return build.call(".Dict", [], line)
        pairs = [self._pair()]
        if cursor.kind == "for":
            clauses = self._clauses(*mark)
            self._end_clauses("}")
            item = build.tuple_of(pairs[0][:2], line)
            return build.call(".dict_of", [ast.ListComp(item, clauses, lineno=line, col_offset=0)], line)
        while cursor.kind == ",":
            cursor.advance()
            if cursor.kind == "}":
                break
            pairs.append(self._pair())
        cursor.expect("}")
        keys: set[str] = set()
        for index, (key, _, where) in enumerate(pairs):
            if isinstance(key, ast.Constant) and type(key.value) is str:
                if key.value in keys:  # what follows is never looked at
                    pairs, line = pairs[: index + 1], where
                    break
                keys.add(key.value)
        if len(keys) == len(pairs):
            made = ast.Dict([key for key, _, _ in pairs], [value for _, value, _ in pairs], lineno=line, col_offset=0)
            return build.call(".Dict", [made], line)
        return build.call(".dict_literal", [build.tuple_of([key, value], line) for key, value, _ in pairs], line)

    def _pair(self) -> tuple[ast.expr, ast.expr, int]:
        """Key, value, and the line of the colon between them."""
        key = self.test()
        line = self.cursor.expect(":")
        return key, self.test(), line

    def _clauses(self, uses: int, children: int) -> list[ast.comprehension]:
        """`for … in … [if …]` of a comprehension whose body began at those counts of uses and inner blocks."""
        cursor, scopes = self.cursor, self.scopes
        scopes.open_around(COMPREHENSION, uses, children)
        scope = scopes.current
        body = len(scope.uses)
        clauses: list[ast.comprehension] = []
        while cursor.kind == "for":
            line = cursor.advance()
            places = self.loop_variables()
            cursor.expect("in")
            if clauses:
                iterable = self._binary(0)
            else:
                scopes.close()
                iterable = self._binary(0)
                scopes.current = scope
            target, spec = self.targets.bind(places)
            clauses.append(ast.comprehension(target, self.iteration(iterable, spec, line), [], 0))
            while cursor.kind == "if":
                cursor.advance()
                clauses[-1].ifs.append(self._lambda() if cursor.kind == "lambda" else self._binary(0))
        scopes.look_up_first(0, body)
        scopes.close()
        return clauses

    def _end_clauses(self, bracket: str) -> None:
        if self.cursor.kind != bracket:
            self.cursor.fail(f"got {quoted(self.cursor.kind)}, want '{bracket}', for, or if")
        self.cursor.advance()

    def loop_variables(self) -> ast.expr:
        """What comes between `for` and `in`: primary expressions with commas."""
        first = self._suffixed()
        items = [first]
        while self.cursor.kind == ",":
            self.cursor.advance()
            items.append(self._suffixed())
        return build.tuple_of(items, first.lineno) if len(items) > 1 else first

    def iteration(self, iterable: ast.expr, spec: ast.expr | None, line: int) -> ast.expr:
        """The Python iterable of a loop over `iterable`, unpacked by `spec` where there is one."""
        if spec is None:
            return build.call(".iter", [iterable], line)
        return build.call(".each", [iterable, spec], line)


def _plain_equality(kind: str, left: ast.expr, right: ast.expr, line: int) -> ast.expr | None:
    """Python's own comparison where a constant makes it mean the same: with None and with strings."""
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return None
    for side in (right, left):
        if isinstance(side, ast.Constant) and (side.value is None or type(side.value) is str):
            operator: ast.cmpop
            if side.value is None:
                operator = ast.Is() if kind == "==" else ast.IsNot()
            else:
                operator = ast.Eq() if kind == "==" else ast.NotEq()
            return ast.Compare(left, [operator], [right], lineno=line, col_offset=0)
    return None
