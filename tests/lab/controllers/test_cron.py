from datetime import UTC, datetime

import pytest

from oakum.lab.controllers.cron import following

START = datetime(2024, 2, 28, 23, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "wanted"),
    [
        ("* * * * *", datetime(2024, 2, 28, 23, 31, tzinfo=UTC)),
        ("*/20 * * * *", datetime(2024, 2, 28, 23, 40, tzinfo=UTC)),
        ("0 3 1 1 *", datetime(2025, 1, 1, 3, 0, tzinfo=UTC)),
        ("@daily", datetime(2024, 2, 29, 0, 0, tzinfo=UTC)),
        ("15 4 * * mon-fri", datetime(2024, 2, 29, 4, 15, tzinfo=UTC)),
        ("0 0 29 2 *", datetime(2024, 2, 29, 0, 0, tzinfo=UTC)),
        ("0 0 13 * 5", datetime(2024, 3, 1, 0, 0, tzinfo=UTC)),
        ("0 0 * * 7", datetime(2024, 3, 3, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_next_time_of_a_schedule(schedule: str, wanted: datetime) -> None:
    assert following(schedule, START) == wanted


def test_a_schedule_that_never_comes() -> None:
    assert following("0 0 31 2 *", START) is None
