"""Authentication providers, which came before exec plugins. Of client-go's, only OpenID Connect is left."""
from __future__ import annotations

import time
from collections.abc import Mapping

from oakum.kube.auth import EARLY_SECONDS
from oakum.kube.errors import ConfigError, CredentialError

_GONE = {
    "gcp": 'The gcp auth plugin has been removed.\nPlease use the "gke-gcloud-auth-plugin" kubectl/client-go '
           "credential plugin instead.\nSee https://cloud.google.com/blog/products/containers-kubernetes/"
           "kubectl-auth-changes-in-gke for further details",
    "azure": "The azure auth plugin has been removed.\nPlease use the https://github.com/Azure/kubelogin "
             "kubectl/client-go credential plugin instead.\nSee https://kubernetes.io/docs/reference/access-authn-authz/authentication/"
             "#client-go-credential-plugins for further details",
}


def check_provider(name: str, config: Mapping[str, str]) -> None:
    """Raises ConfigError for a provider that there is not, or one that lacks what it needs."""
    if name in _GONE:
        raise ConfigError(_GONE[name])
    if name != "oidc":
        raise ConfigError(f'no Auth Provider found for name "{name}"')
    for needed in ("idp-issuer-url", "client-id"):
        if not config.get(needed):
            raise ConfigError(f"Must provide {needed}")


def id_token(config: Mapping[str, str]) -> str:
    """The token of OpenID Connect, while it lasts; it is not renewed here. Raises CredentialError."""
    token = config.get("id-token", "")
    if not token or _expiry(token) < time.time() + EARLY_SECONDS:
        raise CredentialError("No valid id-token, and it is not renewed here (hint: log in again, or use an exec "
                              "plugin such as kubelogin, which renews it)")
    return token


def _expiry(token: str) -> float:
    """When a JSON Web Token ends, as a Unix time. Raises CredentialError for what is none."""
    import base64
    import json

    try:
        claims = token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
    except (IndexError, ValueError, KeyError, TypeError) as e:
        raise CredentialError("the id-token is no JSON Web Token") from e
