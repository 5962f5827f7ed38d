"""Times as Go's time.Parse reads them: RFC 3339, and its words for what is none."""
from __future__ import annotations

from datetime import datetime

LAYOUT = "2006-01-02T15:04:05Z07:00"
_ELEMENTS = ("2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05")
_BOUNDS = {"01": ("month", 1, 12), "02": ("day", 1, 31), "15": ("hour", 0, 23), "04": ("minute", 0, 59),
           "05": ("second", 0, 59)}


def parse_rfc3339(text: str) -> datetime:
    """The time, cut to microseconds. Raises ValueError in Go's words."""
    rest, numbers = text, []
    for element in _ELEMENTS:
        part = rest[:len(element)]
        if element.isdigit():
            if len(part) < len(element) or not (part.isascii() and part.isdigit()):
                raise _unread(text, rest, element)
            name, least, most = _BOUNDS.get(element, ("year", 0, 9999))
            if not least <= int(part) <= most:
                raise ValueError(f'parsing time "{text}": {name} out of range')
            numbers.append(int(part))
        elif part != element:
            raise _unread(text, rest, element)
        rest = rest[len(element):]
    return _with_zone(text, rest, numbers)


def _with_zone(text: str, rest: str, numbers: list[int]) -> datetime:
    fraction = ""
    if rest[:1] in (".", ",") and rest[1:2].isdigit():
        zone = rest[1:].lstrip("0123456789")
        fraction, rest = rest[1:len(rest) - len(zone)][:6], zone
    if rest[:1] == "Z" and rest != "Z":
        raise ValueError(f'parsing time "{text}": extra text: "{rest[1:]}"')
    if rest != "Z" and not (len(rest) == 6 and rest[0] in "+-" and rest[3] == ":" and (rest[1:3] + rest[4:]).isdigit()):
        raise _unread(text, rest, "Z07:00")
    year, month, day, *clock = numbers
    made = f"{year:04d}-{month:02d}-{day:02d}T" + ":".join(f"{n:02d}" for n in clock)
    try:
        return datetime.fromisoformat(f"{made}.{fraction or '0':0<6}{rest.replace('Z', '+00:00')}")
    except ValueError as e:
        raise ValueError(f'parsing time "{text}": day out of range') from e


def _unread(text: str, rest: str, element: str) -> ValueError:
    return ValueError(f'parsing time "{text}" as "{LAYOUT}": cannot parse "{rest}" as "{element}"')
