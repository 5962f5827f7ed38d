"""A small evaluator of the Common Expression Language, for the rules of custom resources.

Covered: literals, lists, maps, field and index access, arithmetic, comparison, `in`, `&&`, `||`, `!`, `?:`, the macros
`has`, `all`, `exists`, `exists_one`, `filter`, `map`, and the functions of the standard and Kubernetes libraries that
rules use most (`size`, `startsWith`, `endsWith`, `contains`, `matches`, `split`, `join`, `lowerAscii`, `isURL`, …).
Not covered: types (a rule is compiled without looking at its schema), time zones, and the cost limit. A rule with a
function that is not here is not held against objects, and whoever writes its definition is warned.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from oakum.lab.api.custom.times_and_amounts import FUNCTIONS, METHODS

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>0x[0-9a-fA-F]+u?|\d+\.\d+(?:[eE][+-]?\d+)?|\d+u?)
    |(?P<text>[rb]?"(?:\\.|[^"\\])*"|[rb]?'(?:\\.|[^'\\])*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<mark>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}])
    )""",
    re.VERBOSE,
)
_MACROS = ("all", "exists", "exists_one", "filter", "map")
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))


class ExpressionError(Exception):
    """An expression that cannot be read, or that fails on its values."""


class NotCovered(ExpressionError):
    """An expression with a function that this evaluator does not have."""


Scope = dict[str, Any]
Node = Callable[[Scope], Any]


def evaluate(source: str, scope: Scope) -> Any:
    """The value of an expression; raises ExpressionError."""
    try:
        return compiled(source)(scope)
    except (TypeError, ValueError, ZeroDivisionError, RecursionError) as error:
        raise ExpressionError(str(error)) from error


@lru_cache(maxsize=512)
def compiled(source: str) -> Node:
    """The expression as a function of its variables; raises ExpressionError for text that is none."""
    parser = _Parser(_tokens(source))
    node = parser.ternary()
    if parser.at < len(parser.tokens):
        raise ExpressionError(f"unexpected {parser.tokens[parser.at][1]!r}")
    return node


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(source.rstrip()):
        match = _TOKEN.match(source, at)
        if match is None:
            raise ExpressionError(f"cannot read {source[at:].strip()[:20]!r}")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return found


@dataclass(slots=True)
class _Parser:
    tokens: list[tuple[str, str]]
    at: int = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        kind_and_text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        if wanted and kind_and_text[1] != wanted:
            raise ExpressionError(f"expected {wanted!r}, found {kind_and_text[1]!r}")
        self.at += 1
        return kind_and_text[1]

    def ternary(self) -> Node:
        condition = self.binary(0)
        if self.peek() != "?":
            return condition
        self.take()
        yes = self.binary(0)
        self.take(":")
        no = self.ternary()
        return lambda scope: yes(scope) if _boolean(condition(scope)) else no(scope)

    def binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek() in _LEVELS[level] and self._is_operator():
            left = _operation(self.take(), left, self.binary(level + 1))
        return left

    def _is_operator(self) -> bool:
        return self.tokens[self.at][0] == "mark" or self.peek() == "in"

    def unary(self) -> Node:
        if self.peek() == "!":
            self.take()
            inner = self.unary()
            return lambda scope: not _boolean(inner(scope))
        if self.peek() == "-":
            self.take()
            inner = self.unary()
            return lambda scope: -inner(scope)
        return self.member(self.primary())

    def member(self, node: Node) -> Node:
        while self.peek() in (".", "["):
            if self.take() == "[":
                index = self.ternary()
                self.take("]")
                node = _indexed(node, index)
                continue
            name = self.take()
            node = self._call(node, name) if self.peek() == "(" else _selected(node, name)
        return node

    def _call(self, target: Node, name: str) -> Node:
        self.take("(")
        if name in _MACROS:
            variable = self.take()
            self.take(",")
            body = self.ternary()
            self.take(")")
            return _macro(name, target, variable, body)
        arguments = self._until(")")
        return _method(name, target, arguments)

    def _until(self, end: str) -> list[Node]:
        found: list[Node] = []
        while self.peek() != end:
            found.append(self.ternary())
            if self.peek() != end:
                self.take(",")
        self.take(end)
        return found

    def primary(self) -> Node:
        if self.at >= len(self.tokens):
            raise ExpressionError("the expression ends too early")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return _constant(_number(text))
        if kind == "text":
            return _constant(_string(text))
        if kind == "name":
            return self._named(text)
        if text == "(":
            inner = self.ternary()
            self.take(")")
            return inner
        if text == "[":
            parts = self._until("]")
            return lambda scope: [part(scope) for part in parts]
        if text == "{":
            return self._map()
        raise ExpressionError(f"unexpected {text!r}")

    def _map(self) -> Node:
        pairs: list[tuple[Node, Node]] = []
        while self.peek() != "}":
            key = self.ternary()
            self.take(":")
            pairs.append((key, self.ternary()))
            if self.peek() != "}":
                self.take(",")
        self.take("}")
        return lambda scope: {key(scope): value(scope) for key, value in pairs}

    def _named(self, name: str) -> Node:
        if name in ("true", "false", "null"):
            return _constant({"true": True, "false": False, "null": None}[name])
        if self.peek() != "(":
            return _variable(name)
        self.take("(")
        if name == "has":
            return self._has()
        return _function(name, self._until(")"))

    def _has(self) -> Node:
        start = self.primary()
        chain: list[str] = []
        node = start
        while self.peek() != ")":
            if self.peek() == "[":
                node = self.member(node)
                continue
            self.take(".")
            chain.append(self.take())
            if self.peek() != ")":
                node = _selected(node, chain.pop())
        self.take(")")
        if not chain:
            raise ExpressionError("invalid argument to has() macro")
        last = _unescaped(chain[-1])
        return lambda scope: isinstance(found := node(scope), dict) and last in found


def _constant(value: Any) -> Node:
    return lambda scope: value


def _number(text: str) -> int | float:
    return float(text) if "." in text or ("e" in text.lower() and "x" not in text) else int(text.rstrip("u"), 0)


def _string(text: str) -> str:
    raw = text[0] == "r"
    body = text.lstrip("rb")[1:-1]
    return body if raw else body.encode("latin-1", "backslashreplace").decode("unicode_escape")


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ExpressionError("no such overload")
    return value


_ESCAPES = {"__dot__": ".", "__dash__": "-", "__slash__": "/", "__underscores__": "__"}
_KEYWORDS = re.compile(
    r"__(namespace|in|as|break|const|continue|else|for|function|if|import|let|loop|package|var|void)__"
)


def _unescaped(name: str) -> str:
    name = _KEYWORDS.sub(r"\1", name)
    for mark, letter in _ESCAPES.items():
        name = name.replace(mark, letter)
    return name


def _variable(name: str) -> Node:
    def read(scope: Scope) -> Any:
        if name not in scope:
            raise ExpressionError(f"undeclared reference to '{name}'")
        return scope[name]

    return read


def _selected(node: Node, name: str) -> Node:
    key = _unescaped(name)

    def select(scope: Scope) -> Any:
        value = node(scope)
        if not isinstance(value, dict) or key not in value:
            raise ExpressionError(f"no such key: {key}")
        return value[key]

    return select


def _indexed(node: Node, index: Node) -> Node:
    def look(scope: Scope) -> Any:
        value, key = node(scope), index(scope)
        try:
            return value[key]
        except (KeyError, IndexError):
            raise ExpressionError(f"no such key: {key}") from None

    return look


def _operation(mark: str, left: Node, right: Node) -> Node:
    if mark == "&&":
        return lambda scope: _both(left, right, scope, False)
    if mark == "||":
        return lambda scope: _both(left, right, scope, True)
    operate = _OPERATIONS[mark]
    return lambda scope: operate(left(scope), right(scope))


def _both(left: Node, right: Node, scope: Scope, decisive: bool) -> bool:
    """Logic that lets the side which decides outweigh an error on the other, as CEL has it."""
    try:
        if _boolean(left(scope)) is decisive:
            return decisive
    except ExpressionError:
        if _boolean(right(scope)) is decisive:
            return decisive
        raise
    return _boolean(right(scope))


def _equal(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _divided(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    return left / right


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": _equal,
    "!=": lambda a, b: not _equal(a, b),
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divided,
    "%": lambda a, b: a - b * _divided(a, b),
}


def _macro(name: str, target: Node, variable: str, body: Node) -> Node:
    def run(scope: Scope) -> Any:
        values = list(target(scope))
        results = [body({**scope, variable: value}) for value in values]
        if name == "map":
            return results
        if name == "filter":
            return [value for value, kept in zip(values, results, strict=True) if _boolean(kept)]
        if name == "all":
            return all(_boolean(result) for result in results)
        count = sum(_boolean(result) for result in results)
        return count == 1 if name == "exists_one" else count > 0

    return run


def _matches(text: str, pattern: str) -> bool:
    import re2

    return re2.search(pattern, text) is not None


def _is_sorted(values: list[Any]) -> bool:
    return all(a <= b for a, b in pairwise(values))


_METHODS: dict[str, Callable[..., Any]] = {
    "size": len,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "contains": lambda text, part: part in text,
    "matches": _matches,
    "lowerAscii": lambda text: text.lower(),
    "upperAscii": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "split": lambda text, mark, count=-1: text.split(mark, count - 1 if count > 0 else -1),
    "join": lambda parts, mark="": mark.join(parts),
    "replace": lambda text, old, new, count=-1: text.replace(old, new, count),
    "substring": lambda text, start, end=None: text[start:end],
    "indexOf": lambda text, part: text.index(part) if isinstance(text, list) and part in text else text.find(part),
    "lastIndexOf": lambda text, part: text.rfind(part),
    "charAt": lambda text, at: text[at : at + 1],
    "isSorted": _is_sorted,
    "sum": sum,
    "min": min,
    "max": max,
    "find": lambda text, pattern: (_found(text, pattern) or [""])[0],
    "findAll": lambda text, pattern: _found(text, pattern),
}


def _found(text: str, pattern: str) -> list[str]:
    import re2

    return [match.group(0) for match in re2.finditer(pattern, text)]


def _is_url(text: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) or text.startswith("/")


def _is_ip(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "size": len,
    "int": lambda value: int(value),
    "uint": lambda value: int(value),
    "double": float,
    "string": lambda value: str(value).lower() if isinstance(value, bool) else str(value),
    "bool": lambda value: value in (True, "true"),
    "dyn": lambda value: value,
    "isURL": _is_url,
    "isIP": _is_ip,
    "type": lambda value: type(value).__name__,
}


def _method(name: str, target: Node, arguments: list[Node]) -> Node:
    operate = _METHODS.get(name) or METHODS.get(name)
    if operate is None:
        raise NotCovered(f"undeclared reference to '{name}'")
    return lambda scope: operate(target(scope), *(argument(scope) for argument in arguments))


def _function(name: str, arguments: list[Node]) -> Node:
    operate = _FUNCTIONS.get(name) or FUNCTIONS.get(name)
    if operate is None:
        raise NotCovered(f"undeclared reference to '{name}'")
    return lambda scope: operate(*(argument(scope) for argument in arguments))
