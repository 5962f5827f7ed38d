"""Times as Go's time.Parse reads them: RFC 3339, and its words for what is none."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

LAYOUT = "2006-01-02T15:04:05Z07:00"
MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00"
_ELEMENTS = ("2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05")
_BOUNDS = {"01": ("month", 1, 12), "15": ("hour", 0, 23), "04": ("minute", 0, 59), "05": ("second", 0, 59)}
"""What is checked where it stands; whether a month has the day shows at the end."""


def parse_rfc3339(text: str, *, micro: bool = False) -> datetime:
    """The time in UTC, cut to microseconds, of which there must be six digits with `micro`.

    Raises ValueError in Go's words, and for the year 0, which Go has.
    """
    reader = _Reader(text, MICRO_LAYOUT if micro else LAYOUT)
    numbers = []
    for element in _ELEMENTS:
        if element.isdigit():
            numbers.append(reader.number(element))
        else:
            reader.mark(element)
    year, month, day, hour, minute, second = numbers
    microsecond = reader.six_digits() if micro else reader.fraction()
    offset = reader.zone()
    if reader.rest:
        raise reader.wrong(f'extra text: "{reader.rest}"')
    try:
        return datetime(year, month, day, hour, minute, second, microsecond, UTC) - offset
    except (ValueError, OverflowError) as e:
        raise reader.wrong("day out of range" if year else "year out of range") from e


class _Reader:
    """What is left of a text that is read element by element."""

    def __init__(self, text: str, layout: str) -> None:
        self._text = text
        self._layout = layout
        self.rest = text

    def wrong(self, why: str) -> ValueError:
        """That the text is no time."""
        return ValueError(f'parsing time "{self._text}": {why}')

    def mark(self, element: str) -> None:
        """Take what separates two numbers."""
        if not self.rest.startswith(element):
            raise self._unread(element)
        self.rest = self.rest[1:]

    def number(self, element: str) -> int:
        """The number that `element` stands for; an hour may have one digit."""
        width = 1 if element == "15" and not _is_number(self.rest[1:2]) else len(element)
        part = self.rest[:width]
        if len(part) < width or not _is_number(part):
            raise self._unread(element)
        name, least, most = _BOUNDS.get(element, ("", 0, 9999))
        if not least <= int(part) <= most:
            raise self.wrong(f"{name} out of range")
        self.rest = self.rest[width:]
        return int(part)

    def fraction(self) -> int:
        """Microseconds, of as many digits as there are."""
        if self.rest[:1] not in (".", ",") or not _is_number(self.rest[1:2]):
            return 0
        rest = self.rest[1:].lstrip("0123456789")
        digits, self.rest = self.rest[1:len(self.rest) - len(rest)], rest
        return int(f"{digits[:6]:0<6}")

    def six_digits(self) -> int:
        """Microseconds, of six digits."""
        digits = self.rest[1:7]
        if self.rest[:1] not in (".", ",") or len(digits) < 6 or not _is_number(digits):
            raise self._unread(".000000")
        self.rest = self.rest[7:]
        return int(digits)

    def zone(self) -> timedelta:
        """How far the zone is ahead of UTC."""
        if self.rest[:1] == "Z":
            self.rest = self.rest[1:]
            return timedelta()
        part = self.rest[:6]
        hours, minutes = part[1:3], part[4:6]
        if len(part) < 6 or part[3] != ":":
            raise self._unread("Z07:00")
        for name, number, most in (("minute", minutes, 60), ("hour", hours, 24)):
            if _is_number(number) and int(number) > most:
                raise self.wrong(f"time zone offset {name} out of range")
        if part[0] not in "+-" or not _is_number(hours + minutes):
            raise self._unread("Z07:00")
        self.rest = self.rest[6:]
        ahead = timedelta(hours=int(hours), minutes=int(minutes))
        return -ahead if part[0] == "-" else ahead

    def _unread(self, element: str) -> ValueError:
        return ValueError(
            f'parsing time "{self._text}" as "{self._layout}": cannot parse "{self.rest}" as "{element}"')


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
