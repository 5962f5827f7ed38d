"""What one registry wants: its scheme, its challenge, and the header that answers it.

OCI distribution-spec 1.1, "Endpoints" (`/v2/`), and Docker's token authentication.
"""
from __future__ import annotations

import time
from threading import Lock, RLock

from oakum.http.response import Response
from oakum.late import pattern
from oakum.registry import challenge
from oakum.registry.answers import body_of, status_error
from oakum.registry.attempts import Attempts
from oakum.registry.challenge import Challenge
from oakum.registry.connections import Connections
from oakum.registry.credentials import Credentials, Keychain
from oakum.registry.errors import ConnectError, StatusError
from oakum.registry.reference import Repository
from oakum.registry.tokens import FAILURE_KEPT_S, TokenService

_NEARBY = pattern(
    r"\Alocalhost:|127\.0\.0\.1|::1|\.local(?:host)?(?::[0-9]{1,5})?\Z"
    r"|\A(?:10\.\d+|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d+\.\d+(?::\d+)?\Z"
)
_Key = tuple[Credentials | None, tuple[str, ...]]
"""What a token is for: a login and its scopes."""


class Session:
    """The dealings with one registry; shared by all threads of a process."""

    def __init__(self, registry: str, connections: Connections, keychain: Keychain, attempts: Attempts) -> None:
        self._registry = registry
        self._connections = connections
        self._attempts = attempts
        self._keychain = keychain
        self._lock = RLock()
        self._base = ""
        self._challenge: Challenge | None = None
        self._tokens: dict[_Key, str] = {}
        self._turns: dict[_Key, Lock] = {}
        self._refusals: dict[_Key, tuple[float, StatusError]] = {}
        self._service = TokenService(registry, self._send)
        self._failure: tuple[float, ConnectError | StatusError] | None = None

    def base(self) -> str:
        """`https://host` or `http://host`, found out by a ping that is made once.

        Raises ConnectError or StatusError when the registry does not answer as one.
        """
        with self._lock:
            if not self._base:
                if self._failure and time.monotonic() - self._failure[0] < FAILURE_KEPT_S:
                    raise self._failure[1]
                try:
                    self._ping()
                except (ConnectError, StatusError) as error:
                    self._failure = (time.monotonic(), error)
                    raise
            return self._base

    def authorization(self, repository: Repository, scopes: tuple[str, ...]) -> str:
        """The `Authorization` header for requests to `repository` with `scopes`, empty for none."""
        login = self._keychain.lookup(repository)
        self.base()
        if self._challenge is None or self._challenge.scheme == "basic":
            return login.basic() if login else ""
        if login and login.registry_token:
            return f"Bearer {login.registry_token}"
        return f"Bearer {self._token((login, scopes))}"

    def _token(self, key: _Key) -> str:
        """The token of `key`, fetched by one thread while others fetch those of other keys."""
        with self._lock:
            turn = self._turns.setdefault(key, Lock())
        with turn:
            token = self._tokens.get(key)
            if token is None:
                token = self._tokens[key] = self._fetched(key)
            return token

    def _fetched(self, key: _Key) -> str:
        """A new token. What was refused a moment ago is not asked for again, as GET after HEAD would."""
        when, refusal = self._refusals.get(key, (0.0, None))
        if refusal is not None and time.monotonic() - when < FAILURE_KEPT_S:
            raise refusal
        parameters = self._challenge.parameters if self._challenge else {}
        try:
            return self._service.token(parameters, *key, secure=self._base.startswith("https:"))
        except StatusError as error:
            self._refusals[key] = (time.monotonic(), error)
            raise

    def renew(self, headers: list[str], used: str) -> tuple[str, ...] | None:
        """Forget the rejected token `used`; the scopes that the new challenge in `headers` asks for.

        None when asking again cannot help (no Bearer challenge).
        """
        fresh = challenge.choose(headers)
        if fresh is None or fresh.scheme != "bearer":
            return None
        with self._lock:
            if self._challenge is None or self._challenge.scheme != "bearer":
                self._challenge = fresh
            for key, token in list(self._tokens.items()):
                if f"Bearer {token}" == used:
                    self._tokens.pop(key, None)
        return tuple(fresh.parameters.get("scope", "").split()) or ()

    def _ping(self) -> None:
        if not self._may_use_http():
            self._ping_scheme("https")
            return
        try:
            self._check_tls()
            self._ping_scheme("https")
        except (ConnectError, StatusError) as first:
            try:
                self._ping_scheme("http")
            except (ConnectError, StatusError) as second:
                raise _Both(first, second) from second

    def _check_tls(self) -> None:
        words = self._connections.no_tls(self._registry)
        if words:
            raise ConnectError("GET", f"https://{self._registry}/v2/", words)

    def _ping_scheme(self, scheme: str) -> None:
        url = f"{scheme}://{self._registry}/v2/"
        response = self._send("GET", url, {})
        body = body_of(response)
        if response.status not in (200, 401):
            raise status_error("GET", url, response.status, body)
        found = challenge.choose(response.headers.get_all("WWW-Authenticate"))
        if response.status == 401 and found is None:
            raise status_error("GET", url, response.status, body)
        self._challenge = found if response.status == 401 else None
        self._base = f"{scheme}://{self._registry}"

    def _may_use_http(self) -> bool:
        return self._connections.options.insecure or may_speak_http(self._registry)

    def _send(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None = None
    ) -> Response:
        return self._attempts.run(lambda: self._connections.send(method, url, headers, body))


def may_speak_http(registry: str) -> bool:
    """Whether `registry`, by its name alone, may be one on this machine or in a private network (RFC 1918)."""
    return _NEARBY.search(registry) is not None


class _Both(ConnectError):
    """The failures of https and of http, one after the other."""

    def __init__(self, first: Exception, second: Exception) -> None:
        Exception.__init__(self, f"{first}; {second}")
        self.reason = getattr(second, "reason", "")
