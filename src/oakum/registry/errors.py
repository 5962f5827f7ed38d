"""What a registry, or the way to it, answers when something fails. Texts follow the forms that kbld's users know.

    RegistryError
    ├── BadReference     a name that is not an image reference
    ├── ConnectError        no answer: refused, unknown host, TLS, dropped connection, time-out
    ├── StatusError         an answer that says no (OCI distribution 1.1, "Error codes")
    ├── CredentialsError    a credential source that is malformed or fails
    └── ContentError        bytes that are not what their digest, size or media type says
"""
from __future__ import annotations

from collections.abc import Sequence

from oakum.dataclass import dataclass
from oakum.errors import RegistryError
from oakum.typing import Any

DROPPED = ("EOF", "connection reset by peer", "broken pipe", "unexpected EOF")
"""How the reasons end of a connection that was there and is no more."""


class BadReference(RegistryError):
    """A text that is not a valid image reference, repository, tag or digest."""


class ConnectError(RegistryError):
    """No HTTP answer came back. `reason` is the part after `Get "URL": `."""

    def __init__(self, method: str, url: str, reason: str) -> None:
        super().__init__(f'{method.title() if method.isupper() else method} "{url}": {reason}')
        self.reason = reason


class CredentialsError(RegistryError):
    """A credential helper, file or environment variable that cannot be used."""


class ContentError(RegistryError):
    """Content that does not match the digest or size it was asked for by."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One entry of a registry's error body."""

    code: str
    message: str
    detail: Any = None

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}"
        return text if self.detail is None else f"{text}; {go_value(self.detail)}"


class StatusError(RegistryError):
    """An HTTP answer outside the expected statuses. `url` has secret query values already redacted."""

    def __init__(self, method: str, url: str, status: int, diagnostics: Sequence[Diagnostic], body: str) -> None:
        self.status = status
        self.diagnostics = tuple(diagnostics)
        hint = " (HEAD responses have no body, use GET for details)" if method == "HEAD" and not diagnostics else ""
        super().__init__(f"{method} {url}: {self._reason(body)}{hint}")

    def _reason(self, body: str) -> str:
        if len(self.diagnostics) == 1:
            return str(self.diagnostics[0])
        if self.diagnostics:
            return "multiple errors returned: " + "; ".join(map(str, self.diagnostics))
        text = f"unexpected status code {self.status} {status_text(self.status)}"
        return f"{text}: {body}" if body else text


def status_text(status: int) -> str:
    """The standard phrase of an HTTP status, empty for one that has none."""
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def go_value(value: Any) -> str:
    """A decoded JSON value as Go's `%v` prints it: sorted `map[k:v]`, `[a b]`, `<nil>`."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{go_value(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(go_value, value)) + "]"
    if isinstance(value, float | int):
        return _go_float(float(value))
    return str(value)


def _go_float(number: float) -> str:
    if number.is_integer() and abs(number) < 1e21:
        return str(int(number))
    mantissa, _, exponent = repr(number).partition("e")
    return f"{mantissa}e{int(exponent):+03d}" if exponent else mantissa
