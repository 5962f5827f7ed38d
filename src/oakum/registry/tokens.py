"""Tokens of a registry's token service (Docker's token authentication; refresh tokens by OAuth2, RFC 6749, section 6).

A service that fails is asked by one thread while the others wait, and what it said holds for all of them: with many
images it is not asked by each.
"""
from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock

from oakum.errors import RegistryError
from oakum.http.response import Response
from oakum.proxy import is_loopback
from oakum.registry.answers import body_of, redact, status_error
from oakum.registry.credentials import Credentials
from oakum.registry.errors import ConnectError, ContentError, CredentialsError, StatusError
from oakum.registry.retry import TEMPORARY
from oakum.url import encode, split

CLIENT_ID = "go-containerregistry"
FAILURE_KEPT_S = 0.9
"""How long a failure answers for others: less than the second after which writing is tried again."""

Send = Callable[[str, str, dict[str, str], bytes | None], Response]


class TokenService:
    """The token service of `registry`; `send` sends method, URL, headers and body, again where that may help."""

    def __init__(self, registry: str, send: Send) -> None:
        self._registry, self._send = registry, send
        self._first = Lock()
        self._answers = False
        self._failure: tuple[float, RegistryError] | None = None

    def token(
        self, parameters: Mapping[str, str], login: Credentials | None, scopes: tuple[str, ...], *, secure: bool
    ) -> str:
        """A token for `scopes`. `parameters` are the challenge's, `secure` says that it came over TLS.

        Raises StatusError, ConnectError, ContentError, CredentialsError.
        """
        realm, service = parameters.get("realm", ""), parameters.get("service", "")
        if not _is_address(realm):
            raise ContentError(f"Registry {self._registry} asks for a token but names no realm to get one from")
        if secure:
            self._check_realm(realm, login)
        if login and login.identity_token:
            token = self._refresh(realm, service, login.identity_token, scopes)
            if token:
                return token
        query = encode([*(("scope", scope) for scope in scopes), ("service", service)])
        url = realm + ("&" if split(realm).query else "?") + query
        header = login.basic() if login else ""
        return self._ask("GET", url, {"Authorization": header} if header else {})

    def _refresh(self, realm: str, service: str, identity_token: str, scopes: tuple[str, ...]) -> str:
        """As the refresh token gives it; empty where the service knows no such thing (404)."""
        form = {
            "client_id": CLIENT_ID,
            "grant_type": "refresh_token",
            "refresh_token": identity_token,
            "scope": " ".join(scopes),
            "service": service,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            return self._ask("POST", realm, headers, encode(form.items()).encode())
        except StatusError as error:
            if error.status == 404:
                return ""
            raise

    def _check_realm(self, realm: str, login: Credentials | None) -> None:
        """A registry reached over TLS must not make us send a password in the clear."""
        parts = split(realm)
        if login and parts.scheme != "https" and not is_loopback(parts.host):
            raise CredentialsError(
                f"Registry {self._registry} wants the login sent to {parts.netloc} without TLS: refused"
            )

    def _ask(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> str:
        with self._first:
            if not self._answers:
                return self._noted(method, url, headers, body)
        return self._noted(method, url, headers, body)

    def _noted(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> str:
        if self._failure and time.monotonic() - self._failure[0] < FAILURE_KEPT_S:
            raise _again(self._failure[1], method, url)
        try:
            token = self._exchange(method, url, headers, body)
        except RegistryError as error:
            # A refusal is an answer, to this question alone.
            self._answers = isinstance(error, StatusError) and error.status not in TEMPORARY
            if not self._answers:
                self._failure = (time.monotonic(), error)
            raise
        self._answers = True
        return token

    def _exchange(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> str:
        response = self._send(method, url, headers, body)
        answer = body_of(response)
        if response.status != 200:
            raise status_error(method, url, response.status, answer)
        return _token(answer, url)


def _again(error: RegistryError, method: str, url: str) -> RegistryError:
    """The failure in the words for another question."""
    if isinstance(error, StatusError):
        return StatusError(method, redact(url), error.status, error.diagnostics, "")
    if isinstance(error, ConnectError):
        return ConnectError(method, redact(url), error.reason)
    return error


def _token(body: bytes, url: str) -> str:
    import json

    try:
        answer = json.loads(body)
        token = answer.get("token") or answer.get("access_token")
    except (ValueError, AttributeError):
        token = None
    if not isinstance(token, str) or not token:
        raise ContentError(f"Token service {split(url).netloc} answered without a token")
    return token


def _is_address(url: str) -> bool:
    try:
        return bool(split(url).netloc)
    except ValueError:
        return False
