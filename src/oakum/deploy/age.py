"""Filters by age: `5m+`, `24h-` (kapp spec, section 7.3)."""
from __future__ import annotations

from datetime import datetime, timedelta

from oakum.dataclass import dataclass
from oakum.deploy.errors import InputError
from oakum.duration import parse_duration

_AGE_HELP = ("Expected age filter to be either empty or parseable time.Duration (example: 5m+, 24h-; valid units: "
             "ns, us, ms, s, m, h)")


@dataclass(frozen=True)
class Age:
    """Bounds on the time of creation."""

    before: datetime | None = None
    after: datetime | None = None

    def matches(self, created: datetime | None) -> bool:
        """Whether something created then passes; what does not exist yet counts as infinitely old."""
        if self.after is not None and (created is None or created < self.after):
            return False
        return self.before is None or created is None or created <= self.before


def parse_age(text: str, now: datetime) -> Age:
    """`5m+` (older than 5 minutes) or `24h-` (younger than a day). Raises InputError."""
    if not text:
        return Age()
    try:
        bound = now - timedelta(seconds=parse_duration(text[:-1]))
    except ValueError as e:
        raise InputError(_AGE_HELP) from e
    if text[-1] not in "+-":
        raise InputError(_AGE_HELP)
    return Age(before=bound) if text[-1] == "+" else Age(after=bound)
