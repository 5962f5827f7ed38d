"""Choosing a tag by version: semver 2.0.0 precedence and the range language of `tagSelection.semver.constraints`.

A space means and, `||` means or; `= == ! != < <= > >=`, a bare version means equal, `1.x` and `1.0.x` are wildcards.
"""
from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable

from oakum.images.errors import ConfigError
from oakum.semver import Version, parse

_TERM = re.compile(r"([^0-9]*)(.+)", re.DOTALL)
_WILDCARD = re.compile(r"([0-9]+)(?:\.([0-9]+|x))?\.x", re.ASCII)
_AFTER_SIGN = re.compile(r"(?<=[<>=]) +")
_NO_MARK = re.compile(r"[^0-9A-Za-z-]")
_LARGEST = 2**64 - 1
_NUMBERS = ("major number", "minor number", "patch number")
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
    found = [(version, tag) for tag in tags if (version := _version(tag.removeprefix("v")))]
    kept = [(version, tag) for version, tag in found if _allowed(version, prereleases) and fits(version)]
    if not kept:
        raise ConfigError("Expected to find at least one version, but did not")
    return max(kept, key=lambda pair: pair[0])[1]


def _version(text: str) -> Version | None:
    version = parse(text)
    return version if version and max(version.numbers) <= _LARGEST else None


def _allowed(version: Version, prereleases: tuple[str, ...] | None) -> bool:
    if not version.prerelease:
        return True
    return prereleases is not None and (not prereleases or any(mark in prereleases for mark in version.prerelease))


def _range(text: str) -> _Check:
    try:
        alternatives = [[_term(term) for term in terms] for terms in _alternatives(text)]
    except ValueError as error:
        raise ConfigError(f"Selecting versions: Parsing version constraint '{text}': {error}") from error
    return lambda version: any(all(check(version) for check in checks) for checks in alternatives)


def _alternatives(text: str) -> list[list[str]]:
    """The conditions between the `||`. A sign may stand apart from its version; single characters mean nothing."""
    found: list[list[str]] = [[]]
    for word in _AFTER_SIGN.sub("", text).split(" "):
        if word == "||":
            found.append([])
        elif len(word) > 1:
            found[-1].append(word)
    if found == [[]] or (found[0] and not found[-1]):
        raise ValueError("Last element in range is '||'")
    if not all(found):
        raise ValueError("First element in range is '||'")
    return found


def _term(term: str) -> _Check:
    match = _TERM.fullmatch(term)
    if match is None or not match[2][0].isdigit():
        raise ValueError(f'Could not get version from string: "{term}"')
    sign, text = match.groups()
    if sign not in _OPERATORS:
        raise ValueError(f'Could not parse Range "{term}": Could not parse comparator "{sign}" in "{term}"')
    if wildcard := _WILDCARD.fullmatch(text):
        return _within(sign, wildcard)
    wanted = _version(text)
    if wanted is None:
        raise ValueError(f'Could not parse Range "{term}": Could not parse version "{text}" in "{term}": {_why(text)}')
    compare = _OPERATORS[sign]
    return lambda version: compare(version, wanted)


def _within(sign: str, wildcard: re.Match[str]) -> _Check:
    """`1.x` and `1.0.x` as a range: from its first version up to, without, the first one after it."""
    major, minor = int(wildcard[1]), int((wildcard[2] or "0").replace("x", "0"))
    low = Version((major, minor, 0))
    high = Version((major, minor + 1, 0) if wildcard[2] else (major + 1, 0, 0))
    checks: dict[str, _Check] = {
        ">": lambda version: version >= high,
        ">=": lambda version: version >= low,
        "<": lambda version: version < low,
        "<=": lambda version: version < high,
        # Both bounds must hold, as for any other sign: kept, since it is what the reference answers.
        "!": lambda _: False,
        "!=": lambda _: False,
    }
    return checks.get(sign, lambda version: low <= version < high)


def _why(text: str) -> str:
    """What makes `text` no version."""
    numbers = text.split(".", 2)
    if len(numbers) < len(_NUMBERS):
        return "No Major.Minor.Patch elements found"
    rest, plus, build = numbers[2].partition("+")
    numbers[2], dash, prerelease = rest.partition("-")
    problems = [_bad_number(number, name) for number, name in zip(numbers, _NUMBERS, strict=True)]
    problems += [_bad_mark(mark, "prerelease") for mark in prerelease.split(".") if dash]
    problems += [_bad_mark(mark, "build meta data") for mark in build.split(".") if plus]
    return next(filter(None, problems))


def _bad_number(number: str, name: str) -> str:
    if number.strip("0123456789"):
        return f'Invalid character(s) found in {name} "{number}"'
    if len(number) > 1 and number[0] == "0":
        return f'{name.capitalize()} must not contain leading zeroes "{number}"'
    if not number:
        return 'strconv.ParseUint: parsing "": invalid syntax'
    return f'strconv.ParseUint: parsing "{number}": value out of range' if int(number) > _LARGEST else ""


def _bad_mark(mark: str, name: str) -> str:
    if not mark:
        return f"{name.capitalize()} is empty"
    if _NO_MARK.search(mark):
        return f'Invalid character(s) found in {name} "{mark}"'
    if name == "prerelease" and mark.isdigit() and mark != "0" and mark[0] == "0":
        return f'Numeric PreRelease version must not contain leading zeroes "{mark}"'
    return ""
