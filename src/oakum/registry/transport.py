"""Requests to registries: pinged once, authorized, retried, redirected, refused in words.

One `Transport` serves a whole process and all its threads; it keeps a session for each registry.
"""
from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock

from oakum.dataclass import dataclass, field
from oakum.http.connection import Readable
from oakum.http.response import Response
from oakum.registry.answers import body_of, redact, status_error
from oakum.registry.attempts import Attempts
from oakum.registry.connections import Connections, closing
from oakum.registry.credentials import Keychain
from oakum.registry.errors import ConnectError
from oakum.registry.reference import Repository
from oakum.registry.retry import RetryPolicy
from oakum.registry.session import Session
from oakum.url import split

PULL = "pull"
PUSH = "push,pull"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 10


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a repository.

    `path` follows `/v2/` (or is a URL that the registry gave, such as an upload's). `body` is bytes or a function that
    opens the body from its start, since a request may be sent again. `expect` lists statuses that are no error.
    `also` are further scopes, as the source of a cross-repository mount needs. Without `retry` it is sent again only
    when it was refused for now (429).
    """

    method: str
    repository: Repository
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Callable[[], Readable] | None = None
    expect: tuple[int, ...] = (200,)
    actions: str = PULL
    also: tuple[str, ...] = ()
    timeout: float | None = None
    retry: bool = True

    @property
    def scopes(self) -> tuple[str, ...]:
        """What a Bearer token must allow."""
        return (f"repository:{self.repository.path}:{self.actions}", *self.also)


class Transport:
    """Sends requests. `sleep` is what waits between tries."""

    def __init__(
        self,
        connections: Connections,
        keychain: Keychain,
        policy: RetryPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connections = connections
        self._keychain = keychain
        self._attempts = Attempts(RetryPolicy() if policy is None else policy, sleep)
        self._lock = Lock()
        self._sessions: dict[str, Session] = {}

    def send(self, request: Request) -> Response:
        """The answer, with one of the expected statuses and its body unread: read it whole, or call `drain` or `close`.

        Raises StatusError for another status, ConnectError when no answer came, CredentialsError for a broken login.
        """
        session = self._session(request.repository.registry)
        header = session.authorization(request.repository, request.scopes)
        url = request.path if "://" in request.path else f"{session.base()}/v2/{request.path}"
        response = self._attempt(request, url, session.base(), header)
        if response.status == 401 and 401 not in request.expect:
            scopes = session.renew(response.headers.get_all("WWW-Authenticate"), header)
            if scopes is not None:
                wanted = tuple(dict.fromkeys(request.scopes + scopes))
                body_of(response)
                header = session.authorization(request.repository, wanted)
                response = self._attempt(request, url, session.base(), header)
        if response.status not in request.expect:
            raise status_error(request.method, url, response.status, body_of(response))
        return response

    def read(self, request: Request) -> tuple[Response, bytes]:
        """As `send`, with the (small) body read; a body cut short is asked for again."""
        attempt = 0
        while True:
            response = self.send(request)
            try:
                return response, b"" if request.method == "HEAD" else body_of(response)
            except ConnectError:
                if request.method != "GET" or not self._attempts.again(attempt):
                    raise
            attempt += 1

    def pause(self, failures: int) -> None:
        """Wait before work of several requests is taken up again after `failures` in a row (from 1)."""
        self._attempts.pause(failures)

    def location(self, response: Response, request: Request) -> str:
        """The absolute URL in an answer's `Location`, empty without one. Raises ConnectError for what is no address."""
        base = self._session(request.repository.registry).base()
        found = response.headers.get("Location") or ""
        return _joined(request.method, response.url or base, f"{base}/", found) if found else ""

    def _session(self, registry: str) -> Session:
        with self._lock:
            if registry not in self._sessions:
                self._sessions[registry] = Session(registry, self._connections, self._keychain, self._attempts)
            return self._sessions[registry]

    def _attempt(self, request: Request, url: str, base: str, header: str) -> Response:
        return self._attempts.run(
            lambda: self._follow(request, url, base, header), request.expect, refused_only=not request.retry
        )

    def _once(self, request: Request, url: str, headers: Mapping[str, str]) -> Response:
        if not callable(request.body):
            return self._connections.send(request.method, url, headers, request.body, timeout=request.timeout)
        with closing(request.body) as stream:
            return self._connections.send(request.method, url, headers, stream, timeout=request.timeout)

    def _follow(self, request: Request, url: str, base: str, header: str) -> Response:
        """One try, following redirects; the login goes only to the registry itself, whose address is `base`."""
        for _ in range(_MOST_REDIRECTS):
            headers = dict(request.headers)
            if header and _may_see_login(url, base):
                headers["Authorization"] = header
            response = self._once(request, url, headers)
            target = response.headers.get("Location")
            if response.status not in _REDIRECTS or not target or response.status in request.expect:
                return response
            response.drain()
            url = _joined(request.method, url, url, target)
        raise ConnectError(request.method, url, f"stopped after {_MOST_REDIRECTS} redirects")


def _joined(method: str, asked: str, base: str, target: str) -> str:
    """The URL that `target`, in an answer's `Location`, means at `base`. Raises ConnectError for what is no address."""
    from urllib.parse import urljoin

    try:
        url = urljoin(base, target)
        split(url)
    except ValueError as error:
        shown = target.partition("?")[0]  # what follows may be secret
        raise ConnectError(method, redact(asked), f'failed to parse Location header "{shown}"') from error
    return url


def _may_see_login(url: str, base: str) -> bool:
    """Whether `url` is on the registry's own host, and not in the clear where the registry is not."""
    there, home = split(url), split(base)
    return there.netloc == home.netloc and there.scheme in ("https", home.scheme)
