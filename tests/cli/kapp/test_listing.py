"""How the list of applications shows their namespaces."""
from __future__ import annotations

import pytest

from oakum.cli.kapp.listing import _joined


@pytest.mark.parametrize(("lengths", "lines"), [
    ((), [[]]),
    ((20, 20, 1), [[20, 20], [1]]),
    ((24, 24, 21, 1), [[24], [24, 21, 1]]),
    ((41, 1, 1), [[41, 1, 1]]),
    ((60, 60, 60), [[60], [60], [60]]),
    ((10,) * 10, [[10] * 4, [10] * 5, [10]]),
])
def test_namespaces_go_on_in_another_line_where_forty_letters_are_full(
        lengths: tuple[int, ...], lines: list[list[int]]) -> None:
    shown = _joined(tuple("n" * length for length in lengths)).split("\n")
    assert [[len(name) for name in line.split(",") if name] for line in shown] == lines
    assert all(line.endswith(",") for line in shown[:-1])
