"""Failed connections in sentences of the form that Go's net/http gives."""
from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator

from oakum.http.errors import AnswerTimeout, Disconnected, IncompleteRead, ProxyFailure
from oakum.kube.errors import ConnectError
from oakum.typing import Any
from oakum.url import Parts, split


def explain(error: Exception, method: str, url: str, server: str, proxy: str) -> ConnectError:
    """What ended a request to `url` of `server`, which is reached through `proxy` (empty for none)."""
    refusing = isinstance(error, ProxyFailure) and "Tunnel connection failed" not in str(error)
    if refusing and proxy:
        reason = f"proxyconnect tcp: {_reason(error, split(proxy))}"
    else:
        reason = _reason(error, split(server))
    return ConnectError(f'{method.capitalize()} "{url}": {reason}', stale=_stale(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__


def _stale(error: Exception) -> bool:
    return any(isinstance(e, ConnectionResetError | BrokenPipeError | IncompleteRead) for e in _chain(error))


_UNKNOWN_AUTHORITY = (7, 18, 19, 20, 21)
"""OpenSSL's numbers for chains that end in nobody who is trusted, or in somebody who only has the name of one."""


def _mistrust(error: Any) -> str:
    if error.verify_code in _UNKNOWN_AUTHORITY:
        return "certificate signed by unknown authority"
    return str(error.verify_message or error.reason)


def _reason(error: Exception, where: Parts) -> str:
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
