from __future__ import annotations

import io

import pytest

from oakum.cli.kbld.live import LiveLog, amount


def test_a_live_line_shows_bytes_and_rate_and_makes_way_for_lines_that_stay() -> None:
    stream, times = io.StringIO(), iter([0.0, 0.05, 2.0])
    log = LiveLog(stream, lambda: next(times))
    for size in (1024, 1024, 2 * 1024 * 1024):
        log.moved("r.io/app", size)
    log.write("r.io/app", "finished push")
    assert stream.getvalue().split("\r\x1b[K") == [
        "",
        "r.io/app: 1.0 KiB",
        "r.io/app: 2.0 MiB, 1.0 MiB/s",
        "r.io/app | finished push\n",
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 40, "3072.0 GiB")],
)
def test_amounts_have_the_largest_unit(size: int, text: str) -> None:
    assert amount(size) == text
