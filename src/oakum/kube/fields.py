"""The fields of a kubeconfig and the types of their values, as client-go declares them (kubeconfig v1)."""
from __future__ import annotations

from oakum.gostruct import ANY, BOOL, BYTES, STRING, Many, Named, Shape, Struct, json_kind


def _texts(*names: str) -> dict[str, Shape]:
    return dict.fromkeys(names, STRING)


EXEC = Struct("v1.ExecConfig", {
    **_texts("command", "apiVersion", "installHint", "interactiveMode"), "args": Many(STRING),
    "provideClusterInfo": BOOL, "env": Many(Struct("v1.ExecEnvVar", _texts("name", "value")))})
USER = Struct("v1.AuthInfo", {
    **_texts("client-certificate", "client-key", "token", "tokenFile", "as", "as-uid", "username", "password"),
    "client-certificate-data": BYTES, "client-key-data": BYTES, "as-groups": Many(STRING),
    "as-user-extra": Named(Many(STRING)), "exec": EXEC,
    "auth-provider": Struct("v1.AuthProviderConfig", {"name": STRING, "config": Named(STRING)})})
CLUSTER = Struct("v1.Cluster", {
    **_texts("server", "tls-server-name", "certificate-authority", "proxy-url"), "certificate-authority-data": BYTES,
    "insecure-skip-tls-verify": BOOL, "disable-compression": BOOL,
    "extensions": Many(Struct("v1.NamedExtension", {"name": STRING, "extension": ANY}))})
CONTEXT = Struct("v1.Context", _texts("cluster", "user", "namespace"))
KUBECONFIG = Struct("v1.Config", {
    **_texts("apiVersion", "kind", "current-context"),
    "clusters": Many(Struct("v1.NamedCluster", {"name": STRING, "cluster": CLUSTER})),
    "users": Many(Struct("v1.NamedAuthInfo", {"name": STRING, "user": USER})),
    "contexts": Many(Struct("v1.NamedContext", {"name": STRING, "context": CONTEXT}))})
CREDENTIAL = Struct("v1.ExecCredential", {
    **_texts("apiVersion", "kind"),
    "status": Struct("v1.ExecCredentialStatus", _texts("token", "clientCertificateData", "clientKeyData",
                                                       "expirationTimestamp"))})
VERSION = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'


def versioned(value: object, kinds: tuple[tuple[str, str], ...], scheme: str) -> None:
    """Make sure that `value` is an object, of one of `kinds` (apiVersion, kind) where it says so.

    Raises ValueError in the words of Kubernetes' decoder, in which `scheme` names what does not know the kind.
    """
    if not isinstance(value, dict):
        raise ValueError("couldn't get version/kind; json parse error: json: cannot unmarshal "
                         f"{json_kind(value)} into Go value of type {VERSION}")
    version, kind = value.get("apiVersion"), value.get("kind")
    if version and kind and (version, kind) not in kinds:
        raise ValueError(f'no kind "{kind}" is registered for version "{version}" in scheme "{scheme}"')
