"""Connections that send a request's head and body in one write.

The standard library writes them apart: two TLS records, two system calls, two wake-ups of the server for each of the
thousands of small objects of a deploy. Imported with urllib3, when the first connection is made.
"""
from __future__ import annotations

from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection


class _OneWrite:
    """What both kinds of connection do; mixed in before them."""

    _held: list[bytes] | None = None

    def request(self, *arguments: Any, **named: Any) -> None:
        """Send a request, gathered first."""
        self._held = []
        try:
            super().request(*arguments, **named)  # type: ignore[misc]  # the connection's own
        finally:
            held, self._held = self._held, None
        super().send(b"".join(held))  # type: ignore[misc]

    def send(self, data: Any) -> None:
        """Write, or keep what belongs to the request that is being gathered."""
        if self._held is None:
            super().send(data)  # type: ignore[misc]
        else:
            self._held.append(bytes(data))


class PlainConnection(_OneWrite, HTTPConnection):
    """HTTP."""


class TLSConnection(_OneWrite, HTTPSConnection):
    """HTTPS."""
