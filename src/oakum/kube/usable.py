"""What keeps a kubeconfig's context from being used, in the words of client-go."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.kube.errors import reason
from oakum.proxy import is_address
from oakum.typing import Any

PROXY_SCHEMES = ("http", "https", "socks5")
MODES = ("Never", "IfAvailable", "Always")
MODELESS = tuple(f"client.authentication.k8s.io/{version}" for version in ("v1beta1", "v1alpha1"))
"""Versions in which a plugin need not say whether it asks the user."""


def user_problems(name: str, user: Mapping[str, Any]) -> list[str]:
    """What is wrong with the user `name`, whose fields are `user`."""
    methods = [word for word, given in (("token", user.get("token") or user.get("tokenFile")),
                                        ("basicAuth", user.get("username") or user.get("password"))) if given]
    out = _certificate_problems(name, user) + _exec_problems(name, user)
    if len(methods) > 1:
        out.append(f"more than one authentication method found for {name}; found [{' '.join(methods)}], only one is "
                   "allowed")
    if not user.get("as") and any(user.get(field) for field in ("as-uid", "as-groups", "as-user-extra")):
        out.append(f"requesting uid, groups or user-extra for {name} without impersonating a user")
    return out


def _certificate_problems(name: str, user: Mapping[str, Any]) -> list[str]:
    certificate, key = user.get("client-certificate"), user.get("client-key")
    given, keyed = user.get("client-certificate-data"), user.get("client-key-data")
    if not certificate and not given:
        return []
    out = []
    if certificate and given:
        out.append(f"client-cert-data and client-cert are both specified for {name}. client-cert-data will override.")
    if key and keyed:
        out.append(f"client-key-data and client-key are both specified for {name}; client-key-data will override")
    if not key and not keyed:
        out.append(f"client-key-data or client-key must be specified for {name} to use the clientCert authentication "
                   "method.")
    return out + _unreadable("client-cert", certificate, name) + _unreadable("client-key", key, name)


def _unreadable(what: str, path: str | None, name: str) -> list[str]:
    if not path:
        return []
    try:
        with open(path, "rb"):
            return []
    except (OSError, ValueError) as e:
        return [f"unable to read {what} {path} for {name} due to open {path}: {reason(e)}"]


def _exec_problems(name: str, user: Mapping[str, Any]) -> list[str]:
    plugin = user.get("exec")
    if plugin is None:
        return []
    out = []
    if user.get("auth-provider") is not None:
        out.append(f"authProvider cannot be provided in combination with an exec plugin for {name}")
    out += [f"{field} must be specified for {name} to use exec authentication plugin"
            for field in ("command", "apiVersion") if not plugin.get(field)]
    if any(not (entry or {}).get("name") for entry in plugin.get("env") or ()):
        out.append(f"env variable name must be specified for {name} to use exec authentication plugin")
    mode = plugin.get("interactiveMode")
    if not mode and plugin.get("apiVersion") not in MODELESS:
        out.append(f"interactiveMode must be specified for {name} to use exec authentication plugin")
    elif mode and mode not in MODES:
        out.append(f'invalid interactiveMode for {name}: "{mode}"')
    return out


def cluster_problems(name: str, cluster: Mapping[str, Any] | None) -> list[str]:
    """What is wrong with the cluster `name`, whose fields are `cluster` (None: it is not there)."""
    if cluster is None:
        return ["cluster has no server defined"]
    out = []
    if not cluster.get("server"):
        out.append(f'no server found for cluster "{name}"' if name else "default cluster has no server defined")
    proxy = cluster.get("proxy-url")
    if proxy and not is_address(proxy, PROXY_SCHEMES):
        out.append(f"invalid 'proxy-url' \"{shown(proxy)}\" for cluster \"{name}\": {_why(proxy)}")
    authority = cluster.get("certificate-authority")
    if authority and cluster.get("certificate-authority-data"):
        out.append(f"certificate-authority-data and certificate-authority are both specified for {name}. "
                   "certificate-authority-data will override.")
    return out + _unreadable("certificate-authority", authority, name)


def _why(proxy: str) -> str:
    scheme, colon, rest = proxy.partition("://")
    if colon and rest and " " not in rest and scheme.lower() not in PROXY_SCHEMES:
        return f'unsupported scheme "{scheme}", must be http, https, or socks5'
    return f"could not parse: {shown(proxy)}"


def shown(address: str) -> str:
    """An address without the password that it may hold."""
    scheme, mark, rest = address.partition("://")
    login, at, place = rest.rpartition("@")
    return f"{scheme}{mark}{login.partition(':')[0]}:xxxxx@{place}" if at and ":" in login else address
