"""Durations as Go writes and reads them (package time): `15m0s`, `1h30m`, `500ms`. Values are seconds."""
from __future__ import annotations

import re

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_duration(text: str) -> float:
    """Seconds of a Go duration such as `1h15m0.5s` or `-2m`. Raises ValueError with Go's reason."""
    body = text[1:] if text[:1] in "+-" else text
    if body == "0":
        return 0.0
    part = re.compile(r"(\d+\.?\d*|\.\d+)([^\d.]*)")  # here: few runs read a duration
    total, at = 0.0, 0
    while match := part.match(body, at):
        if not match[2]:
            raise ValueError(f'time: missing unit in duration "{text}"')
        if match[2] not in _UNITS:
            raise ValueError(f'time: unknown unit "{match[2]}" in duration "{text}"')
        total += float(match[1]) * _UNITS[match[2]]
        at = match.end()
    if not body or at != len(body):
        raise ValueError(f'time: invalid duration "{text}"')
    return -total if text.startswith("-") else total


def format_duration(seconds: float) -> str:
    """A number of seconds as Go prints a duration: `15m0s`, `1h0m0s`, `500ms`, `1.5s`, `0s`."""
    sign, nanos = ("-" if seconds < 0 else ""), round(abs(seconds) * 1_000_000_000)
    if nanos < 1_000_000_000:
        for size, unit in ((1_000_000, "ms"), (1_000, "µs"), (1, "ns")):
            if nanos >= size:
                return f"{sign}{nanos / size:.9f}".rstrip("0").rstrip(".") + unit
        return "0s"
    minutes, rest = divmod(nanos, 60_000_000_000)
    text = f"{rest / 1_000_000_000:.9f}".rstrip("0").rstrip(".") + "s"
    if minutes:
        text = f"{minutes % 60}m{text}"
    return sign + (f"{minutes // 60}h{text}" if minutes >= 60 else text)
