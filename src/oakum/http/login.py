"""Logins of the Basic scheme (RFC 7617)."""
from __future__ import annotations

from binascii import b2a_base64


def basic(name: str, password: str) -> str:
    """The value of an `Authorization` header, or of a proxy's."""
    pair = f"{name}:{password}".encode("utf-8", "surrogateescape")
    return f"Basic {b2a_base64(pair, newline=False).decode()}"
