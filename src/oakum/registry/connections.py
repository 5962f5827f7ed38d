"""Pools of connections: keep-alive, TLS roots, proxies; one attempt a call, failures in words."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock

from oakum.dataclass import dataclass
from oakum.http.connection import Place, Readable
from oakum.http.errors import FAILURES
from oakum.http.pool import Pool
from oakum.http.response import Response
from oakum.proxy import proxy_for
from oakum.registry import greeting
from oakum.registry.errors import ConnectError, CredentialsError
from oakum.typing import TYPE_CHECKING
from oakum.url import split

if TYPE_CHECKING:
    import ssl


@contextmanager
def closing(open_: Callable[[], Readable]) -> Iterator[Readable]:
    """The stream that `open_` gives, closed afterwards when it can be."""
    stream = open_()
    try:
        yield stream
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()


@dataclass(frozen=True, slots=True)
class Options:
    """How to talk to registries.

    `ca_files` are PEM files trusted beside the system's; `verify` checks certificates; `insecure` lets every registry
    fall back to plain http; `connections` bounds the pool of each registry; times are in seconds.
    """

    ca_files: tuple[str, ...] = ()
    verify: bool = True
    insecure: bool = False
    connections: int = 32
    connect_timeout: float = 30.0
    answer_timeout: float = 10.0
    user_agent: str = "oakum"


class Connections:
    """The pools of one process. `environ` names proxies; CA files are read on creation.

    Raises CredentialsError for a CA file that cannot be read or holds no certificate.
    """

    def __init__(self, options: Options, environ: Mapping[str, str] | None = None) -> None:
        self.options = options
        self._environ = os.environ if environ is None else environ
        self._lock = Lock()
        self._pools: dict[tuple[str, str, int], Pool] = {}
        self._trust: ssl.SSLContext | None = None
        self._certificates = "\n".join(_read_ca(path) for path in options.ca_files)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Readable | None = None,
        *,
        timeout: float | None = None,
    ) -> Response:
        """Send one request and return the answer, body not yet read. Raises ConnectError when there is no answer."""
        try:
            parts = split(url)
        except ValueError as error:
            raise ConnectError("parse", url, str(error)) from error
        host = parts.host
        port = parts.port or (443 if parts.scheme == "https" else 80)
        answer = self.options.answer_timeout if timeout is None else timeout
        proxy = proxy_for(parts.scheme, host, port, self._environ)
        try:
            return self._pool(parts.scheme, host, port, proxy).request(
                method,
                f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/",
                {"User-Agent": self.options.user_agent, **headers}.items(),
                body,
                timeout=answer,
                url=url,
            )
        except FAILURES as error:
            from oakum.registry import trouble

            raise ConnectError(method, url, trouble.reason(error, host, port, proxy)) from error

    def no_tls(self, registry: str) -> str:
        """Why `registry` (host:port) does not speak TLS, in Go's words; empty where it does.

        Empty, too, where a proxy lies between: only the real request can tell then.
        """
        parts = split(f"https://{registry}")
        host, port = parts.host, parts.port or 443
        if proxy_for("https", host, port, self._environ) is not None:
            return ""
        return greeting.refusal(host, port)

    def _pool(self, scheme: str, host: str, port: int, proxy: str | None) -> Pool:
        key = (scheme, host, port)
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                context = self._context() if scheme == "https" else None
                place = Place(host, port, context, proxy=proxy or "", connect_timeout=self.options.connect_timeout)
                pool = self._pools[key] = Pool(place, self.options.connections)
            return pool

    def _context(self) -> ssl.SSLContext:
        """One for all registries: reading the trust store takes longer than all the rest of a small run."""
        if self._trust is None:
            self._trust = self._new_context()
        return self._trust

    def _new_context(self) -> ssl.SSLContext:
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if not self.options.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        context.load_default_certs()
        if self._certificates:
            context.load_verify_locations(cadata=self._certificates)
        return context


def _read_ca(path: str) -> str:
    import ssl

    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError as error:
        words = (error.strerror or "").lower()
        raise CredentialsError(f"Reading CA certificates from '{path}': open {path}: {words}") from error
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError) as error:
        raise CredentialsError(f"Adding CA certificates from '{path}': failed") from error
    return text
