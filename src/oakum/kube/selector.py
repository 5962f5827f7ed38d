"""Label selectors: the grammar of the API ("Labels and Selectors"), parsed, matched and written back.

`a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`, joined by commas.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping

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
        if not (_INTEGER.fullmatch(label) and _INTEGER.fullmatch(self.values[0])):
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
    elif slash:
        if len(prefix) > 253:
            found.append("prefix part must be no more than 253 characters")
        if not _DNS.fullmatch(prefix):
            found.append(f"prefix part {DNS_RULE}")
    if not part:
        found.append("name part must be non-empty")
    elif len(part) > 63:
        found.append("name part must be no more than 63 characters")
    if not _NAME.fullmatch(part):
        found.append(NAME_RULE)
    return found


def value_problems(value: str) -> list[str]:
    """Why `value` is not the value of a label."""
    found = ["must be no more than 63 characters"] if len(value) > 63 else []
    return found if _VALUE.fullmatch(value) else [*found, VALUE_RULE]


Check = Callable[[str], list[str]]


def parse(text: str, *, key: Check = name_problems, value: Check = value_problems) -> Selector:
    """The selector that `text` writes. Raises SelectorError in the words of the API machinery.

    Its releases word differently what is wrong with a `key` or a `value`; the defaults are those of clients.
    """
    parser, found = _Parser(_TOKEN.findall(text), key, value), []
    if parser.next and not parser.begins_requirement:
        raise _unexpected(parser.next, "!, identifier, or 'end of string'")
    while parser.next:
        try:
            found.append(parser.requirement())
        except SelectorError as e:
            raise SelectorError(f"unable to parse requirement: {e}") from None
        if parser.next not in (",", ""):
            raise _unexpected(parser.next, "',' or 'end of string'")
        if parser.take() and not parser.begins_requirement:
            raise _unexpected(parser.next, "identifier after ','")
    return Selector(tuple(sorted(found, key=lambda r: r.key)))


class _Parser:
    """The tokens of a selector, one after the other; "" stands for the end."""

    def __init__(self, tokens: list[str], key: Check, value: Check) -> None:
        self._rest = tokens[::-1]
        self._key_problems = key
        self._value_problems = value

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

    def requirement(self) -> Requirement:
        """The requirement that begins here. Raises SelectorError."""
        negated = self.next == "!"
        if negated:
            self.take()
        key = self.take()
        if not _is_identifier(key):
            raise _unexpected(key, "identifier")
        if problems := self._key_problems(key):
            raise SelectorError(f"<nil>: Invalid value: {_quoted(key)}: {'; '.join(problems)}")
        if negated:
            return Requirement(key, "!")
        if self.next in (",", ""):
            return Requirement(key, "exists")
        operator = self.take()
        if operator not in ("in", "notin", "=", "==", "!=", ">", "<"):
            raise _unexpected(operator, "in, notin, =, ==, !=, gt, lt")
        values = self._values() if operator in ("in", "notin") else [self._value()]
        problems = [p for at, value in enumerate(values) for p in self._invalid(key, operator, at, value)]
        if problems:
            raise SelectorError(problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]")
        return Requirement(key, operator, tuple(values))

    def _value(self) -> str:
        """The one value of an equality or comparison, which may be empty."""
        if self.next in (",", ""):
            return ""
        if not _is_identifier(self.next):
            raise _unexpected(self.next, "identifier")
        return self.take()

    def _values(self) -> list[str]:
        """The values in parentheses, sorted and each once; one may be empty."""
        if self.next != "(":
            raise SelectorError(f"found '{self.next}' expected: '('")
        self.take()
        out: set[str] = set()
        if not (_is_identifier(self.next) or self.next in (",", ")")):
            raise _unexpected(self.next, "',', ')' or identifier")
        expecting = True
        while (token := self.take()) != ")":
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

    def _invalid(self, key: str, operator: str, at: int, value: str) -> list[str]:
        """What is wrong with the value in place `at`."""
        found = []
        if operator in "<>" and not _INTEGER.fullmatch(value):
            why = "for 'Gt', 'Lt' operators, the value must be an integer"
            found.append(f"values[{at}]: Invalid value: {_quoted(value)}: {why}")
        if problems := self._value_problems(value):
            found.append(f"values[{at}][{key}]: Invalid value: {_quoted(value)}: {'; '.join(problems)}")
        return found


def _is_identifier(token: str) -> bool:
    return token not in _SYMBOLS


def _unexpected(found: str, wanted: str) -> SelectorError:
    return SelectorError(f"found '{found}', expected: {wanted}")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
