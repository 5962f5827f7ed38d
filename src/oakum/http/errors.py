"""What a failed exchange raises: the standard library's exceptions, and what tells two of them apart."""
from __future__ import annotations

from http.client import HTTPException, IncompleteRead

FAILURES = (OSError, HTTPException)
"""The system, TLS (`ssl.SSLError` is an OSError), time-outs, and answers that are not HTTP or end too early."""


class AnswerTimeout(TimeoutError):
    """The server was reached but did not say more in time. While connecting it is a plain TimeoutError."""


class ProxyFailure(OSError):
    """The proxy could not be reached, or would not connect on (`Tunnel connection failed: …`)."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


__all__ = ["FAILURES", "AnswerTimeout", "HTTPException", "IncompleteRead", "ProxyFailure"]
