"""What proves who we are, and when it is got anew."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable

from oakum.dataclass import dataclass, field, replace

EARLY_SECONDS = 10.0
VERSIONS = tuple(f"client.authentication.k8s.io/{version}" for version in ("v1", "v1beta1"))
"""Of what exec plugins print, an ExecCredential."""


@dataclass(frozen=True)
class Credential:
    """What proves who we are: a token, a client certificate (PEM), or both; `expires` is a Unix time or None."""

    token: str = field(default="", repr=False)
    client_cert: bytes = field(default=b"", repr=False)
    client_key: bytes = field(default=b"", repr=False)
    expires: float | None = None


class Renewed:
    """A credential that `get` is asked for again when it has ended or was refused. Thread-safe."""

    def __init__(self, get: Callable[[], Credential]) -> None:
        self._get = get
        self._lock = threading.Lock()
        self._have: Credential | None = None

    def now(self) -> Credential:
        """One that is good now. Raises what `get` raises."""
        with self._lock:
            have = self._have
            if have is None or _ended(have):
                have = self._get()
                # One that comes with its end behind it comes from another clock: its refusal will tell.
                self._have = have = replace(have, expires=None) if _ended(have) else have
            return have

    def refused(self, token: str) -> None:
        """The server does not take `token`; where it is still the one we have, the next is another."""
        with self._lock:
            if self._have is not None and self._have.token == token:
                self._have = None


def _ended(credential: Credential) -> bool:
    return credential.expires is not None and credential.expires - EARLY_SECONDS < time.time()
