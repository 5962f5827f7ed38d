"""Credentials on each request: bearer tokens, token files, basic, exec plugins, impersonation.

Implements the public "client-go credential plugins" contract (client.authentication.k8s.io v1 and v1beta1).
"""
from __future__ import annotations

import os
import threading
import time

from oakum.dataclass import dataclass, field
from oakum.http.login import basic
from oakum.kube.errors import ConfigError
from oakum.kube.kubeconfig import ClusterConfig, ExecPlugin
from oakum.typing import Any

TOKEN_FILE_SECONDS = 60.0
EARLY_SECONDS = 10.0


@dataclass(frozen=True)
class Credential:
    """What a plugin answered: a token, a client certificate, or both; `expires` is a Unix time or None."""

    token: str = field(default="", repr=False)
    client_cert: bytes = field(default=b"", repr=False)
    client_key: bytes = field(default=b"", repr=False)
    expires: float | None = None


class Authenticator:
    """Headers that say who we are, and the client certificate; refreshes what expires. Thread-safe."""

    def __init__(self, config: ClusterConfig) -> None:
        self._config = config
        self._identity = config.identity
        self._lock = threading.Lock()
        self._file_token = ""
        self._file_read = 0.0
        self._credential: Credential | None = None

    def headers(self) -> list[tuple[str, str]]:
        """Authorization and impersonation headers for one request; a name may occur more than once."""
        out = self._authorization()
        who = self._identity
        if who.impersonate:
            out.append(("Impersonate-User", who.impersonate))
        if who.impersonate_uid:
            out.append(("Impersonate-Uid", who.impersonate_uid))
        out += [("Impersonate-Group", group) for group in who.impersonate_groups]
        out += [(f"Impersonate-Extra-{key}", value) for key, values in who.impersonate_extra for value in values]
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
                    raise ConfigError(f"failed to read token file {self._identity.token_file}: {e.strerror}") from e
                self._file_read = time.monotonic()
            return self._file_token

    def _plugin(self) -> Credential:
        plugin = self._identity.exec
        assert plugin is not None
        with self._lock:
            have = self._credential
            if have is None or (have.expires is not None and have.expires - EARLY_SECONDS < time.time()):
                have = self._credential = run_plugin(plugin, self._config)
            return have


def run_plugin(plugin: ExecPlugin, config: ClusterConfig) -> Credential:
    """Run the plugin once and read the ExecCredential it prints. Raises ConfigError when it gives none."""
    import subprocess

    import orjson

    command = plugin.command
    if os.sep in command and not os.path.isabs(command):
        command = os.path.join(plugin.folder, command)
    info: dict[str, Any] = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": {"interactive": False}}
    if plugin.provide_cluster_info:
        info["spec"]["cluster"] = _cluster_info(config)
    env = {**os.environ, **dict(plugin.env), "KUBERNETES_EXEC_INFO": orjson.dumps(info).decode()}
    try:
        done = subprocess.run([command, *plugin.args], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              check=False)
    except OSError as e:
        raise ConfigError(f"getting credentials: exec: {e.strerror} (command {plugin.command})") from e
    if done.returncode:
        raise ConfigError(f"getting credentials: exec: executable {plugin.command} failed with exit code "
                          f"{done.returncode}")
    try:
        status = orjson.loads(done.stdout)["status"]
        return _credential(status)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as e:
        raise ConfigError(f"getting credentials: decoding stdout of {plugin.command}: {e}") from e


def _credential(status: dict[str, Any]) -> Credential:
    expires = None
    if status.get("expirationTimestamp"):
        from datetime import datetime

        expires = datetime.fromisoformat(status["expirationTimestamp"].replace("Z", "+00:00")).timestamp()
    return Credential(token=status.get("token") or "", client_cert=(status.get("clientCertificateData") or "").encode(),
                      client_key=(status.get("clientKeyData") or "").encode(), expires=expires)


def _cluster_info(config: ClusterConfig) -> dict[str, Any]:
    import base64

    out: dict[str, Any] = {"server": config.server}
    if config.ca:
        out["certificate-authority-data"] = base64.b64encode(config.ca).decode()
    if config.insecure:
        out["insecure-skip-tls-verify"] = True
    return out
