"""What can go wrong between us and an API server.

    KubeError
    ├── ConfigError        no usable kubeconfig, or a context that does not exist
    │   └── CredentialError    a plugin or a provider gave no credentials
    ├── ConnectError       no connection, or one that broke before the answer was read
    ├── ApiError           the server answered with a failure (a `Status` object, where it sent one)
    ├── RequestError       what was asked for cannot be written as a request
    └── DiscoveryError     the list of served types could not be completed
"""
from __future__ import annotations

from collections.abc import Mapping

from oakum.errors import KubeError
from oakum.kube.decoding import decode
from oakum.late import pattern
from oakum.typing import Any

_UNREADABLE = pattern(r"cannot unmarshal .* into Go struct field \w+\.(\S+) of type")
"""A value of the wrong type is told in a sentence only, which names the field."""
_UNTYPED = pattern(r"(?m)(?:\): |^  )\.((?:[^\s:\[]|\[[^\]]*\])+): ")
"""So is what server-side apply cannot read, in a line for each field."""


def reason(error: OSError | ValueError) -> str:
    """Why a file cannot be read or run, in the system's words; Python has a ValueError for a NUL in its name."""
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else "invalid argument"


class ConfigError(KubeError):
    """No usable kubeconfig, credentials or context."""


class CredentialError(ConfigError):
    """No credentials could be got for a request."""


class ConnectError(KubeError):
    """The server could not be reached, or the connection broke before the whole answer was there.

    `stale` says that it broke as a connection does that was kept for too long, or in the middle: another one may do.
    """

    def __init__(self, message: str, *, stale: bool = False) -> None:
        super().__init__(message)
        self.stale = stale


class RequestError(KubeError):
    """What was asked for cannot be written as a request."""


class DiscoveryError(KubeError):
    """Some API group version did not say what it serves. `failed` maps `group/version` to the reason."""

    def __init__(self, failed: Mapping[str, str]) -> None:
        self.failed = dict(failed)
        text = ", ".join(f"{gv}: {why}" for gv, why in sorted(failed.items()))
        super().__init__(f"unable to retrieve the complete list of server APIs: {text}")


class ApiError(KubeError):
    """A failure that the server reported (API conventions: `Status`).

    `code` is the HTTP status, `reason` the machine-readable word (`NotFound`, `Conflict`, …; empty when the server
    gave none), `message` its sentence, `details` the whole `details` object, `retry_after` seconds when it asked to
    wait.
    """

    def __init__(self, code: int, reason: str, message: str, details: Mapping[str, Any] | None = None,
                 retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details: Mapping[str, Any] = details or {}
        self.retry_after = retry_after

    @property
    def not_found(self) -> bool:
        """True when the object (or its type) does not exist."""
        return self.code == 404

    @property
    def conflict(self) -> bool:
        """True when the object was changed by somebody else since it was read."""
        return self.code == 409 and self.reason == "Conflict"

    @property
    def already_exists(self) -> bool:
        """True when a create met an object of that name."""
        return self.code == 409 and self.reason == "AlreadyExists"

    @property
    def forbidden(self) -> bool:
        """True when the user may not do this."""
        return self.code == 403

    @property
    def invalid(self) -> bool:
        """True when the object does not pass the server's validation."""
        return self.code == 422

    @property
    def gone(self) -> bool:
        """True when a watch or a continued list asks for a version the server no longer keeps."""
        return self.code == 410

    def field_causes(self) -> list[tuple[str, str]]:
        """The (field path, message) pairs that the server blames, in its order."""
        causes = self.details.get("causes")
        found = [(c["field"], c.get("message", "")) for c in (causes if isinstance(causes, list) else ())
                 if isinstance(c, dict) and c.get("field") not in (None, "", "<nil>")]
        told = _UNTYPED if "typed patch object" in self.message else _UNREADABLE
        return found or [(field, self.message) for field in told.findall(self.message)]


# What client-go says when the answer is not a Status object; tools print these sentences and match on them.
PLAIN_MESSAGES = {
    400: ("BadRequest", "the server rejected our request for an unknown reason"),
    401: ("Unauthorized", "the server has asked for the client to provide credentials"),
    403: ("Forbidden", "unknown"),
    404: ("NotFound", "the server could not find the requested resource"),
    405: ("MethodNotAllowed", "the server does not allow this method on the requested resource"),
    406: ("NotAcceptable", "the server was unable to respond with a content type that the client supports"),
    409: ("Conflict", "the server reported a conflict"),
    410: ("Gone", "the server has gone away"),
    413: ("RequestEntityTooLarge", "the server responded with the status code 413"),
    415: ("UnsupportedMediaType", "the server was unable to understand the content type of the request"),
    422: ("Invalid", "the server rejected our request due to an error in our request"),
    429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
    500: ("InternalError", "an error on the server has prevented the request from succeeding"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: ("Timeout", "the server was unable to return a response in the time allotted, "
          "but may still be processing the request"),
}


def from_answer(code: int, body: bytes, retry_after: float | None = None) -> ApiError:
    """The exception for an answer of status `code` with `body`, whether or not the body is a `Status`."""
    try:
        status = decode(body)
    except ValueError:
        status = None
    told = status if isinstance(status, dict) and status.get("kind") == "Status" else {}
    if isinstance(told.get("message"), str) and told["message"]:
        details = told["details"] if isinstance(told.get("details"), dict) else {}
        seconds = details.get("retryAfterSeconds")
        return ApiError(code, str(told.get("reason") or ""), told["message"], details,
                        seconds if retry_after is None and isinstance(seconds, int | float) else retry_after)
    reason, message = PLAIN_MESSAGES.get(code, (
        "", f"the server responded with the status code {code} but did not return more information"))
    text = body.decode("utf-8", "replace").strip()
    if text and code not in (404, 405) and len(text) < 500:
        message = f"{message} ({text})"
    return ApiError(code, reason, message, None, retry_after)
