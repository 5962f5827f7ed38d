"""Pools of connections: keep-alive, TLS roots, proxies; one attempt a call, failures in words."""
from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import IO, Protocol, cast
from urllib.parse import SplitResult, unquote, urlsplit

import urllib3
from urllib3.response import BaseHTTPResponse

from oakum.dataclass import dataclass
from oakum.proxy import proxy_for
from oakum.registry import trouble
from oakum.registry.errors import ConnectError, CredentialsError

BLOCK = 256 * 1024


class Readable(Protocol):
    """Bytes to send, taken block by block."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes (all for -1), empty at the end."""


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
        self._managers: dict[tuple[bool, str | None], urllib3.PoolManager] = {}
        self._pools: dict[tuple[str, str, int], urllib3.HTTPConnectionPool] = {}
        self._certificates = "\n".join(_read_ca(path) for path in options.ca_files)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Readable | None = None,
        *,
        timeout: float | None = None,
    ) -> BaseHTTPResponse:
        """Send one request and return the answer, body not yet read. Raises ConnectError when there is no answer."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        answer = self.options.answer_timeout if timeout is None else timeout
        try:
            opener, target = self._opener(parts, host, port)
            response = opener.urlopen(
                method,
                target,
                body=cast("IO[bytes] | bytes | None", body),  # only `read` is called
                headers={"User-Agent": self.options.user_agent, **headers},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=urllib3.Timeout(connect=self.options.connect_timeout, read=answer),
            )
            response.url = url
            return response
        except (urllib3.exceptions.HTTPError, OSError) as error:
            proxy = proxy_for(parts.scheme, host, port, self._environ)
            raise ConnectError(method, url, trouble.reason(error, host, port, proxy)) from error

    def speaks_tls(self, registry: str, timeout: float = 2.0) -> ssl.SSLError | OSError | None:
        """None when something at `registry` (host:port) answers a TLS greeting, else what came instead.

        None, too, where a proxy lies between: only the real request can tell then.
        Costs no reading of the trust store, which takes longer than all the rest of a small run.
        """
        parts = urlsplit(f"//{registry}")
        host, port = parts.hostname or "", parts.port or 443
        if proxy_for("https", host, port, self._environ) is not None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with (
                socket.create_connection((host, port), timeout) as plain,
                context.wrap_socket(plain, server_hostname=host),
            ):
                return None
        except (ssl.SSLError, OSError) as error:
            return error

    def _opener(
        self, parts: SplitResult, host: str, port: int
    ) -> tuple[urllib3.PoolManager | urllib3.HTTPConnectionPool, str]:
        """What sends a request, and the form of the URL that it wants.

        The pool of the host is kept: finding it anew for each request takes urllib3 as long as half the request.
        """
        proxy = proxy_for(parts.scheme, host, port, self._environ)
        if proxy is not None and parts.scheme == "http":
            return self._manager(False, proxy), parts.geturl()
        key = (parts.scheme, host, port)
        pool = self._pools.get(key)
        if pool is None:
            manager = self._manager(parts.scheme == "https", proxy)
            pool = self._pools.setdefault(key, manager.connection_from_host(host, port, parts.scheme))
        return pool, f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

    def _manager(self, secure: bool, proxy: str | None) -> urllib3.PoolManager:
        with self._lock:
            manager = self._managers.get((secure, proxy))
            if manager is None:
                manager = self._managers[secure, proxy] = self._new_manager(secure, proxy)
            return manager

    def _new_manager(self, secure: bool, proxy: str | None) -> urllib3.PoolManager:
        context = self._context() if secure else None
        size = self.options.connections
        if proxy is None:
            return urllib3.PoolManager(64, maxsize=size, ssl_context=context, blocksize=BLOCK)
        parts = urlsplit(proxy)
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        headers = urllib3.make_headers(proxy_basic_auth=login) if login else None
        return urllib3.ProxyManager(
            proxy, 64, proxy_headers=headers, maxsize=size, ssl_context=context, blocksize=BLOCK
        )

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if not self.options.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            # The user asked for this; a warning for each connection would say nothing new.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
            return context
        context.load_default_certs()
        if self._certificates:
            context.load_verify_locations(cadata=self._certificates)
        return context


def _read_ca(path: str) -> str:
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
