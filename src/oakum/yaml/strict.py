"""Strict scalars: whatever two readers could take for different things must be quoted (ytt: --strict)."""
from __future__ import annotations

import re

from oakum.yaml.errors import SyntaxYAMLError
from oakum.yaml.nodes import Scalar
from oakum.yaml.resolve import is_timestamp, resolve, type_tag

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_TOO_LARGE = {"!!int": ("int", "ParseUint"), "!!float": ("float", "ParseFloat")}
_BLANK = re.compile("[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]")
_REFUSED = ((_BLANK, "whitespace"), (re.compile(":"), "colon"), (re.compile("---"), "triple-dash"))


def resolve_strictly(text: str) -> Scalar:
    """The value of the plain, untagged scalar `text`. Raises SyntaxYAMLError when it is not beyond doubt."""
    tag = _tag(text)
    if tag == "!!str":
        for pattern, what in _REFUSED:
            if pattern.search(text):
                raise SyntaxYAMLError(f"Strict parsing: Strings with {what} must be explicitly quoted: '{text}'")
    value = resolve(text)
    if type_tag(value) != tag and tag in _TOO_LARGE:
        kind, parser = _TOO_LARGE[tag]
        reason = "invalid syntax" if tag == "!!int" and text.startswith("-") else "value out of range"
        reason = f'strconv.{parser}: parsing "{text}": {reason}'
        raise SyntaxYAMLError(f"Strict parsing: Parsing {kind} '{text}': {reason}")
    usual = "!!timestamp" if is_timestamp(text) else type_tag(value)
    if usual != tag:
        raise SyntaxYAMLError(f"Strict parsing: Found '{text}' ambigious (could be {tag} or {usual})")
    return value


def _tag(text: str) -> str:
    if text in ("true", "false"):
        return "!!bool"
    if not text:
        return "!!null"
    if _INTEGER.fullmatch(text):
        return "!!int"
    return "!!float" if _FLOAT.fullmatch(text) else "!!str"
