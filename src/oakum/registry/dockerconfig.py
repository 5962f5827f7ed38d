"""Logins from Docker's `config.json`, its credential helpers, and podman's `auth.json`."""
from __future__ import annotations

import binascii
import os
from collections.abc import Mapping
from threading import Lock

from oakum.registry.credentials import Credentials
from oakum.registry.errors import CredentialsError
from oakum.registry.reference import HUB, Repository
from oakum.typing import Any

HUB_KEY = "https://index.docker.io/v1/"
_NO_LOGIN = ("credentials not found in native keychain", "no credentials server URL", "no credentials username")


def locate(environ: Mapping[str, str]) -> str | None:
    """The file that holds the logins: Docker's in `$DOCKER_CONFIG` or `~/.docker`, else podman's, else None."""
    home = os.path.join(environ["HOME"], ".docker", "config.json") if environ.get("HOME") else None
    chosen = os.path.join(environ["DOCKER_CONFIG"], "config.json") if environ.get("DOCKER_CONFIG") else None
    for path in (chosen, home):
        if path is not None and os.path.exists(path):
            return chosen or home
    if environ.get("XDG_RUNTIME_DIR"):
        podman = os.path.join(environ["XDG_RUNTIME_DIR"], "containers", "auth.json")
        return podman if os.path.exists(podman) else None
    return None


class DockerConfigKeychain:
    """The logins of the file that `locate` finds, read once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._lock = Lock()
        self._config: dict[str, Any] | None = None
        self._helped: dict[tuple[str, str], Credentials | None] = {}
        self._turns: dict[tuple[str, str], Lock] = {}

    def lookup(self, repository: Repository) -> Credentials | None:
        """The login of `host/repository`, else of the host."""
        config = self._load()
        for key in (str(repository), HUB_KEY if repository.registry == HUB else repository.registry):
            found = self._find(config, key)
            if found is not None:
                return found
        return None

    def _load(self) -> dict[str, Any]:
        with self._lock:
            if self._config is None:
                path = locate(self._environ)
                self._config = _read(path) if path is not None and os.path.exists(path) else {}
            return self._config

    def _find(self, config: dict[str, Any], key: str) -> Credentials | None:
        helper = config.get("credHelpers", {}).get(key) or config.get("credsStore")
        if not helper:
            return _from_auths(config.get("auths", {}), key)
        return self._asked(helper, key)

    def _asked(self, helper: str, key: str) -> Credentials | None:
        """The helper's answer, awaited by one thread while others ask about other keys."""
        with self._lock:
            turn = self._turns.setdefault((helper, key), Lock())
        with turn:
            if (helper, key) not in self._helped:
                self._helped[helper, key] = _ask_helper(helper, key, self._environ)
            return self._helped[helper, key]


def _read(path: str) -> dict[str, Any]:
    """The file's fields in lower case, with Credentials as `auths`. A login that is none spoils all, as for Docker."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return _fields(file.read())
    except OSError as error:
        raise CredentialsError(f"open {path}: {(error.strerror or '').lower()}") from error
    except ValueError as error:
        raise CredentialsError(f"{path}: {error}") from error


def _fields(text: str) -> dict[str, Any]:
    from oakum.gostruct import BYTES, STRING, Named, Struct, decode
    from oakum.yaml import json_syntax

    if not text.strip():
        return {}
    texts = dict.fromkeys(("username", "password", "identitytoken", "registrytoken"), STRING)
    login = Struct("types.AuthConfig", {"auth": BYTES, **texts})
    shape = Struct(
        "configfile.ConfigFile", {"auths": Named(login), "credHelpers": Named(STRING), "credsStore": STRING}
    )
    found = decode(json_syntax.first(text), shape) or {}
    return {**found, "auths": {key: _login(entry or {}) for key, entry in found.get("auths", {}).items()}}


def _login(entry: Mapping[str, Any]) -> Credentials:
    username, password = entry.get("username", ""), entry.get("password", "")
    if entry.get("auth"):
        username, colon, password = entry["auth"].decode("utf-8", "surrogateescape").partition(":")
        if not (username and colon):
            raise ValueError("Invalid auth configuration file")
    return Credentials(
        username, password.strip("\x00"), entry.get("identitytoken", ""), entry.get("registrytoken", "")
    )


def hostname(key: str) -> str:
    """The bare host of a login's key, such as `host` of `https://host/v1/`."""
    for scheme in ("http://", "https://"):
        key = key.removeprefix(scheme)
    return key.partition("/")[0]


def _from_auths(auths: Mapping[str, Credentials], key: str) -> Credentials | None:
    found = auths.get(key) or next((auths[name] for name in auths if hostname(name) == key), None)
    return None if found == Credentials() else found


def credentials_of(entry: Mapping[str, Any], key: str) -> Credentials:
    """The login in one entry of `auths`, whose key is `key`. Raises CredentialsError, which names the key."""
    username, password = str(entry.get("username") or ""), str(entry.get("password") or "")
    if entry.get("auth"):
        username, password = _decode(str(entry["auth"]), key)
    return Credentials(username, password, str(entry.get("identitytoken") or ""), str(entry.get("registrytoken") or ""))


def _decode(auth: str, key: str) -> tuple[str, str]:
    try:
        text = binascii.a2b_base64(auth + "=" * (-len(auth) % 4)).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError) as error:
        raise CredentialsError(f"Login of '{key}' in the Docker configuration is not base64: {error}") from error
    username, _, password = text.partition(":")
    return username, password.strip("\x00")


def _ask_helper(helper: str, key: str, environ: Mapping[str, str]) -> Credentials | None:
    import subprocess

    name = f"docker-credential-{helper}"
    import shutil

    program = shutil.which(name, path=environ.get("PATH", os.defpath))
    if program is None:
        raise CredentialsError(
            f'error getting credentials - err: exec: "{name}": executable file not found in $PATH, out: ``'
        )
    done = subprocess.run([program, "get"], input=key.encode(), capture_output=True, env=dict(environ), check=False)
    output = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode:
        if any(text in output for text in _NO_LOGIN):
            return None
        raise CredentialsError(f"error getting credentials - err: exit status {done.returncode}, out: `{output}`")
    return _from_helper(output, name)


def _from_helper(output: str, name: str) -> Credentials | None:
    import json

    try:
        answer = json.loads(output)
        username, secret = str(answer.get("Username") or ""), str(answer.get("Secret") or "")
    except (ValueError, AttributeError) as error:
        raise CredentialsError(f"Answer of {name} is not the JSON that credential helpers give") from error
    if username == "<token>":
        return Credentials(identity_token=secret)
    return Credentials(username, secret) if username or secret else None
