"""Times in objects as Go reads and writes them: RFC 3339 in, UTC out."""

import re
from datetime import UTC, datetime

_LAYOUT = "2006-01-02T15:04:05Z07:00"
_PIECES = (
    ("2006", r"\d{4}"), ("-", "-"), ("01", r"\d\d"), ("-", "-"), ("02", r"\d\d"), ("T", "T"), ("15", r"\d\d?"),
    (":", ":"), ("04", r"\d\d"), (":", ":"), ("05", r"\d\d(?:[.,]\d+)?"), ("Z07:00", r"Z|[+-]\d\d:\d\d"),
)  # fmt: skip


_MICRO = (".000000", r"\.\d{6}")


class NotATime(ValueError):
    """What Go's parser says of a text that is no time."""


def canonical(text: str, micro: bool = False) -> str:
    """The same moment in UTC, to the second or the microsecond; raises NotATime."""
    rest = text
    for name, pattern in _PIECES if not micro else (*_PIECES[:-2], ("05", r"\d\d"), _MICRO, _PIECES[-1]):
        found = re.match(pattern, rest)
        if found is None:
            layout = "2006-01-02T15:04:05.000000Z07:00" if micro else _LAYOUT
            raise NotATime(f'parsing time "{text}" as "{layout}": cannot parse "{rest}" as "{name}"')
        rest = rest[found.end() :]
    if rest:
        raise NotATime(f'parsing time "{text}": extra text: "{rest}"')
    try:
        moment = datetime.fromisoformat(text.replace(",", ".")).astimezone(UTC)
    except ValueError as error:
        part = "day" if "day" in str(error) else str(error).partition(" ")[0]
        raise NotATime(f'parsing time "{text}": {part} out of range') from None
    return moment.strftime("%Y-%m-%dT%H:%M:%S" + (".%f" if micro else "")) + "Z"
