"""Label selectors as queries write them: `a=b,c!=d,e in (f,g),h,!i` (apimachinery labels), with its complaints."""

import re
from collections.abc import Iterator

from oakum.lab.api import names
from oakum.lab.api.status import bad_request, invalid

_TOKEN = re.compile(r"\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)")
_SYMBOLS = {"==", "!=", "=", "!", "(", ")", ",", "<", ">"}
_OPERATORS = {"=": "in", "==": "in", "!=": "notin", "in": "in", "notin": "notin", "<": "<", ">": ">"}
Term = tuple[str, str, tuple[str, ...]]


class _Unparsable(Exception):
    """What is wrong inside of a requirement."""


class _Parser:
    """The tokens that are left of a query; the end is the empty text."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = [*_TOKEN.findall(text), ""]

    def peek(self) -> str:
        return self._tokens[0]

    def take(self) -> str:
        return self._tokens.pop(0) if len(self._tokens) > 1 else self._tokens[0]

    def terms(self) -> Iterator[Term]:
        while self.peek():
            if not _is_name(self.peek()) and self.peek() != "!":
                raise bad_request(f"found '{self.peek()}', expected: !, identifier, or 'end of string'")
            try:
                yield self._requirement()
            except _Unparsable as problem:
                raise bad_request(f"unable to parse requirement: {problem}") from None
            found = self.take()
            if found == "," and not _is_name(self.peek()) and self.peek() != "!":
                raise bad_request(f"found '{self.peek()}', expected: identifier after ','")
            if found not in (",", ""):
                raise bad_request(f"found '{found}', expected: ',' or 'end of string'")

    def _requirement(self) -> Term:
        absent = self.peek() == "!" and bool(self.take())
        key = self.take()
        if not _is_name(key):
            raise _Unparsable(f"found '{key}', expected: identifier")
        for problem in names.label_key(key):
            raise _Unparsable(str(invalid("<nil>", key, problem)))
        if absent or self.peek() in (",", ""):
            return key, "absent" if absent else "exists", ()
        stated = self.take()
        operator = _OPERATORS.get(stated)
        if operator is None:
            raise _Unparsable(f"found '{stated}', expected: in, notin, =, ==, !=, gt, lt")
        values = self._values() if stated in ("in", "notin") else (self._value(),)
        if operator in ("<", ">") and not re.fullmatch(r"[+-]?\d+", values[0]):
            detail = "for 'Gt', 'Lt' operators, the value must be an integer"
            raise _Unparsable(str(invalid("values[0]", values[0], detail)))
        for index, value in enumerate(values):
            for problem in names.label_value(value):
                raise _Unparsable(str(invalid(f"values[{index}][{key}]", value, problem)))
        return key, operator, values

    def _value(self) -> str:
        if self.peek() in (",", ""):
            return ""
        value = self.take()
        if not _is_name(value):
            raise _Unparsable(f"found '{value}', expected: identifier")
        return value

    def _values(self) -> tuple[str, ...]:
        found = self.take()
        if found != "(":
            raise _Unparsable(f"found '{found}' expected: '('")
        values = []
        while self.peek() != ")":
            found = self.take()
            if found == "":
                raise _Unparsable("found '', expected: ',' or ')'")
            if _is_name(found):
                values.append(found)
            elif found != ",":
                raise _Unparsable(f"found '{found}', expected: ',', ')' or identifier")
        self.take()
        return tuple(sorted(values)) or ("",)


def _is_name(token: str) -> bool:
    return token != "" and token not in _SYMBOLS


def parse(text: str) -> list[Term]:
    """The terms of a query: key, operator (`in`, `notin`, `exists`, `absent`, `<`, `>`) and values.

    Raises ApiError 400 for text that is no selector.
    """
    return list(_Parser(text).terms())


