"""HTTP to one API server: pooled, authenticated, thread-safe, with failures as exceptions.

A 429 or 5xx that names a `Retry-After` is waited for and tried again, as by client-go and as the API's priority and
fairness asks; an expired credential is refreshed once. Other retries belong to the caller, who knows what may be
repeated.
"""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from oakum.dataclass import dataclass, field
from oakum.kube.auth import Authenticator
from oakum.kube.clock import ServerClock
from oakum.kube.decoding import decode
from oakum.kube.errors import ApiError, ConfigError, ConnectError, from_answer
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.server import JSON, READS, USER_AGENT, Call, Headers, Query, Server
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.http.response import Response

RETRY_AFTER_LIMIT = 10


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

    def __init__(self, config: ClusterConfig, *, user_agent: str = USER_AGENT, connections: int = 32,
                 warn: Callable[[str], None] | None = None, timeout: float = 60.0,
                 rate: tuple[float, int] | None = None) -> None:
        self.clock = ServerClock()
        self._auth = Authenticator(config)
        self._server = Server(config, self._auth.certificate, user_agent=user_agent, connections=connections,
                              timeout=timeout, rate=rate)
        self._warn = warn
        self._warned: set[str] = set()
        self._lock = threading.Lock()

    def request(self, method: str, path: str, *, query: Query | None = None, body: Any = None,
                content_type: str = JSON, accept: str = JSON) -> Answer:
        """One exchange. `path` is escaped already; `body` is encoded as JSON.

        Raises ApiError, ConnectError, ConfigError.
        """
        call = Call(method, path, query, None if body is None else _encode(body), content_type, accept)
        answer, content = self._good(call, lambda credentials: self._server.exchange(call, credentials))
        if method not in READS:
            self._warnings(answer)
        return Answer(answer.status, answer.headers.get("Content-Type", ""), content)

    def stream(self, path: str, *, query: Query | None = None, accept: str = JSON,
               read_timeout: float | None = None) -> Stream:
        """A GET whose body is read as it comes. `read_timeout` bounds the silence between two reads, in seconds.

        Raises as `request`.
        """
        call = Call("GET", path, query, None, JSON, accept)

        def send(credentials: Headers) -> tuple[Response, bytes]:
            answer = self._server.stream(call, credentials, read_timeout)
            return answer, b"" if answer.status < 300 else self._server.read(call, answer)

        return Stream(self._good(call, send)[0])

    def _good(self, call: Call, send: Callable[[Headers], tuple[Response, bytes]]) -> tuple[Response, bytes]:
        """The first good answer, with newer credentials and at a later time where the server asks for that."""
        renewed = False
        for attempt in range(RETRY_AFTER_LIMIT + 1):
            credentials = self._credentials(call)
            answer, content = send(credentials)
            self.clock.note(answer.headers.get("Date"))
            if answer.status < 300:
                return answer, content
            error = _error(answer, content)
            if answer.status == 401 and not renewed and self._auth.refused(credentials):
                renewed = True
                continue
            busy = answer.status == 429 or answer.status >= 500
            if not busy or not answer.headers.get("Retry-After") or attempt == RETRY_AFTER_LIMIT:
                break
            time.sleep(error.retry_after or 1.0)
        raise error

    @property
    def config(self) -> ClusterConfig:
        """Where the server is, and as whom it is asked."""
        return self._server.config

    def url(self, path: str, query: Query | None = None) -> str:
        """The whole address of `path`, for messages."""
        return self._server.url(path, query)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._server.close()

    def _credentials(self, call: Call) -> Headers:
        try:
            return self._auth.headers()
        except ConfigError as e:
            raise self._server.failed(call, str(e)) from e

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
    from oakum.orjson import dumps

    try:
        return dumps(body)
    except TypeError:  # bytes that came as no text, such as those of an argument: as from Go's encoder
        import json

        text = json.dumps(body, ensure_ascii=False)
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()


def _error(answer: Response, content: bytes) -> ApiError:
    return from_answer(answer.status, content, _seconds(answer.headers.get("Retry-After")))


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None
