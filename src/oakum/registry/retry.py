"""When a request is sent again, and after how long."""
from __future__ import annotations

from oakum.dataclass import dataclass

TEMPORARY = frozenset({408, 429, 499, 500, 502, 503, 504, 522})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`delays` in seconds between tries (their number + 1 is the number of tries), each varied by `jitter`.

    A server's `Retry-After` (RFC 9110, section 10.2.3) replaces a delay, unless it asks for more than `patience`
    seconds: then the failure is reported at once.
    """

    delays: tuple[float, ...] = (0.1, 0.3)
    jitter: float = 0.1
    patience: float = 60.0

    def wait(self, attempt: int, retry_after: str | None = None) -> float | None:
        """Seconds to wait after try number `attempt` (from 0), None to give up."""
        if attempt >= len(self.delays):
            return None
        asked = seconds(retry_after) if retry_after else None
        if asked is not None:
            return asked if asked <= self.patience else None
        import random

        return self.delays[attempt] * random.uniform(1 - self.jitter, 1 + self.jitter)


def seconds(retry_after: str) -> float | None:
    """Seconds that a `Retry-After` value (a number or a date) asks for, None when it is neither."""
    text = retry_after.strip()
    if text.isdigit() and text.isascii():
        return float(text)
    import datetime
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.UTC)
    return max(0.0, (when - datetime.datetime.now(datetime.UTC)).total_seconds())
