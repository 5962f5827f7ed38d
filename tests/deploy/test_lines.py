from functools import lru_cache
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from oakum.deploy.diff.lines import Line, diff_lines

TEXTS = st.lists(st.sampled_from("abcd"), max_size=12).map("\n".join)


def table_walk(a: list[str], b: list[str]) -> list[tuple[int | None, int | None]]:
    """The reference's algorithm as it is described: a full table, then left-only lines where the length stays."""
    @lru_cache(None)
    def common(i: int, j: int) -> int:
        if i == len(a) or j == len(b):
            return 0
        return common(i + 1, j + 1) + 1 if a[i] == b[j] else max(common(i + 1, j), common(i, j + 1))

    out: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(a) and j < len(b):
        if common(i + 1, j) == common(i, j):
            out.append((i, None))
            i += 1
        elif common(i, j + 1) == common(i, j):
            out.append((None, j))
            j += 1
        else:
            out.append((i, j))
            i, j = i + 1, j + 1
    return out + [(k, None) for k in range(i, len(a))] + [(None, k) for k in range(j, len(b))]


@given(TEXTS, TEXTS)
def test_the_script_is_that_of_the_full_table(left: str, right: str) -> None:
    a, b = left.split("\n"), right.split("\n")
    start = end = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    inner = table_walk(a[start:len(a) - end], b[start:len(b) - end])
    wanted = [(i, i) for i in range(start)]
    wanted += [(None if i is None else i + start, None if j is None else j + start) for i, j in inner]
    wanted += [(len(a) - k, len(b) - k) for k in range(end, 0, -1)]
    assert [(line.left, line.right) for line in diff_lines(left, right)] == wanted


def rebuilt(lines: list[Line]) -> tuple[str, str]:
    return tuple("\n".join(line.text for line in lines if getattr(line, side) is not None)  # type: ignore[return-value]
                 for side in ("left", "right"))


@given(st.integers(0, 10**6))
def test_an_anchored_script_rebuilds_both_sides(seed: int) -> None:
    random = Random(seed)
    left = [str(random.randrange(900)) for _ in range(520)]
    right = [line for line in left if random.random() > 0.1]
    random.shuffle(right[:20])
    lines = diff_lines("\n".join(left), "\n".join(right), anchored=True)
    assert rebuilt(lines) == ("\n".join(left), "\n".join(right))


def test_removed_lines_come_before_added_ones() -> None:
    assert [(x.left, x.right) for x in diff_lines("a\nb\nc", "a\nx\ny\nc")] == [
        (0, 0), (1, None), (None, 1), (None, 2), (2, 3)]
