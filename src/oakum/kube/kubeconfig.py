"""Where the cluster is and who we are: kubeconfig files, text, or the pod we run in.

The order and the merging are those of the public kubeconfig documentation ("Organizing cluster access using
kubeconfig files"): an explicit path, else the files of KUBECONFIG, else ~/.kube/config, else the service account of
the pod. Of several files the first to set a name or the current context wins.
"""
from __future__ import annotations

import os
from collections.abc import Mapping

from oakum.dataclass import dataclass, field, replace
from oakum.kube.errors import ConfigError
from oakum.typing import Any

IN_CLUSTER = "/var/run/secrets/kubernetes.io/serviceaccount"
HOST_PORT = "${KAPP_KUBERNETES_SERVICE_HOST_PORT}"
_FILE_FIELDS = {"cluster": ("certificate-authority",), "user": ("client-certificate", "client-key", "tokenFile")}


@dataclass(frozen=True)
class ExecPlugin:
    """A command that prints an ExecCredential (client authentication API v1, v1beta1)."""

    command: str
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    api_version: str = "client.authentication.k8s.io/v1"
    provide_cluster_info: bool = False
    folder: str = ""


@dataclass(frozen=True)
class Identity:
    """How the user proves who they are. PEM material is bytes; `token_file` is read again when it changes."""

    token: str = field(default="", repr=False)
    token_file: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    client_cert: bytes = field(default=b"", repr=False)
    client_key: bytes = field(default=b"", repr=False)
    exec: ExecPlugin | None = None
    impersonate: str = ""
    impersonate_uid: str = ""
    impersonate_groups: tuple[str, ...] = ()
    impersonate_extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class ClusterConfig:
    """One server, as one user sees it. `ca` is PEM; `namespace` is the context's (empty when it names none)."""

    server: str
    namespace: str = ""
    ca: bytes = b""
    insecure: bool = False
    server_name: str = ""
    proxy: str = ""
    identity: Identity = field(default_factory=Identity)


def load(*, path: str | None = None, context: str | None = None, text: str | None = None,
         env: Mapping[str, str] | None = None) -> ClusterConfig:
    """The configuration for `context` (the current one by default) from text, a path, or the default places.

    Raises ConfigError when there is none, a file cannot be read, or the context does not exist.
    """
    env = os.environ if env is None else env
    if text:
        merged = _parse(text.replace(HOST_PORT, _service_host_port(env)), "kubeconfig text", "")
        return _resolve(merged, None)
    if path:
        merged = _read(path, required=True)
        return _resolve(merged, context)
    places = [p for p in env.get("KUBECONFIG", "").split(os.pathsep) if p]
    if not places:
        home = env.get("HOME") or os.path.expanduser("~")
        places = [os.path.join(home, ".kube", "config")]
    merged = {}
    for place in places:
        merged = _merge(merged, _read(place, required=False))
    if not merged.get("clusters") and not context:
        inside = _in_cluster(env)
        if inside:
            return inside
    return _resolve(merged, context)


def _service_host_port(env: Mapping[str, str]) -> str:
    host, port = env.get("KUBERNETES_SERVICE_HOST", ""), env.get("KUBERNETES_SERVICE_PORT", "")
    if not port:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _in_cluster(env: Mapping[str, str]) -> ClusterConfig | None:
    token, ca, namespace = (os.path.join(IN_CLUSTER, n) for n in ("token", "ca.crt", "namespace"))
    address = _service_host_port(env)
    if not env.get("KUBERNETES_SERVICE_PORT") or not os.path.exists(token):
        return None
    return ClusterConfig(server=f"https://{address}", ca=_bytes(ca) if os.path.exists(ca) else b"",
                         namespace=_bytes(namespace).decode().strip() if os.path.exists(namespace) else "",
                         identity=Identity(token_file=token))


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError as e:
        raise ConfigError(f"open {path}: {_why(e)}") from e


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _read(path: str, required: bool) -> dict[str, Any]:
    try:
        os.stat(path)
    except FileNotFoundError as e:
        if required:
            raise ConfigError(f"stat {path}: no such file or directory") from e
        return {}
    except OSError as e:
        raise ConfigError(f'error loading config file "{path}": stat {path}: {_why(e)}') from e
    return _parse(_bytes(path).decode("utf-8", "surrogateescape"), path, os.path.dirname(os.path.abspath(path)))


def _parse(text: str, name: str, folder: str) -> dict[str, Any]:
    from oakum.errors import YAMLError
    from oakum.yaml import plain

    try:
        documents = plain.load_all(text)
    except YAMLError as e:
        raise ConfigError(f'error loading config file "{name}": {e}') from e
    data = documents[0] if documents and isinstance(documents[0], dict) else {}
    out: dict[str, Any] = {"current-context": data.get("current-context") or ""}
    for section, key in (("clusters", "cluster"), ("users", "user"), ("contexts", "context")):
        entries: dict[str, dict[str, Any]] = {}
        for entry in data.get(section) or []:
            if isinstance(entry, dict) and "name" in entry:
                entries.setdefault(str(entry["name"]), _absolute(entry.get(key) or {}, key, folder))
        out[section] = entries
    return out


def _absolute(entry: dict[str, Any], key: str, folder: str) -> dict[str, Any]:
    """File names in a kubeconfig are relative to the file that holds them."""
    entry = dict(entry)
    for name in _FILE_FIELDS.get(key, ()):
        if entry.get(name) and not os.path.isabs(entry[name]):
            entry[name] = os.path.join(folder, entry[name])
    if isinstance(entry.get("exec"), dict):
        entry["exec"] = dict(entry["exec"], folder=folder)
    return entry


def _merge(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    out = {"current-context": first.get("current-context") or then.get("current-context") or ""}
    for section in ("clusters", "users", "contexts"):
        out[section] = {**then.get(section, {}), **first.get(section, {})}
    return out


_NOTHING = ("invalid configuration: no configuration has been provided, "
            "try setting KUBERNETES_MASTER environment variable")


def _resolve(merged: dict[str, Any], context: str | None) -> ClusterConfig:
    name = context or merged.get("current-context", "")
    contexts = merged.get("contexts", {})
    if name and name not in contexts:
        raise ConfigError(f'context "{name}" does not exist')
    if not name:
        raise ConfigError(_NOTHING)
    chosen = contexts[name]
    cluster_name, user_name = chosen.get("cluster", ""), chosen.get("user", "")
    cluster = merged["clusters"].get(cluster_name)
    if cluster is None:
        raise ConfigError(_NOTHING)
    if not cluster.get("server"):
        raise ConfigError(f'invalid configuration: no server found for cluster "{cluster_name}"')
    config = _cluster(cluster)
    # A user that a context names and that is not there is nobody, to client-go: an anonymous one.
    identity = _identity(merged["users"].get(user_name, {}))
    return replace(config, namespace=chosen.get("namespace") or "", identity=identity)


def _pem(entry: Mapping[str, Any], name: str) -> bytes:
    """`NAME-data` (base64) wins over the file of `NAME`."""
    import base64
    import binascii

    data = entry.get(f"{name}-data")
    if data:
        try:
            return base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError) as e:
            raise ConfigError(f"kubeconfig field {name}-data is not base64: {e}") from e
    return _bytes(entry[name]) if entry.get(name) else b""


def _cluster(entry: Mapping[str, Any]) -> ClusterConfig:
    server = str(entry["server"]).rstrip("/")
    if "://" not in server:
        server = f"http://{server}"
    return ClusterConfig(server=server, ca=_pem(entry, "certificate-authority"),
                         insecure=bool(entry.get("insecure-skip-tls-verify")),
                         server_name=entry.get("tls-server-name") or "", proxy=entry.get("proxy-url") or "")


def _identity(entry: Mapping[str, Any]) -> Identity:
    extra = entry.get("as-user-extra") or {}
    return Identity(
        token=entry.get("token") or "", token_file=entry.get("tokenFile") or "",
        username=entry.get("username") or "", password=str(entry.get("password") or ""),
        client_cert=_pem(entry, "client-certificate"), client_key=_pem(entry, "client-key"),
        exec=_exec(entry["exec"]) if entry.get("exec") else None,
        impersonate=entry.get("as") or "", impersonate_uid=entry.get("as-uid") or "",
        impersonate_groups=tuple(entry.get("as-groups") or ()),
        impersonate_extra=tuple((k, tuple(v)) for k, v in extra.items()))


def _exec(entry: Mapping[str, Any]) -> ExecPlugin:
    return ExecPlugin(
        command=entry.get("command") or "", args=tuple(str(a) for a in entry.get("args") or ()),
        env=tuple((e["name"], str(e.get("value", ""))) for e in entry.get("env") or ()),
        api_version=entry.get("apiVersion") or "client.authentication.k8s.io/v1",
        provide_cluster_info=bool(entry.get("provideClusterInfo")), folder=entry.get("folder", ""))
