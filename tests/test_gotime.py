import re
from datetime import UTC, datetime

import pytest

from oakum.gotime import parse_rfc3339

LAYOUT = '"2006-01-02T15:04:05Z07:00"'


@pytest.mark.parametrize("text", [
    "2026-01-02T03:04:05Z", "2026-01-02T3:04:05Z", "2026-01-03T03:04:05+24:00", "2026-01-02T03:04:05.000000009Z", "2026-01-02T04:04:05+01:00", "2026-01-01T22:34:05-04:30"])
def test_times_are_read_with_their_zone_and_cut_to_microseconds(text: str) -> None:
    assert parse_rfc3339(text) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(("text", "why"), [
    ("nope", f' as {LAYOUT}: cannot parse "nope" as "2006"'),
    ("2020", f' as {LAYOUT}: cannot parse "" as "-"'),
    ("2020-01-01", f' as {LAYOUT}: cannot parse "" as "T"'),
    ("2020-01-01T00:00:00", f' as {LAYOUT}: cannot parse "" as "Z07:00"'),
    ("2020-01-01T00:00:00+00", f' as {LAYOUT}: cannot parse "+00" as "Z07:00"'),
    ("2020-01-01T00:00:00Z!", ': extra text: "!"'),
    ("2020-13-01T00:00:00Z", ": month out of range"),
    ("2020-02-30T00:00:00Z", ": day out of range"),
    ("2020-02-03T24:00:00Z", ": hour out of range"),
    ("2020-0071-02", ": month out of range"),
    ("2020-01-000T00:00:00Z", f' as {LAYOUT}: cannot parse "0T00:00:00Z" as "T"'),
    ("2020-01-01T00:00:00+25:61", ": time zone offset minute out of range"),
    ("2020-01-01T00:00:00+25:00", ": time zone offset hour out of range"),
    ("2020-01-01T00:00:00-07:530", ': extra text: "0"'),
    ("0000-01-01T00:00:00Z", ": year out of range"),
])
def test_what_is_no_time_is_told_in_gos_words(text: str, why: str) -> None:
    said = re.escape(f'parsing time "{text}"{why}')
    with pytest.raises(ValueError, match=f"^{said}$"):
        parse_rfc3339(text)


def test_times_of_microseconds_have_six_digits() -> None:
    assert parse_rfc3339("2026-01-02T03:04:05.000006Z", micro=True).microsecond == 6
    with pytest.raises(ValueError, match=r'cannot parse "Z" as "\.000000"$'):
        parse_rfc3339("2026-01-02T03:04:05Z", micro=True)
