"""Whether a server speaks TLS, from what it says to a greeting (RFC 8446, section 4.1.2).

The greeting is written here, and no handshake follows, so that for a registry without TLS neither the library nor the
trust store is read: both take longer than all the rest of a small run.
"""
from __future__ import annotations

from os import urandom

from oakum.http.connection import connected

_ALERT, _HANDSHAKE = 0x15, 0x16
_CIPHERS = bytes.fromhex("130113021303c02bc02fc02cc030cca9cca8009c009d002f0035")
_EXTENSIONS = bytes.fromhex(
    "000a00080006001d00170018"  # groups
    "000b00020100"  # forms of points
    "000d0012001004030804040105030805050108060601"  # algorithms of signatures
)
_PLAIN_HTTP = "http: server gave HTTP response to HTTPS client"


def refusal(host: str, port: int, timeout: float = 2.0) -> str:
    """Why the server is not one of TLS, in Go's words; empty where it answers in TLS, be it with a refusal."""
    try:
        with connected((host, port), timeout) as link:
            link.sendall(_hello(host))
            answer = link.recv(5)
    except OSError as error:
        from oakum.registry import trouble

        return trouble.reason(error, host, port)
    if not answer:
        return "EOF"
    if answer[0] in (_ALERT, _HANDSHAKE):
        return ""
    return _PLAIN_HTTP if answer == b"HTTP/" else "tls: first record does not look like a TLS handshake"


def _hello(host: str) -> bytes:
    extensions = _EXTENSIONS + _server_name(host)
    body = b"\x03\x03" + urandom(32) + b"\0" + _sized(_CIPHERS) + b"\1\0" + _sized(extensions)
    return b"\x16\x03\x01" + _sized(b"\1\0" + _sized(body))


def _server_name(host: str) -> bytes:
    """The extension that names the server (RFC 6066, section 3); addresses are not named."""
    if ":" in host or host.replace(".", "").isdigit():
        return b""
    return b"\0\0" + _sized(_sized(b"\0" + _sized(host.encode("idna"))))


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data
