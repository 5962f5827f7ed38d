"""The TLS context of a connection to an API server."""
from __future__ import annotations

import os
import ssl
import tempfile

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
    """OpenSSL reads the pair from a file only; ours exists with mode 0600 for as long as the call."""
    handle, path = tempfile.mkstemp(prefix="oakum-")
    try:
        with os.fdopen(handle, "wb") as f:
            f.write(certificate + b"\n" + key)
        made.load_cert_chain(path)
    except ssl.SSLError as e:
        raise ConfigError(f"unable to load client certificate: {e}") from e
    finally:
        os.unlink(path)
