"""When a cron schedule is due: five fields (minute, hour, day, month, weekday), names, steps, and `@daily` and kin."""

from datetime import datetime, timedelta

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def following(schedule: str, after: datetime) -> datetime | None:
    """The first time after `after` that a schedule names; None for one that names none within four years.

    Raises ValueError for a schedule that cannot be read.
    """
    fields = _MACROS.get(schedule, schedule).split()
    if len(fields) != 5:
        raise ValueError(schedule)
    minutes, hours, days, months, weekdays = (_values(field, index) for index, field in enumerate(fields))
    either = fields[2][0] not in "*?" and fields[4][0] not in "*?"
    moment = (after + timedelta(minutes=1)).replace(second=0, microsecond=0)
    limit = after + timedelta(days=4 * 366)
    while moment < limit:
        weekday = moment.isoweekday() % 7
        by_day, by_weekday = moment.day in days, weekday in weekdays
        if moment.month not in months or not ((by_day or by_weekday) if either else (by_day and by_weekday)):
            moment = (moment + timedelta(days=1)).replace(hour=0, minute=0)
        elif moment.hour not in hours:
            moment = (moment + timedelta(hours=1)).replace(minute=0)
        elif moment.minute not in minutes:
            moment += timedelta(minutes=1)
        else:
            return moment
    return None


def _values(field: str, index: int) -> set[int]:
    low, high = _BOUNDS[index]
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span in ("*", "?"):
            start, end = low, high
        else:
            start = _number(first, index)
            end = _number(last, index) if dash else (high if step else start)
        found |= set(range(start, end + 1, int(step or 1)))
    return {value % 7 for value in found} if index == 4 else found


def _number(text: str, index: int) -> int:
    names = {3: _MONTHS, 4: _DAYS}.get(index, ())
    if text.lower() in names:
        return names.index(text.lower()) + (1 if index == 3 else 0)
    return int(text)
