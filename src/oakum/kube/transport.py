"""HTTP to one API server: pooled, authenticated, thread-safe, with failures as exceptions.

A 429 or 503 that names a `Retry-After` is waited for and tried again, as the API's priority and fairness asks; an
expired credential is refreshed once. Other retries belong to the caller, who knows what may be repeated.
"""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from oakum.dataclass import dataclass, field
from oakum.kube.auth import Authenticator
from oakum.kube.clock import ServerClock
from oakum.kube.decoding import decode
from oakum.kube.errors import ApiError, ConfigError, ConnectError, CredentialError, from_answer
from oakum.kube.kubeconfig import ClusterConfig
from oakum.record import NamedTuple
from oakum.typing import TYPE_CHECKING, Any
from oakum.url import Parts, encode, split

if TYPE_CHECKING:
    from oakum.http.pool import Pool
    from oakum.http.response import Response

JSON = "application/json"
RETRY_AFTER_LIMIT = 10
STREAMS_KEPT = 64
READS = ("GET", "HEAD")
PAGING = ("limit", "continue")
MOVED = (301, 302, 303, 307, 308)
REDIRECTS = 10
Query = list[tuple[str, str]]
Headers = list[tuple[str, str]]


class Call(NamedTuple):
    """What is asked of the server, whoever asks."""

    method: str
    path: str
    query: Query | None
    data: bytes | None
    content_type: str
    accept: str


@dataclass(frozen=True)
class Answer:
    """A successful answer: status, media type and body."""

    status: int
    content_type: str
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The object that the body is; whole numbers are int, others float. Raises ConnectError for anything else."""
        try:
            found = decode(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            start = self.body[:60].decode("utf-8", "replace")
            raise ConnectError(f"the answer is no JSON object but begins {start!r} (hint: is it a Kubernetes API?)")
        return found


class Transport:
    """Requests to the server of `config`.

    `warn` gets each distinct text of the `Warning` headers on write requests, once. `connections` bounds how many
    requests are in flight; more wait their turn.
    """

    def __init__(self, config: ClusterConfig, *, user_agent: str = "kapp/oakum", connections: int = 32,
                 warn: Callable[[str], None] | None = None, timeout: float = 60.0,
                 rate: tuple[float, int] | None = None) -> None:
        self.config = config
        self.user_agent = user_agent
        self.clock = ServerClock()
        self._auth = Authenticator(config)
        self._connections = connections
        self._warn = warn
        self._warned: set[str] = set()
        self._timeout = timeout
        self._lock = threading.Lock()
        self._pool: Pool | None = None
        self._streams: Pool | None = None
        self._certificate = (b"", b"")
        self._bucket = Bucket(*rate) if rate is not None else None
        self._prefix = split(config.server).path.rstrip("/")

    def request(self, method: str, path: str, *, query: Query | None = None, body: Any = None,
                content_type: str = JSON, accept: str = JSON) -> Answer:
        """One exchange. `path` is escaped already; `body` is encoded as JSON.

        Raises ApiError, ConnectError, ConfigError.
        """
        call = Call(method, path, query, None if body is None else _encode(body), content_type, accept)
        renewed = False
        for attempt in range(RETRY_AFTER_LIMIT + 1):
            headers = self._headers(call)
            answer, content = self._exchanged(call, headers)
            self.clock.note(answer.headers.get("Date"))
            if answer.status < 300:
                if method not in READS:
                    self._warnings(answer)
                return Answer(answer.status, answer.headers.get("Content-Type", ""), content)
            error = _error(answer, content)
            if answer.status == 401 and not renewed and self._auth.refused(headers):
                renewed = True
                continue
            asked = answer.headers.get("Retry-After")
            if answer.status not in (429, 503) or not asked or attempt == RETRY_AFTER_LIMIT:
                break
            time.sleep(error.retry_after or 1.0)
        raise error

    def stream(self, path: str, *, query: Query | None = None, accept: str = JSON,
               read_timeout: float | None = None) -> Stream:
        """A GET whose body is read as it comes. `read_timeout` bounds the silence between two reads, in seconds."""
        call = Call("GET", path, query, None, JSON, accept)
        for again in (True, False):
            headers = self._headers(call)
            answer = self._send(call, headers, stream=True, read_timeout=read_timeout)
            if answer.status < 300:
                break
            content = answer.read()
            if not (again and answer.status == 401 and self._auth.refused(headers)):
                raise _error(answer, content)
        return Stream(answer)

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            pools, self._pool, self._streams = (self._pool, self._streams), None, None
        for pool in pools:
            if pool is not None:
                pool.close()

    def url(self, path: str, query: Query | None = None) -> str:
        """The whole address of `path`, for messages: without what only says how much of a list is asked for at once."""
        said = [(name, value) for name, value in query or () if name not in PAGING]
        return f"{self.config.server}{path}" + (f"?{encode(said)}" if said else "")

    def _headers(self, call: Call) -> list[tuple[str, str]]:
        try:
            credentials = self._auth.headers()
        except ConfigError as e:
            raise self._failed(call, str(e)) from e
        content = [] if call.data is None else [("Content-Type", call.content_type)]
        return [("Accept", call.accept), ("User-Agent", self.user_agent), *credentials, *content]

    def exchange(self, call: Call) -> tuple[Response, bytes]:
        """An answer, whatever its status, and its body. Raises ConnectError, ConfigError."""
        return self._exchanged(call, self._headers(call))

    def _exchanged(self, call: Call, headers: Headers) -> tuple[Response, bytes]:
        """Send, and read the answer; a read whose connection turned out to be closed, or closes, is sent once more."""
        try:
            return self._exchange(call, headers)
        except ConnectError as e:
            if call.method not in READS or not e.stale:
                raise
            return self._exchange(call, headers)

    def _exchange(self, call: Call, headers: Headers) -> tuple[Response, bytes]:
        from oakum.http.errors import FAILURES
        from oakum.http.response import decoded

        answer = self._send(call, headers)
        try:
            return answer, decoded(answer.read(), answer.headers.get("Content-Encoding", ""))
        except FAILURES as e:
            raise explain(e, call.method, self.url(call.path, call.query), self.config) from e

    def _send(self, call: Call, headers: Headers, *, stream: bool = False,
              read_timeout: float | None = None) -> Response:
        from oakum.http.errors import FAILURES, HttpError

        try:
            pool = self._connected(stream=stream)
        except (CredentialError, HttpError) as e:
            raise self._failed(call, str(e)) from e
        if self._bucket is not None:
            self._bucket.take()
        target = self._prefix + call.path + (f"?{encode(call.query)}" if call.query else "")
        for _ in range(REDIRECTS):
            try:
                answer = pool.request(call.method, target, headers, call.data,
                                      timeout=read_timeout if stream else self._timeout)
            except FAILURES as e:
                raise explain(e, call.method, self.url(call.path, call.query), self.config) from e
            if answer.status not in MOVED or call.method not in READS or not answer.headers.get("Location"):
                return answer
            answer.drain()
            target = self._moved(call, target, answer.headers.get("Location"))
        raise self._failed(call, f"stopped after {REDIRECTS} redirects")

    def _moved(self, call: Call, target: str, location: str) -> str:
        """Where on this server `location` is, seen from `target`. Credentials are not for any other server."""
        from urllib.parse import urljoin, urlsplit

        here = urlsplit(self.config.server)
        to = urlsplit(urljoin(f"{here.scheme}://{here.netloc}{target}", location))
        if (to.scheme, to.netloc) != (here.scheme, here.netloc):
            raise self._failed(call, f"the server sends us on to {to.scheme}://{to.hostname}{to.path} (hint: is the "
                                     "kubeconfig's server the Kubernetes API itself?)")
        return to._replace(scheme="", netloc="", fragment="").geturl()

    def _failed(self, call: Call, why: str) -> ConnectError:
        return ConnectError(f'{call.method.capitalize()} "{self.url(call.path, call.query)}": {why}')

    def _connected(self, *, stream: bool) -> Pool:
        """The connections for requests, of which there are only so many; streams, which last, have their own.

        All show the same client certificate: when there is a new one, they are made anew.
        """
        certificate = self._auth.certificate()
        if certificate != self._certificate:
            self.close()
            self._certificate = certificate
        with self._lock:
            if stream:
                if self._streams is None:
                    self._streams = _pool(self.config, certificate, STREAMS_KEPT, bounded=False)
                return self._streams
            if self._pool is None:
                self._pool = _pool(self.config, certificate, self._connections, bounded=True)
            return self._pool

    def _warnings(self, answer: Response) -> None:
        headers = answer.headers.get_all("Warning")
        if not headers or self._warn is None:
            return
        from oakum.kube.warnings import warnings

        for text in [text for header in headers for text in warnings(header)]:
            with self._lock:
                new = text not in self._warned
                self._warned.add(text)
            if new:
                self._warn(text)


class Bucket:
    """A token bucket: `qps` tokens a second, at most `burst` in it."""

    def __init__(self, qps: float, burst: int) -> None:
        self._qps = qps
        self._burst = max(1, burst)
        self._tokens = float(self._burst)
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Take a token, waiting for it where there is none."""
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._qps) - 1
            self._at = now
            debt = -self._tokens / self._qps
        if debt > 0:
            time.sleep(debt)


class Stream:
    """A body that is still arriving. `close` may be called from any thread and ends the reading."""

    def __init__(self, answer: Response) -> None:
        self._answer = answer
        self._closed = False

    def lines(self, *, unfinished: bool = True) -> Iterator[bytes]:
        """The lines received so far and to come, without their newline; `unfinished`: a last one that has none, too.

        Ends when the server or `close` ends the stream. Raises ConnectError when the connection breaks.
        """
        rest = b""
        for chunk in self._chunks():
            parts = (rest + chunk).split(b"\n")
            rest = parts.pop()
            yield from parts
        if rest and unfinished:
            yield rest

    def _chunks(self) -> Iterator[bytes]:
        from oakum.http.errors import FAILURES

        try:
            while not self._closed:
                chunk = self._answer.read1()
                if not chunk:
                    return
                yield chunk
        except (*FAILURES, ValueError, AttributeError) as e:
            if not self._closed:
                raise ConnectError(f"the connection broke while reading: {e}") from e
        finally:
            self._answer.close()

    def close(self) -> None:
        """End the stream; a reader in another thread returns."""
        self._closed = True
        try:
            self._answer.shutdown()
        except (ValueError, OSError, RuntimeError):
            self._answer.close()


def _encode(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    import orjson

    try:
        return orjson.dumps(body)
    except TypeError:  # bytes that came as no text, such as those of an argument: as from Go's encoder
        import json

        text = json.dumps(body, ensure_ascii=False)
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()


def _error(answer: Response, content: bytes) -> ApiError:
    return from_answer(answer.status, content, _seconds(answer.headers.get("Retry-After")))


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None


def _pool(config: ClusterConfig, certificate: tuple[bytes, bytes], connections: int, *, bounded: bool) -> Pool:
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
        return Pool(Place(where.host, where.port or 80, proxy=proxy), connections, bounded=bounded)
    from oakum.kube.tls import context

    trust = context(config.ca, config.insecure, *certificate)
    place = Place(where.host, where.port or 443, trust, config.server_name, proxy)
    return Pool(place, connections, bounded=bounded)


def _check_proxy(proxy: str) -> None:
    from oakum.http.socks import SCHEMES
    from oakum.proxy import is_address

    if not is_address(proxy, SCHEMES):
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


def explain(error: Exception, method: str, url: str, config: ClusterConfig) -> ConnectError:
    """The exception of a failed connection as a sentence of the form Go's net/http gives."""
    where = split(config.server)
    if through := _refusing_proxy(error, where, config):
        reason = f"proxyconnect tcp: {_reason(error, split(through))}"
    else:
        reason = _reason(error, where)
    return ConnectError(f'{method.capitalize()} "{url}": {reason}', stale=_stale(error))


def _refusing_proxy(error: Exception, where: Parts, config: ClusterConfig) -> str:
    """The address of the proxy that could not be reached; empty when it was not that."""
    from oakum.http.errors import ProxyFailure

    if not isinstance(error, ProxyFailure) or "Tunnel connection failed" in str(error):
        return ""
    return _proxy(config, where)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__


def _stale(error: Exception) -> bool:
    from oakum.http.errors import IncompleteRead

    return any(isinstance(e, ConnectionResetError | BrokenPipeError | IncompleteRead) for e in _chain(error))


_UNKNOWN_AUTHORITY = (18, 19, 20, 21)
"""OpenSSL's numbers for chains that end in nobody who is trusted."""


def _mistrust(error: Any) -> str:
    if error.verify_code in _UNKNOWN_AUTHORITY:
        return "certificate signed by unknown authority"
    return str(error.verify_message or error.reason)


def _reason(error: Exception, where: Parts) -> str:
    import socket
    import ssl

    from oakum.http.errors import AnswerTimeout, Disconnected, IncompleteRead, ProxyFailure

    address = f"{where.host}:{where.port or (443 if where.scheme == 'https' else 80)}"
    known: list[tuple[Any, Callable[[Any], str]]] = [
        (Disconnected, lambda e: "EOF"),
        (ConnectionRefusedError, lambda e: f"dial tcp {address}: connect: connection refused"),
        (socket.gaierror, lambda e: f"dial tcp: lookup {where.host}: no such host"),
        (ssl.SSLCertVerificationError,
         lambda e: f"tls: failed to verify certificate: x509: {_mistrust(e)}"),
        (ssl.SSLError, lambda e: f"tls: {e.reason or e}"),
        (ConnectionResetError, lambda e: f"read tcp {address}: connection reset by peer"),
        (AnswerTimeout, lambda e: "net/http: timeout awaiting response headers"),
        (TimeoutError, lambda e: f"dial tcp {address}: i/o timeout"),
        (IncompleteRead, lambda e: "unexpected EOF"),
        (OSError, lambda e: f"dial tcp {address}: {(e.strerror or str(e)).lower()}"),
    ]
    chain = list(_chain(error.cause if isinstance(error, ProxyFailure) else error))
    for kind, say in known:
        for found in chain:
            if isinstance(found, kind):
                return say(found)
    return str(error)
