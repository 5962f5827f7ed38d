"""Versions by Semantic Versioning 2.0.0: read, and ordered by precedence (sections 9 to 11)."""
from __future__ import annotations

import re
from functools import total_ordering

from oakum.dataclass import dataclass

_LONGEST = 256
_NUMBER = r"(?:0|[1-9][0-9]*)"
_MARK = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_MARK}(?:\.{_MARK})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A version. Build metadata is not kept, since it does not count."""

    numbers: tuple[int, int, int]
    prerelease: tuple[str, ...] = ()

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[object, ...]:
        marks = [(0, int(mark), "") if mark.isdigit() else (1, 0, mark) for mark in self.prerelease]
        return (self.numbers, not self.prerelease, marks)


def parse(text: str) -> Version | None:
    """The version in `text`, None when it is not one, or longer than any that is meant as one."""
    match = _VERSION.fullmatch(text)
    if match is None or len(text) > _LONGEST:
        return None
    return Version((int(match[1]), int(match[2]), int(match[3])), tuple(match[4].split(".")) if match[4] else ())
