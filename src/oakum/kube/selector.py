"""Label selectors: the grammar of the API ("Labels and Selectors"), parsed, matched and written back.

`a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`, joined by commas.
"""
from __future__ import annotations

import re
from collections.abc import Mapping

from oakum.dataclass import dataclass
from oakum.errors import KubeError

_TOKEN = re.compile(r"\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)")
_SYMBOLS = frozenset({"", "==", "!=", *"=!(),<>"})
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_DNS = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
NAME_RULE = ("name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
             "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
             "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")
VALUE_RULE = ("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
              "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
              "for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
DNS_RULE = ("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
            "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
            "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")


class SelectorError(KubeError):
    """Text that is not a label selector."""


@dataclass(frozen=True)
class Requirement:
    """One condition: `operator` is one of =, ==, !=, in, notin, exists, !, >, <."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with `labels` passes."""
        has = self.key in labels
        if self.operator in ("=", "==", "in"):
            return has and labels[self.key] in self.values
        if self.operator in ("<", ">"):
            return has and self._compares(labels[self.key])
        if self.operator in ("!=", "notin"):
            return not has or labels[self.key] not in self.values
        return has if self.operator == "exists" else not has

    def _compares(self, label: str) -> bool:
        if not _INTEGER.fullmatch(label):
            return False
        return int(label) < int(self.values[0]) if self.operator == "<" else int(label) > int(self.values[0])

    def __str__(self) -> str:
        if self.operator in ("=", "==", "!=", "<", ">"):
            return f"{self.key}{self.operator}{self.values[0]}"
        if self.operator in ("in", "notin"):
            return f"{self.key} {self.operator} ({','.join(sorted(self.values))})"
        return self.key if self.operator == "exists" else f"!{self.key}"


@dataclass(frozen=True)
class Selector:
    """All requirements hold; none matches everything."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with `labels` passes every requirement."""
        return all(r.matches(labels) for r in self.requirements)

    def __str__(self) -> str:
        return ",".join(str(r) for r in self.requirements)


def name_problems(name: str) -> list[str]:
    """Why `name` is not a qualified name (an optional DNS prefix, `/`, a name of at most 63 characters)."""
    prefix, slash, part = name.rpartition("/")
    if prefix.count("/") or (slash and "/" in prefix):
        return [f"a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
                f"with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
                f"validation is '{_NAME.pattern}') with an optional DNS subdomain prefix and '/' (e.g. "
                "'example.com/MyName')"]
    found = []
    if slash and not prefix:
        found.append("prefix part must be non-empty")
    elif slash and not (_DNS.fullmatch(prefix) and len(prefix) <= 253):
        found.append(f"prefix part {DNS_RULE}")
    if not part:
        found.append("name part must be non-empty")
    elif len(part) > 63:
        found.append("name part must be no more than 63 characters")
    if not _NAME.fullmatch(part):
        found.append(NAME_RULE)
    return found


def parse(text: str) -> Selector:
    """The selector that `text` writes. Raises SelectorError in the words of the API machinery."""
    tokens, found = _Tokens(_TOKEN.findall(text)), []
    if tokens.next and not tokens.begins_requirement:
        raise _unexpected(tokens.next, "!, identifier, or 'end of string'")
    while tokens.next:
        try:
            found.append(_requirement(tokens))
        except SelectorError as e:
            raise SelectorError(f"unable to parse requirement: {e}") from None
        if tokens.next not in (",", ""):
            raise _unexpected(tokens.next, "',' or 'end of string'")
        if tokens.take() and not tokens.begins_requirement:
            raise _unexpected(tokens.next, "identifier after ','")
    return Selector(tuple(sorted(found, key=lambda r: r.key)))


class _Tokens:
    """The tokens of a selector, one after the other; "" stands for the end."""

    def __init__(self, tokens: list[str]) -> None:
        self._rest = tokens[::-1]

    @property
    def next(self) -> str:
        """What `take` will give."""
        return self._rest[-1] if self._rest else ""

    @property
    def begins_requirement(self) -> bool:
        """Whether a requirement can begin here."""
        return self.next == "!" or _is_identifier(self.next)

    def take(self) -> str:
        """The next token."""
        return self._rest.pop() if self._rest else ""


def _is_identifier(token: str) -> bool:
    return token not in _SYMBOLS


def _unexpected(found: str, wanted: str) -> SelectorError:
    return SelectorError(f"found '{found}', expected: {wanted}")


def _requirement(tokens: _Tokens) -> Requirement:
    negated = tokens.next == "!"
    if negated:
        tokens.take()
    key = tokens.take()
    if not _is_identifier(key):
        raise _unexpected(key, "identifier")
    problems = name_problems(key)
    if problems:
        raise SelectorError(f"<nil>: Invalid value: {_quoted(key)}: {'; '.join(problems)}")
    if negated:
        return Requirement(key, "!")
    if tokens.next in (",", ""):
        return Requirement(key, "exists")
    operator = tokens.take()
    if operator in ("in", "notin"):
        return Requirement(key, operator, tuple(_checked(key, at, v) for at, v in enumerate(_values(tokens))))
    if operator not in ("=", "==", "!=", ">", "<"):
        raise _unexpected(operator, "in, notin, =, ==, !=, gt, lt")
    value = _value(tokens)
    if operator in "<>" and not _INTEGER.fullmatch(value):
        why = "for 'Gt', 'Lt' operators, the value must be an integer"
        problems = [f"values[0]: Invalid value: {_quoted(value)}: {why}", *_value_problems(key, 0, value)]
        raise SelectorError(problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]")
    return Requirement(key, operator, (_checked(key, 0, value),))


def _value(tokens: _Tokens) -> str:
    """The one value of an equality or comparison, which may be empty."""
    if tokens.next in (",", ""):
        return ""
    if not _is_identifier(tokens.next):
        raise _unexpected(tokens.next, "identifier")
    return tokens.take()


def _values(tokens: _Tokens) -> list[str]:
    """The values in parentheses, sorted and each once; one may be empty."""
    if tokens.next != "(":
        raise SelectorError(f"found '{tokens.next}' expected: '('")
    tokens.take()
    out: set[str] = set()
    if not (_is_identifier(tokens.next) or tokens.next in (",", ")")):
        raise _unexpected(tokens.next, "',', ')' or identifier")
    expecting = True
    while (token := tokens.take()) != ")":
        if token == ",":
            if expecting:
                out.add("")
            expecting = True
        elif expecting and _is_identifier(token):
            out.add(token)
            expecting = False
        else:
            raise _unexpected(token, "',', or identifier" if expecting else "',' or ')'")
    if expecting:
        out.add("")
    return sorted(out)


def _checked(key: str, at: int, value: str) -> str:
    for problem in _value_problems(key, at, value):
        raise SelectorError(problem)
    return value


def _value_problems(key: str, at: int, value: str) -> list[str]:
    if len(value) <= 63 and _VALUE.fullmatch(value):
        return []
    why = "must be no more than 63 characters" if len(value) > 63 else VALUE_RULE
    return [f"values[{at}][{key}]: Invalid value: {_quoted(value)}: {why}"]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
