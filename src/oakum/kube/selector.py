"""Label selectors: the grammar of the API ("Labels and Selectors"), parsed, matched and written back.

`a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, joined by commas.
"""
from __future__ import annotations

import re
from collections.abc import Mapping

from oakum.dataclass import dataclass
from oakum.errors import KubeError

_TOKEN = re.compile(r"\s*(==|!=|[=!(),]|[^\s=!(),]+)")
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
    """One condition: `operator` is one of =, !=, in, notin, exists, !."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with `labels` passes."""
        has = self.key in labels
        if self.operator in ("=", "in"):
            return has and labels[self.key] in self.values
        if self.operator in ("!=", "notin"):
            return not has or labels[self.key] not in self.values
        return has if self.operator == "exists" else not has

    def __str__(self) -> str:
        if self.operator in ("=", "!="):
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
    tokens = _TOKEN.findall(text)
    at, found = 0, []
    while at < len(tokens):
        requirement, at = _requirement(tokens, at)
        found.append(requirement)
        if at < len(tokens):
            if tokens[at] != ",":
                raise _unexpected(tokens[at], "',' or 'end of string'")
            at += 1
            if at == len(tokens):
                raise _unexpected("", "identifier after ','")
    return Selector(tuple(sorted(found, key=lambda r: r.key)))


def _unexpected(found: str, wanted: str) -> SelectorError:
    return SelectorError(f"unable to parse requirement: found '{found}', expected: {wanted}")


def _requirement(tokens: list[str], at: int) -> tuple[Requirement, int]:
    negated = tokens[at] == "!"
    key = tokens[at + negated] if at + negated < len(tokens) else ""
    if not key or key in "=!(),":
        raise _unexpected(key, "identifier")
    problems = name_problems(key)
    if problems:
        raise SelectorError(f'unable to parse requirement: <nil>: Invalid value: "{key}": {"; ".join(problems)}')
    at += 1 + negated
    if negated:
        return Requirement(key, "!"), at
    operator = tokens[at] if at < len(tokens) else ","
    if operator == ",":
        return Requirement(key, "exists"), at
    if operator in ("=", "==", "!="):
        value = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1] != "," else ""
        at += 2 if value else 1
        return Requirement(key, "!=" if operator == "!=" else "=", (_checked(key, value),)), at
    if operator in ("in", "notin"):
        values, at = _values(tokens, at + 1)
        return Requirement(key, operator, tuple(_checked(key, v) for v in values)), at
    raise _unexpected(operator, "in, notin, =, ==, !=, gt, lt")


def _values(tokens: list[str], at: int) -> tuple[list[str], int]:
    if at >= len(tokens) or tokens[at] != "(":
        raise _unexpected(tokens[at] if at < len(tokens) else "", "'('")
    end = next((i for i in range(at, len(tokens)) if tokens[i] == ")"), None)
    if end is None:
        raise _unexpected("", "',' or ')'")
    inside, out, pending = tokens[at + 1:end], [], True
    for token in inside:
        if token == ",":
            if pending:
                out.append("")
            pending = True
        else:
            out.append(token)
            pending = False
    if pending and inside:
        out.append("")
    return out, end + 1


def _checked(key: str, value: str) -> str:
    if len(value) > 63 or not _VALUE.fullmatch(value):
        why = "must be no more than 63 characters" if len(value) > 63 else VALUE_RULE
        raise SelectorError(f'unable to parse requirement: values[0][{key}]: Invalid value: "{value}": {why}')
    return value
