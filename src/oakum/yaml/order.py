"""The order of map keys in go-yaml's output: `a2` before `a10`, letters after everything else (sigs.k8s.io/yaml)."""
from __future__ import annotations

from collections.abc import Iterable
from functools import cmp_to_key


def natural(keys: Iterable[str]) -> list[str]:
    """`keys` in go-yaml's natural order."""
    listed = list(keys)
    if all(key.isalpha() for key in listed):
        return sorted(listed)
    return sorted(listed, key=cmp_to_key(_compare))


def _compare(left: str, right: str) -> int:
    for at, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return _compare_from(left, right, at)
    return len(left) - len(right)


def _compare_from(left: str, right: str, at: int) -> int:
    """The order that the first differing character, at index `at`, decides."""
    one, other = left[at], right[at]
    if one.isalpha() or other.isalpha():
        if one.isalpha() and other.isalpha():
            return ord(one) - ord(other)
        return 1 if one.isalpha() else -1
    lead = "1" if "0" in (one, other) and _nonzero_before(left, at) else ""
    left_run, right_run = _digits(left, at), _digits(right, at)
    return _larger(lead + left_run, lead + right_run) or len(left_run) - len(right_run) or ord(one) - ord(other)


def _larger(left: str, right: str) -> int:
    """The sign of the difference of two numbers of any length."""
    left, right = left.lstrip("0"), right.lstrip("0")
    return len(left) - len(right) or (left > right) - (left < right)


def _nonzero_before(text: str, at: int) -> bool:
    while at > 0 and text[at - 1].isdecimal():
        at -= 1
        if text[at] != "0":
            return True
    return False


def _digits(text: str, at: int) -> str:
    end = at
    while end < len(text) and text[end].isdecimal():
        end += 1
    return text[at:end]
