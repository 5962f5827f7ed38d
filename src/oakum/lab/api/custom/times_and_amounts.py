"""Durations, timestamps and quantities in the rules of custom resources (CEL: standard and Kubernetes libraries)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from oakum.duration import parse_duration
from oakum.lab.api import quantity

_QUANTITY = r"^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"


def duration(text: Any) -> timedelta:
    """A duration as Go writes it (`1h30m`). Raises ValueError."""
    if isinstance(text, timedelta):
        return text
    try:
        return timedelta(seconds=parse_duration(str(text)))
    except ValueError:
        raise ValueError("type conversion error from 'string' to 'google.protobuf.Duration'") from None


def timestamp(text: Any) -> datetime:
    """A time in RFC 3339. Raises ValueError."""
    if isinstance(text, datetime):
        return text
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError("type conversion error from 'string' to 'google.protobuf.Timestamp'") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def amount(text: Any) -> Fraction:
    """A quantity (`1Gi`). Raises ValueError."""
    if isinstance(text, Fraction):
        return text
    if not is_amount(text):
        raise ValueError(f"quantities must match the regular expression '{_QUANTITY}'")
    return Fraction(quantity.parse(text))


def is_amount(text: Any) -> bool:
    """Whether a text is a quantity."""
    try:
        quantity.parse(text)
    except ValueError:
        return False
    return isinstance(text, str)


def _part(of_duration: int, of_time: Callable[[datetime], int]) -> Callable[..., int]:
    """A getter: of a duration the whole of it in a unit of so many microseconds, of a time one of its fields."""

    def get(value: Any, _zone: str = "UTC") -> int:
        if isinstance(value, timedelta):
            return int(value / timedelta(microseconds=of_duration))
        return of_time(value.astimezone(UTC))

    return get


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "duration": duration,
    "timestamp": timestamp,
    "quantity": amount,
    "isQuantity": is_amount,
}
METHODS: dict[str, Callable[..., Any]] = {
    "isGreaterThan": lambda left, right: left > right,
    "isLessThan": lambda left, right: left < right,
    "compareTo": lambda left, right: (left > right) - (left < right),
    "add": lambda left, right: left + right,
    "sub": lambda left, right: left - right,
    "sign": lambda value: (value > 0) - (value < 0),
    "isInteger": lambda value: value.denominator == 1,
    "asInteger": int,
    "asApproximateFloat": float,
    "getFullYear": lambda value, _zone="UTC": value.astimezone(UTC).year,
    "getMonth": lambda value, _zone="UTC": value.astimezone(UTC).month - 1,
    "getDate": lambda value, _zone="UTC": value.astimezone(UTC).day,
    "getDayOfMonth": lambda value, _zone="UTC": value.astimezone(UTC).day - 1,
    "getDayOfWeek": lambda value, _zone="UTC": value.astimezone(UTC).isoweekday() % 7,
    "getDayOfYear": lambda value, _zone="UTC": value.astimezone(UTC).timetuple().tm_yday - 1,
    "getHours": _part(3_600_000_000, lambda value: value.hour),
    "getMinutes": _part(60_000_000, lambda value: value.minute),
    "getSeconds": _part(1_000_000, lambda value: value.second),
    "getMilliseconds": _part(1_000, lambda value: value.microsecond // 1000),
}
