"""Reading what a registry answered: small bodies, error bodies, secrets taken out of URLs."""
from __future__ import annotations

from oakum.http.errors import FAILURES
from oakum.http.response import Response, decoded
from oakum.registry.errors import ConnectError, ContentError, Diagnostic, StatusError
from oakum.registry.retry import TEMPORARY
from oakum.typing import Any

SMALL = 4 * 1024 * 1024
"""Most bytes of a body that is held in memory (manifests, errors, lists): the limit that distribution servers set."""

_SHOWN_QUERY = frozenset({"scope", "service", "mount", "from", "n", "last", "digest"})


def body_of(response: Response) -> bytes:
    """The whole body of a small answer, the connection given back. Raises ContentError when it is not small."""
    try:
        body = response.read(SMALL + 1)
        more = len(body) > SMALL
        body = body if more else decoded(body, response.headers.get("Content-Encoding", ""))
    except FAILURES as error:
        response.close()
        raise ConnectError("GET", redact(response.url), "unexpected EOF") from error
    if more:
        response.close()
        raise ContentError(f"Answer of {redact(response.url)} is longer than {SMALL} bytes")
    return body


def status_error(method: str, url: str, status: int, body: bytes) -> StatusError:
    """The error for an answer that says no. What a server said while it was failing for the moment is left out,
    but for why it wants fewer requests (429)."""
    if status in TEMPORARY and status != 429:
        body = b""
    found = _diagnostics(body)
    return StatusError(method, redact(url), status, found, "" if found else body.decode("utf-8", "replace"))


def _diagnostics(body: bytes) -> list[Diagnostic]:
    import json

    try:
        errors = json.loads(body).get("errors")
    except (ValueError, AttributeError):
        return []
    found = errors if isinstance(errors, list) else []
    return [_diagnostic(error) for error in found if isinstance(error, dict)]


def _diagnostic(error: dict[str, Any]) -> Diagnostic:
    return Diagnostic(str(error.get("code") or ""), str(error.get("message") or ""), error.get("detail"))


def redact(url: str) -> str:
    """`url` without a password, and with the values of query parameters that may be secret replaced."""
    from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

    parts = urlsplit(url)
    if "@" in parts.netloc:
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    if not parts.query:
        return urlunsplit(parts)
    query = sorted(
        (name, value if name in _SHOWN_QUERY else "REDACTED")
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    return urlunsplit(parts._replace(query=urlencode(query)))
