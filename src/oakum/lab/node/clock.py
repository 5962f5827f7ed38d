"""The time of a line in a container's log: that of the machine, as in the lines themselves."""

from datetime import UTC, datetime


def nanoseconds() -> str:
    """The present, RFC 3339 with nine digits of a second, as in container logs."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
