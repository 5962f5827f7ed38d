"""Time as the API server writes it, from a clock that tests can move."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system() -> datetime:
    """The real time, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """RFC 3339 with seconds (`metav1.Time`)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed(text: str) -> datetime:
    """A time that the server wrote; raises ValueError for other text."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def age(since: str, now: datetime) -> str:
    """How long ago, as tables show it (apimachinery `duration.HumanDuration`); `<unknown>` for no time."""
    if not since:
        return "<unknown>"
    return human(int((now - parsed(since)).total_seconds()))


def human(seconds: int) -> str:
    """A duration in at most two units."""
    if seconds < 0:
        return "<invalid>" if seconds < -1 else "0s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    steps = (
        (seconds < 120, f"{seconds}s"),
        (minutes < 10, _pair(minutes, "m", seconds % 60, "s")),
        (minutes < 180, f"{minutes}m"),
        (hours < 8, _pair(hours, "h", minutes % 60, "m")),
        (hours < 48, f"{hours}h"),
        (hours < 192, _pair(days, "d", hours % 24, "h")),
        (hours < 365 * 24 * 2, f"{days}d"),
        (hours < 365 * 24 * 8, _pair(days // 365, "y", days % 365, "d")),
    )
    return next((text for fits, text in steps if fits), f"{days // 365}y")


def _pair(large: int, unit: str, small: int, lesser: str) -> str:
    return f"{large}{unit}{small}{lesser}" if small else f"{large}{unit}"
