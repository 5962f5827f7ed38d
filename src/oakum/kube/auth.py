"""Credentials on each request: bearer tokens, token files, basic, exec plugins, providers, impersonation."""
from __future__ import annotations

import time
from collections.abc import Iterable

from oakum.http.login import basic
from oakum.kube.credential import EARLY_SECONDS, VERSIONS, Credential, Renewed
from oakum.kube.errors import ConfigError
from oakum.kube.kubeconfig import ClusterConfig, Identity
from oakum.kube.reloaded import Reloaded
from oakum.url import quote

TOKEN_FILE_SECONDS = 60.0
TOKEN = "!#$&'*+^`|"
"""What the name of a header may hold beside letters, digits and `-._~`."""


class Authenticator:
    """Headers that say who we are, and the client certificate; refreshes what expires. Thread-safe.

    Raises ConfigError for ways to log in that are not known.
    """

    def __init__(self, config: ClusterConfig) -> None:
        self._identity = config.identity
        self._renewed = _renewed(config)
        self._files = _reloaded(config.identity)

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
        """Client certificate and key in PEM as of now, empty when there is none. Raises as `headers`."""
        if self._identity.exec and self._renewed:
            found = self._renewed.now()
            if found.client_cert:
                return found.client_cert, found.client_key
        if self._files is not None:
            certificate, key = self._files.now()
            return certificate, key
        return self._identity.client_cert, self._identity.client_key

    def refused(self, headers: Iterable[tuple[str, str]]) -> bool:
        """Called after a 401 to a request with those headers: forget what may have expired.

        True when trying again can help.
        """
        if self._renewed is not None:
            self._renewed.refused(dict(headers).get("Authorization", "").removeprefix("Bearer "))
        return self._renewed is not None or self._files is not None

    def _authorization(self) -> list[tuple[str, str]]:
        who = self._identity
        token = "" if who.token_file else who.token
        if self._renewed and not token:
            token = self._renewed.now().token
        if token:
            return [("Authorization", f"Bearer {token}")]
        if who.username:
            return [("Authorization", basic(who.username, who.password))]
        return []


def _renewed(config: ClusterConfig) -> Renewed | None:
    """Where credentials come from that may change while we run; None where they are what the kubeconfig says.

    A plugin is only run for a user without any of their own, as by client-go.
    """
    who = config.identity
    plugin, provider = who.exec, None
    if plugin and plugin.api_version not in VERSIONS:
        raise ConfigError(f'exec plugin: invalid apiVersion "{plugin.api_version}"')
    if who.provider:
        from oakum.kube.provider import open_id

        provider = open_id(who.provider)
    if who.token_file:
        return Renewed(TokenFile(who).read)
    if who.token or who.username:
        return None
    if plugin and not who.client_cert:
        from oakum.kube.plugin import run_plugin

        return Renewed(lambda: run_plugin(plugin, config))
    return Renewed(provider.credential) if provider else None


def _reloaded(who: Identity) -> Reloaded | None:
    """Where the client's certificate comes from, if from files."""
    if not who.cert_files:
        return None

    def check(certificate: bytes, key: bytes) -> None:
        from oakum.kube.tls import check_pair

        check_pair(certificate, key)

    return Reloaded(who.cert_files, (who.client_cert, who.client_key), check)


class TokenFile:
    """A file with a token, which others write anew before it ends."""

    def __init__(self, who: Identity) -> None:
        self._path = who.token_file
        self._last = who.token

    def read(self) -> Credential:
        """The token in the file; the one of last time, or that beside the file's name, while it cannot be read.

        Raises ConfigError where there is none.
        """
        try:
            with open(self._path, encoding="utf-8", errors="surrogateescape") as f:
                self._last = f.read().strip() or self._last
            if not self._last:
                raise ConfigError(f'read empty token from file "{self._path}"')
        except OSError as e:
            if not self._last:
                why = (e.strerror or str(e)).lower()
                raise ConfigError(f'failed to read token file "{self._path}": {why}') from e
        return Credential(self._last, expires=time.time() + TOKEN_FILE_SECONDS + EARLY_SECONDS)
