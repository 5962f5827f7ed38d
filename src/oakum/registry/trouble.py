"""The words for a connection that failed, in the form that Go programs print after `Get "URL": `."""
from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from oakum.http.errors import AnswerTimeout, IncompleteRead, ProxyFailure
from oakum.proxy import parse_address
from oakum.typing import TYPE_CHECKING
from oakum.url import split

if TYPE_CHECKING:
    import ssl

_PLAIN_HTTP = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL")
_SYSTEM = {
    errno.ECONNREFUSED: "connect: connection refused",
    errno.EHOSTUNREACH: "connect: no route to host",
    errno.ENETUNREACH: "connect: network is unreachable",
    errno.ETIMEDOUT: "connect: connection timed out",
}


def reason(error: BaseException, host: str, port: int, proxy: str | None = None) -> str:
    """Why no answer came from `host`:`port` (through `proxy`)."""
    import ssl

    if isinstance(error, ProxyFailure) and "Tunnel connection failed" in str(error):
        return str(error).split("Tunnel connection failed:", 1)[1].strip().split(" ", 1)[-1]
    if isinstance(error, ProxyFailure) and proxy:
        parts = split(proxy)
        return f"proxyconnect tcp: {reason(error.cause, parts.host, parts.port or 80)}"
    if isinstance(error, ssl.SSLError):
        return tls_reason(error, host, port)
    if isinstance(error, socket.gaierror):
        return f"dial tcp: lookup {host}{_nameserver()}: no such host"
    if isinstance(error, AnswerTimeout):
        return "net/http: timeout awaiting response headers"
    if isinstance(error, TimeoutError):
        return f"dial tcp {_address(host, port)}: i/o timeout"
    return _system_reason(error, host, port)


def _system_reason(error: BaseException, host: str, port: int) -> str:
    if isinstance(error, ConnectionResetError):
        closed = "without response" in str(error)
        return "EOF" if closed else f"read tcp {_address(host, port)}: read: connection reset by peer"
    if isinstance(error, BrokenPipeError):
        return f"write tcp {_address(host, port)}: write: broken pipe"
    if isinstance(error, OSError) and error.errno in _SYSTEM:
        return f"dial tcp {_address(host, port)}: {_SYSTEM[error.errno]}"
    if isinstance(error, ConnectionError | IncompleteRead):
        return "unexpected EOF"
    return str(error) or type(error).__name__


def tls_reason(error: ssl.SSLError, host: str, port: int) -> str:
    """Why the TLS handshake with `host`:`port` failed."""
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return f"tls: failed to verify certificate: x509: {_certificate_reason(error, host, port)}"
    if any(word in str(error) for word in _PLAIN_HTTP):
        return "http: server gave HTTP response to HTTPS client"
    if isinstance(error, ssl.SSLEOFError) or "EOF" in str(error):
        return "EOF"
    return f"tls: {error.reason or error}"


def _certificate_reason(error: ssl.SSLCertVerificationError, host: str, port: int) -> str:
    message = error.verify_message or ""
    if "mismatch" in message or "not valid for" in message:
        return _name_reason(host, certificate_names(host, port))
    if "expired" in message or "not yet valid" in message:
        return "certificate has expired or is not yet valid"
    names = certificate_names(host, port)
    # Go looks at the name before it asks who signed.
    return _name_reason(host, names) if names and not _named(host, names) else "certificate signed by unknown authority"


def _named(host: str, names: Iterable[tuple[str, str]]) -> bool:
    """Whether a certificate with these names is for `host`; `*` stands for one part of a name."""
    bare = host.strip("[]").lower()
    return any(name.lower() in (bare, f"*.{bare.partition('.')[2]}") for _, name in names)


def _name_reason(host: str, names: Iterable[tuple[str, str]]) -> str:
    address = parse_address(host)
    wanted = [name for kind, name in names if kind == ("DNS" if address is None else "IP Address")]
    if wanted:
        return f"certificate is valid for {', '.join(wanted)}, not {host.strip('[]')}"
    if address is not None:
        return f"cannot validate certificate for {host.strip('[]')} because it doesn't contain any IP SANs"
    return f"certificate is not valid for any names, but wanted to match {host}"


def certificate_names(host: str, port: int) -> list[tuple[str, str]]:
    """The (kind, name) alternative names in the certificate that the server shows, empty when it cannot be had.

    Only for words in a message: nothing is sent over this connection.
    """
    import ssl
    import tempfile

    try:
        pem = ssl.get_server_certificate((host.strip("[]"), port), timeout=10)
    except (OSError, ValueError):
        return []
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(pem)
        file.flush()
        context = ssl.create_default_context(cafile=file.name)
        return _shown_names(context, host, port)


def _shown_names(context: ssl.SSLContext, host: str, port: int) -> list[tuple[str, str]]:
    import ssl

    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        with (
            socket.create_connection((host.strip("[]"), port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=host.strip("[]")) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except (OSError, ValueError):
        return []
    return [(str(entry[0]), str(entry[1])) for entry in certificate.get("subjectAltName", ())]


def _address(host: str, port: int) -> str:
    bare = host.strip("[]")
    try:
        found = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        found = bare
    return f"[{found}]:{port}" if ":" in str(found) else f"{found}:{port}"


def _nameserver() -> str:
    try:
        with open("/etc/resolv.conf", encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return ""
    servers = [line.split()[1] for line in lines if line.startswith("nameserver ") and len(line.split()) > 1]
    return f" on {servers[0]}:53" if servers else ""
