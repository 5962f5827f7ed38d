"""Google's registries (gcr.io, pkg.dev): an access token of the metadata server (Google: "About VM metadata")."""
from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Lock

from oakum.registry.cloud import exchange
from oakum.registry.connections import Connections
from oakum.registry.credentials import Credentials
from oakum.registry.reference import Repository

_PATH = "/computeMetadata/v1/instance/service-accounts/default/token"
_MARGIN_S = 60


class GoogleKeychain:
    """`GOOGLE_OAUTH_ACCESS_TOKEN` when set, else the token of the machine's service account, kept while it is good."""

    def __init__(self, environ: Mapping[str, str], connections: Connections) -> None:
        self._environ, self._connections = environ, connections
        self._lock = Lock()
        self._token, self._until = "", 0.0

    def lookup(self, repository: Repository) -> Credentials | None:
        """An access token for a Google registry. Raises CredentialsError."""
        host = repository.registry
        if host != "gcr.io" and not host.endswith((".gcr.io", "-docker.pkg.dev")):
            return None
        given = self._environ.get("GOOGLE_OAUTH_ACCESS_TOKEN")
        return Credentials("oauth2accesstoken", given or self._machine_token())

    def _machine_token(self) -> str:
        with self._lock:
            if time.monotonic() >= self._until:
                host = self._environ.get("GCE_METADATA_HOST") or "metadata.google.internal"
                answer = exchange.get(self._connections, f"http://{host}{_PATH}", {"Metadata-Flavor": "Google"})
                self._token = exchange.text(answer, "access_token", "Google's metadata server")
                self._until = time.monotonic() + float(answer.get("expires_in") or 0) - _MARGIN_S
            return self._token
