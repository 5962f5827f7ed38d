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
    larger = _int64(lead + left_run) - _int64(lead + right_run)
    return larger or len(left_run) - len(right_run) or ord(one) - ord(other)


def _int64(digits: str) -> int:
    """The number that Go reads: one too large for 64 bits wraps around."""
    number = 0
    for digit in digits:
        number = (number * 10 + ord(digit) - ord("0")) % 2**64
    return number - 2**64 if number >= 2**63 else number


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
