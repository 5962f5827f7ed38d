"""Logins that cloud providers hand out for their registries, by the token exchanges that they document.

None is asked unless it is named: `KBLD_ACTIVE_KEYCHAINS=ecr,gcr,acr,github` (`gke` and `aks` mean `gcr` and `acr`).
"""
from __future__ import annotations

from collections.abc import Callable, Mapping

from oakum.registry.cloud.acr import AzureKeychain
from oakum.registry.cloud.ecr import AmazonKeychain
from oakum.registry.cloud.gcr import GoogleKeychain
from oakum.registry.cloud.github import GitHubKeychain
from oakum.registry.connections import Connections
from oakum.registry.credentials import Keychain
from oakum.registry.errors import CredentialsError

VARIABLE = "KBLD_ACTIVE_KEYCHAINS"
_MAKERS: Mapping[str, Callable[[Mapping[str, str], Connections], Keychain]] = {
    "ecr": AmazonKeychain,
    "gcr": GoogleKeychain,
    "gke": GoogleKeychain,
    "acr": AzureKeychain,
    "aks": AzureKeychain,
    "github": GitHubKeychain,
}


def active(environ: Mapping[str, str], connections: Connections) -> list[Keychain]:
    """The keychains that `KBLD_ACTIVE_KEYCHAINS` names, in its order. Raises CredentialsError for an unknown name."""
    names = [name.strip() for name in environ.get(VARIABLE, "").split(",") if name.strip()]
    for name in names:
        if name not in _MAKERS:
            raise CredentialsError(f"Unknown keychain '{name}' in {VARIABLE} (known: {', '.join(_MAKERS)})")
    return [_MAKERS[name](environ, connections) for name in names]
