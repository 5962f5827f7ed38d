"""Objects that are to change again after a while (kapp spec, section 3.10)."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from oakum.deploy.diff.versioned import is_versioned, versions_of
from oakum.deploy.errors import InputError
from oakum.deploy.resource import PREFIX, Resource
from oakum.duration import parse_duration
from oakum.gotime import parse_rfc3339

DURATION = PREFIX + "renew-duration"
LAST = PREFIX + "last-renewed-time"


def renew(new: Sequence[Resource], existing: Sequence[Resource], now: datetime | None = None) -> None:
    """Put the time of the last renewal on wanted objects whose time has come, in place. Raises InputError.

    A versioned object is as old as its newest version.
    """
    now = now or datetime.now(UTC)
    plain = {r.key: r for r in existing}
    newest = {key: versions[-1] for key, versions in versions_of(existing).items()}
    for r in new:
        text = r.annotations.get(DURATION)
        if text is None:
            continue
        try:
            period = timedelta(seconds=parse_duration(text))
        except ValueError as e:
            raise InputError(f"Unable to parse renew-duration for resource {r.description}: {e}") from e
        live = (newest.get(r.key) if is_versioned(r) else None) or plain.get(r.key)
        if live is not None:
            _renew(r, live, period, now)


def _renew(r: Resource, live: Resource, period: timedelta, now: datetime) -> None:
    before = live.annotations.get(LAST)
    last = live.created or now
    if before is not None:
        try:
            last = max(last, parse_rfc3339(before))
        except ValueError as e:
            raise InputError(f"Unable to parse last-renewed-time for resource {r.description}: {e}") from e
    if now >= last + period:
        r.annotate(LAST, now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    elif before is not None:
        r.annotate(LAST, before)
