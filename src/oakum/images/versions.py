"""Choosing a tag by version: semver 2.0.0 precedence and the range language of `tagSelection.semver.constraints`.

A space means and, `||` means or; `= == ! != < <= > >=`, a bare version means equal, `1.x` and `1.0.x` are wildcards.
"""
from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable

from oakum.images.errors import ConfigError
from oakum.semver import Version, parse

_TERM = re.compile(r"([^0-9]*)(.*)")
_OPERATORS: dict[str, Callable[[Version, Version], bool]] = {
    "": operator.eq,
    "=": operator.eq,
    "==": operator.eq,
    "!": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_Check = Callable[[Version], bool]


def highest(tags: Iterable[str], constraints: str, prereleases: tuple[str, ...] | None) -> str:
    """The tag (as spelled) with the highest version that fits. Raises ConfigError for a bad range or no version."""
    fits = _range(constraints) if constraints else lambda _: True
    found = [(version, tag) for tag in tags if (version := parse(tag.removeprefix("v")))]
    kept = [(version, tag) for version, tag in found if _allowed(version, prereleases) and fits(version)]
    if not kept:
        raise ConfigError("Expected to find at least one version, but did not")
    return max(kept, key=lambda pair: pair[0])[1]


def _allowed(version: Version, prereleases: tuple[str, ...] | None) -> bool:
    if not version.prerelease:
        return True
    return prereleases is not None and (not prereleases or any(mark in prereleases for mark in version.prerelease))


def _range(text: str) -> _Check:
    try:
        alternatives = [[_term(term) for term in _terms(part, text)] for part in text.split("||")]
    except ValueError as error:
        raise ConfigError(f"Selecting versions: Parsing version constraint '{text}': {error}") from error
    return lambda version: any(all(check(version) for check in checks) for checks in alternatives)


def _terms(part: str, whole: str) -> list[str]:
    """The conditions of one alternative; an operator may stand apart from its version."""
    joined = re.sub(r"([<>=!]+)\s+", r"\1", part).split()
    if not joined:
        raise ValueError(f'empty range in "{whole}"')
    return joined


def _term(term: str) -> _Check:
    match = _TERM.fullmatch(term)
    sign, text = (match[1], match[2]) if match else ("", term)
    if not text:
        raise ValueError(f'Could not get version from string: "{term}"')
    if sign not in _OPERATORS:
        raise ValueError(f'Could not parse comparator "{sign}" in "{term}"')
    if "x" in text.split("-")[0]:
        return _wildcard(sign, text, term)
    wanted = parse(text)
    if wanted is None:
        raise ValueError(f'Could not parse Range "{term}": Could not parse version "{text}" in "{term}": {_why(text)}')
    compare = _OPERATORS[sign]
    return lambda version: compare(version, wanted)


def _wildcard(sign: str, text: str, term: str) -> _Check:
    """`1.x` and `1.0.x` as a range: from its first version up to, without, the first one after it."""
    parts = text.split(".")
    fixed = [int(part) for part in parts if part.isdigit()]
    if len(fixed) == len(parts) or not 1 <= len(fixed) <= 2 or any(part != "x" for part in parts[len(fixed) :]):
        raise ValueError(f'Could not parse version "{text}" in "{term}": invalid wildcard')
    low = Version((fixed[0], fixed[1] if len(fixed) > 1 else 0, 0))
    high = Version((fixed[0], fixed[1] + 1, 0) if len(fixed) > 1 else (fixed[0] + 1, 0, 0))
    checks: dict[str, _Check] = {
        ">": lambda version: version >= high,
        ">=": lambda version: version >= low,
        "<": lambda version: version < low,
        "<=": lambda version: version < high,
        "!": lambda version: not low <= version < high,
        "!=": lambda version: not low <= version < high,
    }
    return checks.get(sign, lambda version: low <= version < high)


def _why(text: str) -> str:
    parts = text.split("-")[0].split("+")[0].split(".")
    if len(parts) < 3:
        return "No Major.Minor.Patch elements found"
    bad = next((part for part in parts if not part.isdigit()), text)
    return f'Invalid character(s) found in version "{bad}"'
