"""Times as a kubelet writes them."""

from datetime import UTC, datetime


def now() -> str:
    """The present, RFC 3339 with seconds (`metav1.Time`)."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def nanoseconds() -> str:
    """The present, RFC 3339 with nine digits of a second, as in container logs."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
