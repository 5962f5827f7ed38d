"""The `WWW-Authenticate` header (RFC 9110, section 11.6.1)."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.dataclass import dataclass, field
from oakum.late import pattern

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_SCHEME = pattern(rf"\s*,*\s*({_TOKEN})(?:\s+|$)")
_PARAMETER = pattern(rf'\s*,?\s*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|({_TOKEN}|[^\s,"]*))')
_ESCAPE = pattern(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to authenticate: lower-case `scheme`, and its parameters by lower-case name."""

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)


def parse(header: str) -> list[Challenge]:
    """The challenges in one header value. What cannot be read is skipped, never an error."""
    found: list[Challenge] = []
    at = 0
    while match := _SCHEME.match(header, at):
        at = match.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(header, at):
            name, quoted, plain = parameter.groups()
            parameters[name.lower()] = plain if quoted is None else _ESCAPE.sub(r"\1", quoted)
            at = parameter.end()
        found.append(Challenge(match[1].lower(), parameters))
        comma = header.find(",", at)
        if comma < 0:
            break
        at = comma
    return found


def choose(headers: Iterable[str]) -> Challenge | None:
    """The challenge to answer among all headers: Bearer before Basic, None when neither is offered."""
    offered = {challenge.scheme: challenge for header in headers for challenge in reversed(parse(header))}
    return offered.get("bearer") or offered.get("basic")
