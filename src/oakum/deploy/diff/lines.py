"""The line difference of two texts (kapp spec, section 3.4).

The reference fills an n*m table. The same edit script comes out here of one bit vector a line: bit j of row i says
whether the longest common subsequence of what follows grows at right line j. Memory is n*m bits, time n*m/64.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from oakum.dataclass import dataclass

ANCHOR_LINES = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the result: `left`/`right` are its indexes (from 0) on the sides that have it, else None."""

    left: int | None
    right: int | None
    text: str

    @property
    def changed(self) -> bool:
        """Whether only one side has it."""
        return self.left is None or self.right is None


def diff_lines(left: str, right: str, *, anchored: bool = False) -> list[Line]:
    """The difference of two texts; within a changed stretch, removed lines come first.

    `anchored` takes lines that are unique on both sides as fixed points when a side has more than 500 lines, which
    needs less time and may give a longer script.
    """
    a, b = left.split("\n"), right.split("\n")
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    out = [Line(i, i, a[i]) for i in range(start)]
    middle = (a[start:len(a) - end], b[start:len(b) - end])
    use_anchors = anchored and max(len(a), len(b)) > ANCHOR_LINES
    script = _anchored(*middle) if use_anchors else _longest_common(*middle)
    for i, j in script:
        out.append(Line(None if i is None else start + i, None if j is None else start + j,
                        middle[0][i] if i is not None else middle[1][j or 0]))
    out.extend(Line(len(a) - k, len(b) - k, a[-k]) for k in range(end, 0, -1))
    return out


Script = Iterator[tuple[int | None, int | None]]


def _longest_common(a: Sequence[str], b: Sequence[str]) -> Script:
    rows = _rows(a, b)
    i = j = 0
    length = rows[0].bit_count() if rows else 0
    while i < len(a) and j < len(b):
        if (rows[i + 1] >> j).bit_count() == length:
            yield i, None
            i += 1
        elif not rows[i] >> j & 1:
            yield None, j
            j += 1
        else:
            yield i, j
            i, j, length = i + 1, j + 1, length - 1
    yield from ((k, None) for k in range(i, len(a)))
    yield from ((None, k) for k in range(j, len(b)))


def _rows(a: Sequence[str], b: Sequence[str]) -> list[int]:
    """For each i, the bits j at which the longest common subsequence of a[i:] and b[j:] is longer than of b[j+1:].

    Bit-parallel (Hyyrö 2004), over the reversed right side; rows are turned back to the order of the right side.
    """
    last = len(b) - 1
    where: dict[str, int] = {}
    for j, line in enumerate(b):
        where[line] = where.get(line, 0) | 1 << (last - j)
    everything = (1 << len(b)) - 1
    state = everything
    rows = [0] * (len(a) + 1)
    for i in range(len(a) - 1, -1, -1):
        matches = state & where.get(a[i], 0)
        if matches:
            state = ((state + matches) | (state - matches)) & everything
        rows[i] = _reversed(~state & everything, len(b))
    return rows


def _reversed(bits: int, width: int) -> int:
    return int(format(bits, f"0{width}b")[::-1], 2) if bits else 0


def _anchored(a: Sequence[str], b: Sequence[str]) -> Script:
    """Lines unique on both sides, in the longest run that keeps their order, stretched both ways while lines agree."""
    i = j = 0
    for x, y in [*_anchors(a, b), (len(a), len(b))]:
        if x < i:
            continue
        while x > i and y > j and a[x - 1] == b[y - 1]:
            x, y = x - 1, y - 1
        yield from ((k, None) for k in range(i, x))
        yield from ((None, k) for k in range(j, y))
        i, j = x, y
        while i < len(a) and j < len(b) and a[i] == b[j]:
            yield i, j
            i, j = i + 1, j + 1


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of indexes of the longest increasing run of unique common lines (patience sorting)."""
    from bisect import bisect_left

    once_a, once_b = ({line for line, n in Counter(side).items() if n == 1} for side in (a, b))
    at = {line: j for j, line in enumerate(b) if line in once_b}
    pairs = [(i, at[line]) for i, line in enumerate(a) if line in once_a and line in at]
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        tops[pile:pile + 1] = [j]
        piles[pile:pile + 1] = [number]
        before.append(piles[pile - 1] if pile else -1)
    run, number = [], piles[-1] if piles else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]
