"""Azure's registries (azurecr.io): an Entra token exchanged for the registry's own.

Microsoft: "Authenticate with an Azure container registry" (`/oauth2/exchange`), "OAuth 2.0 client credentials flow",
"Use managed identities on a virtual machine".
"""
from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from urllib.parse import urlencode

from oakum.registry.cloud import exchange
from oakum.registry.connections import Connections
from oakum.registry.credentials import Credentials
from oakum.registry.reference import Repository

_RESOURCE = "https://management.azure.com/"
_SUFFIXES = (".azurecr.io", ".azurecr.cn", ".azurecr.us")


class AzureKeychain:
    """A service principal (`AZURE_TENANT_ID`, `_CLIENT_ID`, `_CLIENT_SECRET`), else the machine's managed identity."""

    def __init__(self, environ: Mapping[str, str], connections: Connections) -> None:
        self._environ, self._connections = environ, connections
        self._lock = Lock()
        self._known: dict[str, Credentials] = {}

    def lookup(self, repository: Repository) -> Credentials | None:
        """The registry's refresh token. Raises CredentialsError."""
        registry = repository.registry
        if not registry.endswith(_SUFFIXES):
            return None
        with self._lock:
            if registry not in self._known:
                self._known[registry] = Credentials(identity_token=self._exchange(registry, self._entra_token()))
            return self._known[registry]

    def _exchange(self, registry: str, token: str) -> str:
        form = {"grant_type": "access_token", "service": registry, "access_token": token}
        scheme_and_host = self._environ.get("AZURE_REGISTRY_ENDPOINT") or f"https://{registry}"
        answer = exchange.post_form(self._connections, f"{scheme_and_host}/oauth2/exchange", form)
        return exchange.text(answer, "refresh_token", registry)

    def _entra_token(self) -> str:
        tenant, client, secret = (
            self._environ.get(f"AZURE_{name}") for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET")
        )
        if tenant and client and secret:
            authority = (self._environ.get("AZURE_AUTHORITY_HOST") or "https://login.microsoftonline.com").rstrip("/")
            form = {
                "grant_type": "client_credentials",
                "client_id": client,
                "client_secret": secret,
                "scope": f"{_RESOURCE}.default",
            }
            answer = exchange.post_form(self._connections, f"{authority}/{tenant}/oauth2/v2.0/token", form)
            return exchange.text(answer, "access_token", "Entra")
        host = (self._environ.get("AZURE_POD_IDENTITY_AUTHORITY_HOST") or "http://169.254.169.254").rstrip("/")
        query = {"api-version": "2018-02-01", "resource": _RESOURCE} | ({"client_id": client} if client else {})
        url = f"{host}/metadata/identity/oauth2/token?{urlencode(query)}"
        return exchange.text(
            exchange.get(self._connections, url, {"Metadata": "true"}), "access_token", "Azure's metadata server"
        )
