"""HTTP to one server through connections that are kept, with failures as exceptions; it knows nothing of who asks."""
from __future__ import annotations

import threading
from collections.abc import Callable

from oakum.dataclass import replace
from oakum.kube.errors import ConfigError, ConnectError, CredentialError
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.reloaded import Reloaded
from oakum.kube.throttle import Bucket
from oakum.record import NamedTuple
from oakum.typing import TYPE_CHECKING
from oakum.url import Parts, encode, split

if TYPE_CHECKING:
    from oakum.http.pool import Pool
    from oakum.http.response import Response

JSON = "application/json"
USER_AGENT = "kapp/oakum"
STREAMS_KEPT = 64
REQUESTS, STREAMS = "requests", "streams"
READS = ("GET", "HEAD")
PAGING = ("limit", "continue")
MOVED = (301, 302, 303, 307, 308)
REDIRECTS = 10
Query = list[tuple[str, str]]
Headers = list[tuple[str, str]]
Certificate = tuple[bytes, bytes]
"""A client's certificate and its key, PEM; both empty for none."""


class Call(NamedTuple):
    """What is asked of the server, whoever asks."""

    method: str
    path: str
    query: Query | None
    data: bytes | None
    content_type: str
    accept: str


class Server:
    """The server of `config`, whose identity is not used: `certificate` gives what to show on new connections.

    `connections` bounds how many requests are in flight; more wait their turn. `timeout` bounds each silence of the
    server, in seconds. `rate` bounds the requests: how many a second in the long run, and how many at once.
    """

    def __init__(self, config: ClusterConfig, certificate: Callable[[], Certificate] = lambda: (b"", b""), *,
                 user_agent: str = USER_AGENT, connections: int = 32, timeout: float = 60.0,
                 rate: tuple[float, int] | None = None) -> None:
        self.config = config
        self._certificate = certificate
        self._user_agent = user_agent
        self._connections = connections
        self._timeout = timeout
        self._bucket = Bucket(*rate) if rate is not None else None
        self._prefix = split(config.server).path.rstrip("/")
        self._lock = threading.Lock()
        self._authority = Reloaded((config.ca_file,), (config.ca,), _check) if config.ca_file else None
        self._pools: dict[str, Pool] = {}
        self._shown: tuple[bytes, Certificate] = (config.ca, (b"", b""))

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()

    def url(self, path: str, query: Query | None = None) -> str:
        """The whole address of `path`, for messages: without what only says how much of a list is asked for at once."""
        said = [(name, value) for name, value in query or () if name not in PAGING]
        return f"{self.config.server}{path}" + (f"?{encode(said)}" if said else "")

    def exchange(self, call: Call, credentials: Headers) -> tuple[Response, bytes]:
        """An answer, whatever its status, and its body. Raises ConnectError, ConfigError.

        A read whose connection turned out to be closed, or closes, is sent once more.
        """
        try:
            return self._exchange(call, credentials)
        except ConnectError as e:
            if call.method not in READS or not e.stale:
                raise
            return self._exchange(call, credentials)

    def _exchange(self, call: Call, credentials: Headers) -> tuple[Response, bytes]:
        answer = self._send(call, credentials, self._connected(call, REQUESTS), self._timeout)
        return answer, self.read(call, answer)

    def stream(self, call: Call, credentials: Headers, timeout: float | None) -> Response:
        """An answer, whatever its status, its body unread. `timeout` bounds the silence between two reads, in seconds.

        Raises ConnectError, ConfigError.
        """
        return self._send(call, credentials, self._connected(call, STREAMS), timeout)

    def read(self, call: Call, answer: Response) -> bytes:
        """The whole body of the answer to `call`. Raises ConnectError."""
        from oakum.http.errors import FAILURES
        from oakum.http.response import decoded

        try:
            return decoded(answer.read(), answer.headers.get("Content-Encoding", ""))
        except FAILURES as e:
            raise self._explained(e, call) from e

    def failed(self, call: Call, why: str) -> ConnectError:
        """The exception for a call that `why` keeps from being made."""
        return ConnectError(f'{call.method.capitalize()} "{self.url(call.path, call.query)}": {why}')

    def _explained(self, error: Exception, call: Call) -> ConnectError:
        from oakum.kube.failure import explain

        server = self.config.server
        return explain(error, call.method, self.url(call.path, call.query), server, _proxy(self.config, split(server)))

    def _send(self, call: Call, credentials: Headers, pool: Pool, timeout: float | None) -> Response:
        from oakum.http.errors import FAILURES

        if self._bucket is not None:
            self._bucket.take()
        content = [] if call.data is None else [("Content-Type", call.content_type)]
        headers = [("Accept", call.accept), ("User-Agent", self._user_agent), *credentials, *content]
        target = self._prefix + call.path + (f"?{encode(call.query)}" if call.query else "")
        for _ in range(REDIRECTS):
            try:
                answer = pool.request(call.method, target, headers, call.data, timeout=timeout)
            except FAILURES as e:
                raise self._explained(e, call) from e
            if answer.status not in MOVED or call.method not in READS or not answer.headers.get("Location"):
                return answer
            answer.drain()
            target = self._moved(call, target, answer.headers.get("Location"))
        raise self.failed(call, f"stopped after {REDIRECTS} redirects")

    def _moved(self, call: Call, target: str, location: str) -> str:
        """Where on this server `location` is, seen from `target`. Credentials are not for any other server."""
        from urllib.parse import urljoin, urlsplit

        here = urlsplit(self.config.server)
        to = urlsplit(urljoin(f"{here.scheme}://{here.netloc}{target}", location))
        if (to.scheme, to.netloc) != (here.scheme, here.netloc):
            raise self.failed(call, f"the server sends us on to {to.scheme}://{to.hostname}{to.path} (hint: is the "
                                     "kubeconfig's server the Kubernetes API itself?)")
        return to._replace(scheme="", netloc="", fragment="").geturl()

    def _connected(self, call: Call, sort: str) -> Pool:
        """The connections of that sort: for requests there are only so many, streams, which last, have their own.

        All trust one authority and show one client certificate: when there is a new one, they are made anew.
        """
        from oakum.http.errors import HttpError

        try:
            shown = self._authority.now()[0] if self._authority else self.config.ca, self._certificate()
            with self._lock:
                outdated = self._pools if shown != self._shown else {}
                if shown != self._shown:
                    self._pools, self._shown = {}, shown
                if sort not in self._pools:
                    size = STREAMS_KEPT if sort == STREAMS else self._connections
                    self._pools[sort] = made(replace(self.config, ca=shown[0]), shown[1], size, bounded=sort != STREAMS)
                found = self._pools[sort]
        except (CredentialError, HttpError) as e:
            raise self.failed(call, str(e)) from e
        for pool in outdated.values():
            pool.close()
        return found


def _check(authority: bytes) -> None:
    from oakum.kube.tls import trusting

    trusting(authority)


def made(config: ClusterConfig, certificate: Certificate, size: int, *, bounded: bool) -> Pool:
    """Connections to the server of `config` that show `certificate`. Raises ConfigError, HttpError."""
    from oakum.http.connection import Place
    from oakum.http.errors import HttpError
    from oakum.http.pool import Pool

    where = split(config.server)
    if not where.host:
        raise ConfigError(f"invalid server address {config.server!r} in kubeconfig")
    if where.scheme not in ("http", "https"):
        raise HttpError(f'unsupported protocol scheme "{where.scheme}"')
    proxy = _proxy(config, where)
    if proxy:
        _check_proxy(proxy)
    if where.scheme != "https":
        return Pool(Place(where.host, where.port or 80, proxy=proxy), size, bounded=bounded)
    from oakum.kube.tls import context

    trust = context(config.ca, config.insecure, *certificate)
    place = Place(where.host, where.port or 443, trust, config.server_name, proxy)
    return Pool(place, size, bounded=bounded)


def _check_proxy(proxy: str) -> None:
    from oakum.proxy import SOCKS, is_address

    if not is_address(proxy, SOCKS):
        # The address itself may hold a password.
        raise ConfigError("invalid proxy address in the kubeconfig's proxy-url "
                          "(hint: it is of the form http://HOST:PORT)")


def _proxy(config: ClusterConfig, where: Parts) -> str:
    """The proxy on the way to the server: the kubeconfig's, else the environment's, empty for none."""
    import os

    if config.proxy:
        return config.proxy if "://" in config.proxy else f"http://{config.proxy}"
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return ""
    from oakum.proxy import proxy_for

    port = where.port or (443 if where.scheme == "https" else 80)
    return proxy_for(where.scheme, where.host, port, os.environ) or ""
