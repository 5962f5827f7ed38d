from __future__ import annotations

import io
from contextlib import ExitStack

import pytest

from oakum.cli.kbld.live import LiveLog, amount
from oakum.images.log import StreamLog


class Screen:
    """What a terminal of `rows` shows of what is written to it."""

    def __init__(self, columns: int = 40, rows: int = 6) -> None:
        self.size, self.stream, self.now = (columns, rows), io.StringIO(), 0.0
        self.log = LiveLog(self.stream, lambda: self.now, lambda: self.size)

    @property
    def lines(self) -> list[str]:
        shown: list[str] = []
        for piece in self.stream.getvalue().split("\r\x1b["):
            up, erased, text = piece.partition("A\x1b[J")
            if erased:
                del shown[len(shown) - int(up) :]
            shown += (text if erased else up).splitlines()
        return shown


def test_each_image_that_moves_has_a_line_below_those_that_stay() -> None:
    screen = Screen()
    with screen.log.moving("r.io/app") as app, screen.log.moving("r.io/web") as web:
        screen.now = 1.0
        app(2 * 1024 * 1024)
        screen.now = 2.0
        web(1024)
        screen.log.write("r.io/other", "pushed")
        assert screen.lines == ["r.io/other | pushed"]
        screen.now = 4.0
        web(1024)
        assert screen.lines == ["r.io/other | pushed", "r.io/app: 2.0 MiB, 512.0 KiB/s", "r.io/web: 2.0 KiB, 512 B/s"]
    assert screen.lines == ["r.io/other | pushed"]


def test_a_hint_is_for_those_who_sit_at_a_terminal() -> None:
    screen, stream = Screen(), io.StringIO()
    screen.log.hint("app", "install Docker")
    StreamLog(stream).hint("app", "install Docker")
    assert (screen.lines, stream.getvalue()) == (["app | hint: install Docker"], "")


def test_lines_are_drawn_ten_times_a_second_at_most() -> None:
    screen = Screen()
    with screen.log.moving("app") as moved:
        for _ in range(100):
            screen.now += 0.01
            moved(1)
        assert 9 <= screen.stream.getvalue().count("app:") <= 11


def test_a_line_fits_the_terminal_and_all_lines_do() -> None:
    screen = Screen(columns=30, rows=3)
    with ExitStack() as stack:
        for number in range(5):
            moved = stack.enter_context(screen.log.moving(f"registry.example.com/team/app-{number}"))
        screen.now = 1.0
        moved(1)
        assert screen.lines == ["…e.com/team/app-0: 0 B, 0 B/s", "…e.com/team/app-1: 0 B, 0 B/s"]
    assert screen.lines == []


def test_two_images_of_one_name_do_not_disturb_one_another() -> None:
    screen = Screen()
    with screen.log.moving("app") as one:
        with screen.log.moving("app") as two:
            two(1)
        screen.now = 1.0
        one(1)
        assert screen.lines == ["app: 1 B, 1 B/s"]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 40, "3072.0 GiB")],
)
def test_amounts_have_the_largest_unit(size: int, text: str) -> None:
    assert amount(size) == text
