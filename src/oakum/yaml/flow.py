"""Flow collections that open and close on one line: `[a, "b"]`, `{a: 1, b: [c]}`.

Only plain words, quoted text and nesting are read; what else flow style allows is left to libyaml.
"""
from __future__ import annotations

from collections.abc import Callable

from oakum.late import pattern
from oakum.typing import Any, TypeAlias
from oakum.yaml.nodes import Array, ArrayItem, Map, MapItem, Scalar, Source, Value

_DEPTH = 20

Flow: TypeAlias = Any
"""A collection without places: a list, or for a map a tuple of (key, value) pairs; scalars are themselves."""

_DOUBLE = r'"((?:[^"\\]|\\["\\/nt])*)"'
_SINGLE = r"'((?:[^']|'')*)'"
DOUBLE, SINGLE = pattern(_DOUBLE), pattern(_SINGLE)
_PLAIN = r"((?:[A-Za-z0-9_./~]|-(?=[\w.]))(?:[\w./@$+~=*%-]|:(?=[\w/])| (?=[\w./]))*)"
# A colon right before a bracket or comma belongs to a plain word, and ends a quoted one.
_TOKEN = pattern(rf" *(?:([\[\]{{}},])|{_DOUBLE}|{_SINGLE}|{_PLAIN}(?! *:[,\[\]{{}}])) *(:(?=[ ,\]}}]))?")
_ESCAPE = pattern(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}


class _Unusual(Exception):
    """The text is not of the simple kind, or wrong."""


def read_flow(text: str, resolve: Callable[[str], Scalar]) -> tuple[Flow, int] | None:
    """The collection that `text` starts with, and where it ends; None when it is not simple."""
    tokens = _Tokens(text, resolve)
    try:
        tokens.advance()
        return tokens.collection(), tokens.stop
    except _Unusual:
        return None


def flow_nodes(flow: Flow, line: int, source: Source) -> Value:
    """Fresh nodes for `flow`, all of them on `line`."""
    if isinstance(flow, list):
        return Array([ArrayItem(flow_nodes(item, line, source), line, source) for item in flow], line, source)
    if isinstance(flow, tuple):
        pairs = [MapItem(key, flow_nodes(value, line, source), line, source) for key, value in flow]
        return Map(pairs, line, source)
    scalar: Scalar = flow
    return scalar


def unescape(text: str) -> str:
    """The inside of double quotes with the few escapes that are read here."""
    return _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), text) if "\\" in text else text


class _Tokens:
    """The current token: `mark` is a bracket or comma, empty for a scalar, which is `value`; `colon` if one follows.

    `stop` is where a mark ends, `end` where the next token may begin.
   """

    def __init__(self, text: str, resolve: Callable[[str], Scalar]) -> None:
        self.text = text
        self.resolve = resolve
        self.end = 0
        self.stop = 0
        self.depth = 0
        self.mark = ""
        self.value: Scalar = None
        self.colon = False

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.end)
        if not match:
            raise _Unusual
        mark, double, single, plain, colon = match.groups()
        if colon and mark in ("[", "{", ","):
            raise _Unusual  # a key is missing
        self.stop = match.end(1)
        self.end, self.mark, self.colon = match.end(), mark or "", colon is not None
        if double is not None:
            self.value = unescape(double)
        elif single is not None:
            self.value = single.replace("''", "'")
        elif plain is not None:
            self.value = self.resolve(plain)

    def collection(self) -> Flow:
        closing = {"[": "]", "{": "}"}.get(self.mark)
        if closing is None:
            raise _Unusual
        if self.depth == _DEPTH:
            raise _Unusual
        self.depth += 1
        items = []
        self.advance()
        while self.mark != closing:
            items.append(self.pair() if closing == "}" else self.item())
            if self.mark == ",":
                self.advance()
            elif self.mark != closing:
                raise _Unusual
        if self.colon:
            raise _Unusual
        self.depth -= 1
        return tuple(items) if closing == "}" else items

    def item(self) -> Flow:
        """An array's item; the token behind it becomes the current one."""
        if self.colon:
            raise _Unusual
        item = self.collection() if self.mark else self.value
        self.advance()
        return item

    def pair(self) -> tuple[Scalar, Flow]:
        """A map's key and value; the token behind them becomes the current one."""
        if self.mark:
            raise _Unusual
        key, colon = self.value, self.colon
        self.advance()
        if not colon or self.mark in (",", "}"):
            return key, None
        return key, self.item()
