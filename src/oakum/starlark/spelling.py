"""Which known name an unknown one was probably meant to be: go-starlark's rule for "did you mean"."""
from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate closest to `word` (case and underscores aside) with at most half of its bytes wrong."""
    wanted = _fold(word)
    best: str | None = None
    limit = (len(wanted) + 1) // 2
    for candidate in candidates:
        distance = _distance(wanted, _fold(candidate), limit)
        if distance < limit:
            best, limit = candidate, distance
    return best


def hint(word: str, candidates: Iterable[str], prefix: str = "") -> str:
    """` (did you mean x?)`, or nothing."""
    found = nearest(word, candidates)
    return f" (did you mean {prefix}{found}?)" if found else ""


def _fold(word: str) -> bytes:
    return word.replace("_", "").lower().encode("utf-8", "surrogateescape")


def _distance(a: bytes, b: bytes, limit: int) -> int:
    """Levenshtein's distance, cut off above `limit`."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]
