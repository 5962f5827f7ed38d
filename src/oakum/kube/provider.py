"""Authentication providers, which came before exec plugins. Of client-go's, only OpenID Connect is left."""
from __future__ import annotations

from oakum.kube.errors import ConfigError
from oakum.kube.kubeconfig import Provider
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oakum.kube.oidc import OpenID

_GONE = {
    "gcp": 'The gcp auth plugin has been removed.\nPlease use the "gke-gcloud-auth-plugin" kubectl/client-go '
           "credential plugin instead.\nSee https://cloud.google.com/blog/products/containers-kubernetes/"
           "kubectl-auth-changes-in-gke for further details",
    "azure": "The azure auth plugin has been removed.\nPlease use the https://github.com/Azure/kubelogin "
             "kubectl/client-go credential plugin instead.\nSee https://kubernetes.io/docs/reference/access-authn-authz/authentication/"
             "#client-go-credential-plugins for further details",
}


def open_id(provider: Provider) -> OpenID:
    """What gives tokens. Raises ConfigError for a provider that there is not, or one that lacks what it needs."""
    from oakum.kube.oidc import OpenID

    if provider.name in _GONE:
        raise ConfigError(_GONE[provider.name])
    if provider.name != "oidc":
        raise ConfigError(f'no Auth Provider found for name "{provider.name}"')
    for needed in ("idp-issuer-url", "client-id"):
        if not provider.config.get(needed):
            raise ConfigError(f"Must provide {needed}")
    return OpenID(provider)
