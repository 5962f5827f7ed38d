"""What is wrong with the schedule and the time zone of a CronJob, in the words of the real server's parser."""

import re

_RANGE = re.compile(r"(?:(\*|\?)|(\w+)(?:-(\w+))?)(?:/(\d+))?")
_DURATION = r"[-+]?(0|(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+"
_MACROS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
           "nov": 11, "dec": 12}  # fmt: skip
_DAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_NAMES: tuple[dict[str, int], ...] = ({}, {}, {}, _MONTHS, _DAYS)


def schedule_problem(schedule: str) -> str:
    """What is wrong with a schedule; empty when it is well."""
    if "TZ" in schedule:
        return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
    if schedule.startswith("@"):
        if schedule.startswith("@every "):
            wait = schedule.removeprefix("@every ")
            valid = re.fullmatch(_DURATION, wait)
            return "" if valid else f'failed to parse duration {schedule}: time: invalid duration "{wait}"'
        known = schedule in _MACROS
        return "" if known else f"unrecognized descriptor: {schedule}"
    fields = schedule.split()
    if len(fields) != 5:
        return f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]"
    for field, bounds, names in zip(fields, _BOUNDS, _NAMES, strict=True):
        for part in field.split(","):
            if problem := _part_problem(part, *bounds, names):
                return problem
    return ""


def _part_problem(part: str, low: int, high: int, names: dict[str, int]) -> str:
    found = _RANGE.fullmatch(part)
    if found is None:
        return f"failed to parse int from {part}"
    any_value, first, last, step = found.groups()
    values = []
    for text in (first, last or first) if not any_value else ():
        value = names.get(text.lower(), int(text) if text.isdecimal() else -1)
        if value < 0:
            return f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'
        values.append(value)
    start, end = values or (low, high)
    if step is not None and not last and values:
        end = high
    if start < low:
        return f"beginning of range ({start}) below minimum ({low}): {part}"
    if end > high:
        return f"end of range ({end}) above maximum ({high}): {part}"
    if start > end:
        return f"beginning of range ({start}) beyond end of range ({end}): {part}"
    return f"step of range should be a positive number: {part}" if step is not None and not int(step) else ""


def zone_problem(zone: str) -> str:
    """What is wrong with a time zone's name; empty when it is well, or when this machine has no list of zones."""
    import zoneinfo

    if not zone:
        return "timeZone must be nil or non-empty string"
    if zone.lower() == "local":
        return "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
    known = zoneinfo.available_timezones()
    return "" if zone in known or not known else f"unknown time zone {zone}"
