"""The `WWW-Authenticate` header (RFC 9110, section 11.6.1)."""
from __future__ import annotations

import re
from collections.abc import Iterable

from oakum.dataclass import dataclass, field

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
# Compiled when a registry first asks for a login, which many never do.
_SCHEME = rf"\s*,*\s*({_TOKEN})(?:\s+|$)"
_PARAMETER = rf'\s*,?\s*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|({_TOKEN}|[^\s,"]*))'


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to authenticate: lower-case `scheme`, and its parameters by lower-case name."""

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)


def parse(header: str) -> list[Challenge]:
    """The challenges in one header value. What cannot be read is skipped, never an error."""
    found: list[Challenge] = []
    scheme, each = re.compile(_SCHEME), re.compile(_PARAMETER)
    at = 0
    while match := scheme.match(header, at):
        at = match.end()
        parameters: dict[str, str] = {}
        while parameter := each.match(header, at):
            name, quoted, plain = parameter.groups()
            parameters[name.lower()] = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
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
