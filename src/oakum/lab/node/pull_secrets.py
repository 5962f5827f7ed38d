"""Logins for pulling images, from Secrets of type kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from oakum.registry.credentials import Credentials
from oakum.registry.dockerconfig import credentials_of
from oakum.registry.errors import CredentialsError
from oakum.registry.reference import HUB, Repository

_HUB_NAMES = {"docker.io", "index.docker.io", "registry-1.docker.io"}


@dataclass(frozen=True, slots=True)
class Login:
    """One entry: a registry, perhaps with a path below it that it is limited to."""

    place: str
    credentials: Credentials

    def fits(self, repository: Repository) -> bool:
        """Whether this login is for `repository`."""
        host, _, path = self.place.partition("/")
        same = host == repository.registry or (host in _HUB_NAMES and repository.registry == HUB)
        return same and (not path or f"{repository.path}/".startswith(f"{path}/"))


class PullSecrets:
    """A keychain of logins; the longest place that fits wins."""

    def __init__(self, logins: Iterable[Login]) -> None:
        self._logins = sorted(logins, key=lambda login: -len(login.place))

    def lookup(self, repository: Repository) -> Credentials | None:
        """The login to use for `repository`, None when there is none (see `oakum.registry.credentials.Keychain`)."""
        return next((login.credentials for login in self._logins if login.fits(repository)), None)


def logins_of(secret: dict[str, Any]) -> list[Login]:
    """The logins in a Secret; none when it is of another type or malformed, as a kubelet ignores such."""
    data = secret.get("data") or {}
    try:
        if ".dockerconfigjson" in data:
            entries = orjson.loads(base64.b64decode(data[".dockerconfigjson"])).get("auths") or {}
        else:
            entries = orjson.loads(base64.b64decode(data.get(".dockercfg", "e30=")))
        return [Login(_place(name), credentials_of(entry, name)) for name, entry in entries.items()]
    except (ValueError, AttributeError, CredentialsError):
        return []


def _place(name: str) -> str:
    place = name.removeprefix("https://").removeprefix("http://").rstrip("/")
    # Docker's own key has the version of an API in it.
    return place.removesuffix("/v1").removesuffix("/v2")
