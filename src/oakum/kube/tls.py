"""The TLS context of a connection to an API server."""
from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from oakum.kube.errors import ConfigError

_BEGIN = b"-----BEGIN "


def context(ca: bytes, insecure: bool, certificate: bytes, key: bytes) -> ssl.SSLContext:
    """A client context that verifies by `ca` (PEM; the system's roots when empty) and shows `certificate`.

    Raises ConfigError for PEM that cannot be read, and for a `ca` with nothing to verify.
    """
    if insecure and ca:
        raise ConfigError("specifying a root certificates file with the insecure flag is not allowed")
    made = trusting(ca)
    if insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if certificate:
        _show(made, certificate, key)
    return made


def trusting(ca: bytes) -> ssl.SSLContext:
    """A client context that verifies by `ca`. Raises ConfigError."""
    if ca and _BEGIN not in ca:
        raise ConfigError("unable to load root certificates: unable to parse bytes as PEM block")
    try:
        # Between certificates there may be remarks, in any language.
        made = ssl.create_default_context(cadata=ca.decode("ascii", "ignore") if ca else None)
    except ssl.SSLError as e:
        raise ConfigError(f"unable to load root certificates: {e}") from e
    # Clusters made by older tools have roots without the extensions that Python's strict mode wants.
    made.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    return made


def check_pair(certificate: bytes, key: bytes) -> None:
    """Raises ConfigError where the key is not that of the certificate."""
    _show(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate, key)


def _show(made: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    problem = pem_problem(certificate, key)
    if problem:
        raise ConfigError(problem)
    with _file(certificate + b"\n" + key) as path:
        try:
            made.load_cert_chain(path)
        except ssl.SSLError as e:
            why = "private key does not match public key" if e.reason == "KEY_VALUES_MISMATCH" else (
                "failed to parse private key")
            raise ConfigError(f"tls: {why}") from e


def pem_problem(certificate: bytes, key: bytes) -> str:
    """What keeps a client's certificate and key from being read, in Go's words; empty when they look like PEM."""
    for what, given in (("certificate", certificate), ("key", key)):
        if _BEGIN not in given:
            return f"tls: failed to find any PEM data in {what} input"
    return ""


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    """A file that only we can read, as OpenSSL takes the pair from nothing else; in memory where the system can."""
    if os.path.exists("/proc/self/fd") and hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("oakum"), "wb", 0) as file:
            file.write(content)
            yield f"/proc/self/fd/{file.fileno()}"
        return
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile(prefix="oakum-", buffering=0) as file:
        file.write(content)
        yield file.name
