"""The TLS context of a connection to an API server."""
from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from oakum.kube.errors import ConfigError


def context(ca: bytes, insecure: bool, certificate: bytes, key: bytes) -> ssl.SSLContext:
    """A client context that verifies by `ca` (PEM; the system's roots when empty) and shows `certificate`.

    Raises ConfigError for PEM that cannot be read.
    """
    try:
        made = ssl.create_default_context(cadata=ca.decode("ascii", "replace") if ca else None)
    except ssl.SSLError as e:
        raise ConfigError(f"unable to load root certificates: {e}") from e
    # Clusters made by older tools have roots without the extensions that Python's strict mode wants.
    made.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if certificate:
        _show(made, certificate, key)
    return made


def _show(made: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    with _file(certificate + b"\n" + key) as path:
        try:
            made.load_cert_chain(path)
        except ssl.SSLError as e:
            raise ConfigError(f"unable to load client certificate: {e}") from e


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
