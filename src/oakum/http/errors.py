"""What a failed exchange raises: failures of the system, and what says that the other side does not speak HTTP."""
from __future__ import annotations


class HttpError(Exception):
    """What is not HTTP: an answer that cannot be read, or a request that cannot be written as such."""


class IncompleteRead(HttpError):
    """The connection ended before the answer did."""


class Disconnected(ConnectionResetError):
    """The server closed the connection without a word of an answer."""

    def __init__(self) -> None:
        super().__init__("Remote end closed connection without response")


class AnswerTimeout(TimeoutError):
    """The server was reached but did not say more in time. While connecting it is a plain TimeoutError."""


class ProxyFailure(OSError):
    """The proxy could not be reached, or would not connect on (`Tunnel connection failed: …`)."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


FAILURES = (OSError, HttpError)
"""The system, TLS (`ssl.SSLError` is an OSError), time-outs, and answers that are not HTTP or end too early."""
