"""Credentials on each request: bearer tokens, token files, basic, exec plugins, impersonation."""
from __future__ import annotations

import threading
import time

from oakum.http.login import basic
from oakum.kube.errors import ConfigError
from oakum.kube.kubeconfig import ClusterConfig
from oakum.typing import TYPE_CHECKING
from oakum.url import quote

if TYPE_CHECKING:
    from oakum.kube.plugin import Credential

TOKEN_FILE_SECONDS = 60.0
EARLY_SECONDS = 10.0
VERSIONS = tuple(f"client.authentication.k8s.io/{version}" for version in ("v1", "v1beta1"))
TOKEN = "!#$&'*+^`|"
"""What the name of a header may hold beside letters, digits and `-._~`."""


class Authenticator:
    """Headers that say who we are, and the client certificate; refreshes what expires. Thread-safe.

    Raises ConfigError for ways to log in that are not known.
    """

    def __init__(self, config: ClusterConfig) -> None:
        self._config = config
        self._identity = who = config.identity
        if who.exec and who.exec.api_version not in VERSIONS:
            raise ConfigError(f'exec plugin: invalid apiVersion "{who.exec.api_version}"')
        if who.provider:
            from oakum.kube.provider import check_provider

            check_provider(who.provider, who.provider_config)
        self._lock = threading.Lock()
        self._file_token = ""
        self._file_read = 0.0
        self._credential: Credential | None = None

    def headers(self) -> list[tuple[str, str]]:
        """Authorization and impersonation headers for one request; a name may occur more than once.

        Raises CredentialError when there are none to be had.
        """
        out = self._authorization()
        who = self._identity
        if who.impersonate:
            out.append(("Impersonate-User", who.impersonate))
        if who.impersonate_uid:
            out.append(("Impersonate-Uid", who.impersonate_uid))
        out += [("Impersonate-Group", group) for group in who.impersonate_groups]
        out += [(f"Impersonate-Extra-{quote(key, TOKEN)}", value) for key, values in who.impersonate_extra
                for value in values]
        return out

    def certificate(self) -> tuple[bytes, bytes]:
        """Client certificate and key in PEM, empty when there is none."""
        if self._identity.exec:
            found = self._plugin()
            if found.client_cert:
                return found.client_cert, found.client_key
        return self._identity.client_cert, self._identity.client_key

    def refused(self) -> bool:
        """Called after a 401: forget what may have expired. True when trying again can help."""
        with self._lock:
            had = self._credential is not None or bool(self._file_token)
            self._credential = None
            self._file_token = ""
        return had

    def _authorization(self) -> list[tuple[str, str]]:
        who = self._identity
        token = who.token
        if who.token_file:
            token = self._from_file() or token
        elif who.exec and not token:
            token = self._plugin().token
        elif who.provider and not token:
            from oakum.kube.provider import id_token

            token = id_token(who.provider_config)
        if token:
            return [("Authorization", f"Bearer {token}")]
        if who.username:
            return [("Authorization", basic(who.username, who.password))]
        return []

    def _from_file(self) -> str:
        with self._lock:
            if not self._file_token or time.monotonic() - self._file_read > TOKEN_FILE_SECONDS:
                try:
                    with open(self._identity.token_file, encoding="utf-8") as f:
                        self._file_token = f.read().strip()
                except OSError as e:
                    # The one of last time may still be good, or that beside the file's name.
                    if not self._file_token and not self._identity.token:
                        why = (e.strerror or str(e)).lower()
                        raise ConfigError(f'failed to read token file "{self._identity.token_file}": {why}') from e
                self._file_read = time.monotonic()
            return self._file_token

    def _plugin(self) -> Credential:
        from oakum.kube.plugin import run_plugin

        plugin = self._identity.exec
        assert plugin is not None
        with self._lock:
            have = self._credential
            if have is None or (have.expires is not None and have.expires - EARLY_SECONDS < time.time()):
                have = self._credential = run_plugin(plugin, self._config)
            return have
