"""Where the cluster is and who we are: kubeconfig files, text, or the pod we run in.

The order and the merging are those of the public kubeconfig documentation ("Organizing cluster access using
kubeconfig files"): an explicit path, else the files of KUBECONFIG, else ~/.kube/config, else the service account of
the pod. Of several files the first to set a name or the current context wins. What is wrong is said in the words of
client-go.
"""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from oakum.dataclass import dataclass, field, replace
from oakum.kube.errors import ConfigError, reason
from oakum.kube.paths import IN_CLUSTER, default_paths
from oakum.record import NamedTuple
from oakum.typing import Any

HOST_PORT = "${KAPP_KUBERNETES_SERVICE_HOST_PORT}"
SCHEME = "pkg/runtime/scheme.go:100"
EXTENSION = "client.authentication.k8s.io/exec"
_FILE_FIELDS = {"cluster": ("certificate-authority",), "user": ("client-certificate", "client-key", "tokenFile")}
_SECTIONS = (("clusters", "cluster"), ("users", "user"), ("contexts", "context"))


class NoConfig(ConfigError):
    """Nothing says where the cluster is."""

    def __init__(self) -> None:
        super().__init__("invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER "
                         "environment variable")


@dataclass(frozen=True)
class ExecPlugin:
    """A command that prints an ExecCredential (client authentication API v1, v1beta1).

    `mode` says whether it may talk to the user: Never, IfAvailable, Always. `config` is what the cluster has for it.
    """

    command: str
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    api_version: str = "client.authentication.k8s.io/v1"
    provide_cluster_info: bool = False
    folder: str = ""
    mode: str = "IfAvailable"
    install_hint: str = ""
    config: Any = None


class UserPlace(NamedTuple):
    """Which user of which kubeconfig; `file` is empty when the kubeconfig is no file."""

    file: str = ""
    user: str = ""


@dataclass(frozen=True)
class Provider:
    """An authentication provider of client-go (a predecessor of exec plugins), for the user at `place`."""

    name: str
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    place: UserPlace = UserPlace()


@dataclass(frozen=True)
class Identity:
    """How the user proves who they are. PEM material is bytes; files are read again when they change.

    `cert_files` are those of certificate and key, where both come from files.
    """

    token: str = field(default="", repr=False)
    token_file: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    client_cert: bytes = field(default=b"", repr=False)
    client_key: bytes = field(default=b"", repr=False)
    cert_files: tuple[str, ...] = ()
    exec: ExecPlugin | None = None
    provider: Provider | None = None
    impersonate: str = ""
    impersonate_uid: str = ""
    impersonate_groups: tuple[str, ...] = ()
    impersonate_extra: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def obtained(self) -> bool:
        """Whether it is got while we run, from a plugin or a provider; only one process should do that at a time."""
        return self.exec is not None or self.provider is not None


@dataclass(frozen=True)
class ClusterConfig:
    """One server, as one user sees it. `ca` is PEM; `namespace` is the context's (empty when it names none).

    `ca_file` is where `ca` comes from, where that is a file; it is read again when it changes. `uncompressed` answers
    are asked for anyway; plugins are told of it.
    """

    server: str
    namespace: str = ""
    ca: bytes = b""
    ca_file: str = ""
    insecure: bool = False
    server_name: str = ""
    proxy: str = ""
    uncompressed: bool = False
    identity: Identity = field(default_factory=Identity)


def load(*, path: str | None = None, context: str | None = None, text: str | None = None,
         env: Mapping[str, str] | None = None) -> ClusterConfig:
    """The configuration for `context` (the current one by default) from text, a path, or the default places.

    Raises ConfigError when there is none, a file cannot be read, or what it says cannot be used.
    """
    env = os.environ if env is None else env
    if text:
        return _resolve(_parse(text.replace(HOST_PORT, _service_host_port(env))), None)
    try:
        return _resolve(_read(path, required=True) if path else _read_all(default_paths(env)), context)
    except NoConfig:
        inside = _in_cluster(env)
        if inside is None:
            raise
        return inside


def _service_host_port(env: Mapping[str, str]) -> str:
    host, port = env.get("KUBERNETES_SERVICE_HOST", ""), env.get("KUBERNETES_SERVICE_PORT", "")
    if not port:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _in_cluster(env: Mapping[str, str]) -> ClusterConfig | None:
    token, ca, namespace = (os.path.join(IN_CLUSTER, n) for n in ("token", "ca.crt", "namespace"))
    known = env.get("KUBERNETES_SERVICE_HOST") and env.get("KUBERNETES_SERVICE_PORT")
    if not known or not os.path.isfile(token):
        return None
    place = read_bytes(namespace).decode("utf-8", "replace").strip() if os.path.exists(namespace) else ""
    ca = ca if os.path.exists(ca) else ""
    return ClusterConfig(server=f"https://{_service_host_port(env)}", ca=read_bytes(ca) if ca else b"", ca_file=ca,
                         namespace=env.get("POD_NAMESPACE") or place, identity=Identity(token_file=token))


def read_bytes(path: str) -> bytes:
    """The contents of a file that a kubeconfig is or names. Raises ConfigError."""
    try:
        with open(path, "rb") as f:
            return f.read()
    except IsADirectoryError as e:
        raise ConfigError(f"read {path}: is a directory") from e
    except (OSError, ValueError) as e:
        raise ConfigError(f"open {path}: {reason(e)}") from e


def _read_all(paths: Sequence[str]) -> dict[str, Any]:
    """What the files say together. Raises ConfigError that tells of every one that cannot be read."""
    merged: dict[str, Any] = {}
    problems = []
    for path in paths:
        try:
            merged = _merge(merged, _read(path, required=False))
        except ConfigError as e:
            problems.append(str(e))
    if problems:
        raise ConfigError(_together(problems))
    return merged


def _together(problems: Sequence[str]) -> str:
    return problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"


def _read(path: str, required: bool) -> dict[str, Any]:
    try:
        os.stat(path)
    except FileNotFoundError as e:
        if required:
            raise ConfigError(f"stat {path}: no such file or directory") from e
        return {}
    except OSError:
        pass  # opening it says why
    try:
        return _parse(read_bytes(path).decode("utf-8", "surrogateescape"), os.path.abspath(path))
    except ConfigError as e:
        raise ConfigError(f'error loading config file "{path}": {e}') from e


def _parse(text: str, path: str = "") -> dict[str, Any]:
    from oakum.errors import YAMLError
    from oakum.gostruct import decode
    from oakum.kube.fields import KUBECONFIG, versioned
    from oakum.yaml import plain

    try:
        value = plain.load(text)
        value = {} if value is None else value
        versioned(value, (("v1", "Config"),), SCHEME)
        data = decode(value, KUBECONFIG, kubernetes=True)
    except (YAMLError, ValueError) as e:
        raise ConfigError(str(e)) from e
    out: dict[str, Any] = {"current-context": data.get("current-context") or ""}
    for section, key in _SECTIONS:
        entries: dict[str, dict[str, Any]] = {}
        for entry in data.get(section) or []:
            name = (entry or {}).get("name", "")
            if name in entries:
                # Go's sentence goes on with both entries, which hold secrets.
                raise ConfigError(f'duplicate name "{name}" in list of {section}')
            entries[name] = _placed((entry or {}).get(key) or {}, key, UserPlace(path, name))
        out[section] = entries
    return out


def _placed(entry: dict[str, Any], key: str, place: UserPlace) -> dict[str, Any]:
    """File names in a kubeconfig are relative to the file that holds them; what a login gets is written into that."""
    entry, folder = dict(entry), os.path.dirname(place.file)
    for name in _FILE_FIELDS.get(key, ()):
        if entry.get(name):
            entry[name] = os.path.join(folder, entry[name])
    if entry.get("exec") is not None:
        entry["exec"] = dict(entry["exec"], folder=folder)
    if entry.get("auth-provider") is not None:
        entry["auth-provider"] = dict(entry["auth-provider"], place=place)
    return entry


def _merge(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    out = {"current-context": first.get("current-context") or then.get("current-context") or ""}
    for section, _ in _SECTIONS:
        out[section] = {**then.get(section, {}), **first.get(section, {})}
    return out


def _resolve(merged: dict[str, Any], context: str | None) -> ClusterConfig:
    from oakum.kube.usable import cluster_problems, user_problems

    name, contexts = context or merged.get("current-context", ""), merged.get("contexts", {})
    if context and context not in contexts:
        raise ConfigError(f'context "{context}" does not exist')
    chosen = contexts.get(name, {})
    cluster_name, user_name = chosen.get("cluster", ""), chosen.get("user", "")
    cluster = merged.get("clusters", {}).get(cluster_name)
    # A user that a context names and that is not there is nobody, to client-go: an anonymous one.
    user = merged.get("users", {}).get(user_name, {})
    problems = [f"context was not found for specified context: {name}"] if name and name not in contexts else []
    problems += user_problems(user_name, user) + cluster_problems(cluster_name, cluster)
    if cluster is None and len(problems) == 1:
        raise NoConfig
    if problems:
        raise ConfigError(f"invalid configuration: {_together(problems)}")
    assert cluster is not None
    config, login = _cluster(cluster)
    identity = _identity({**login, **user}, cluster)
    if not config.server.lower().startswith("https:"):
        # Credentials are not for the open network.
        identity = Identity(impersonate=identity.impersonate, impersonate_uid=identity.impersonate_uid,
                            impersonate_groups=identity.impersonate_groups,
                            impersonate_extra=identity.impersonate_extra)
    if identity.token_file and not identity.token:
        read_bytes(identity.token_file)
    return replace(config, namespace=chosen.get("namespace") or "", identity=identity)


def _pem(entry: Mapping[str, Any], name: str) -> bytes:
    """`NAME-data` wins over the file of `NAME`."""
    data: bytes = entry.get(f"{name}-data") or b""
    return data or (read_bytes(entry[name]) if entry.get(name) else b"")


def _files(entry: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    """The files of these, if all of them come from files."""
    given = tuple(entry[name] for name in names if entry.get(name) and not entry.get(f"{name}-data"))
    return given if len(given) == len(names) else ()


def _cluster(entry: Mapping[str, Any]) -> tuple[ClusterConfig, dict[str, str]]:
    """The cluster, and the login in its address as fields of a user: addresses are shown, and passwords are not."""
    address = entry["server"]
    server = address.rstrip("/") if "://" in address else f"http://{address.rstrip('/')}"
    if not _is_url(server):
        from oakum.kube.usable import shown

        raise ConfigError(f'host must be a URL or a host:port pair: "{shown(address)}"')
    login = {}
    if "@" in server:
        from urllib.parse import unquote, urlsplit

        parts = urlsplit(server)
        server = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        login = {"username": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    cluster = ClusterConfig(server=server, ca=_pem(entry, "certificate-authority"),
                            ca_file="".join(_files(entry, "certificate-authority")),
                            insecure=bool(entry.get("insecure-skip-tls-verify")),
                            server_name=entry.get("tls-server-name") or "", proxy=entry.get("proxy-url") or "",
                            uncompressed=bool(entry.get("disable-compression")))
    return cluster, login


def _is_url(address: str) -> bool:
    from oakum.url import split

    try:
        return bool(split(address).host) and " " not in address
    except ValueError:
        return False


def _identity(entry: Mapping[str, Any], cluster: Mapping[str, Any]) -> Identity:
    extra = entry.get("as-user-extra") or {}
    return Identity(
        token=entry.get("token") or "", token_file=entry.get("tokenFile") or "",
        username=entry.get("username") or "", password=entry.get("password") or "",
        client_cert=_pem(entry, "client-certificate"), client_key=_pem(entry, "client-key"),
        cert_files=_files(entry, "client-certificate", "client-key"),
        exec=_exec(entry["exec"], cluster) if entry.get("exec") is not None else None,
        provider=_provider(entry["auth-provider"]) if entry.get("auth-provider") is not None else None,
        impersonate=entry.get("as") or "", impersonate_uid=entry.get("as-uid") or "",
        impersonate_groups=_texts(entry.get("as-groups")),
        impersonate_extra=tuple((k, _texts(v)) for k, v in extra.items()))


def _texts(found: Sequence[str | None] | None) -> tuple[str, ...]:
    """A list of texts, of which Go takes null for an empty one."""
    return tuple(text or "" for text in found or ())


def _provider(entry: Mapping[str, Any]) -> Provider:
    return Provider(entry.get("name") or "", entry.get("config") or {}, entry["place"])


def _exec(entry: Mapping[str, Any], cluster: Mapping[str, Any]) -> ExecPlugin:
    extensions = {e.get("name"): e.get("extension") for e in cluster.get("extensions") or () if e}
    return ExecPlugin(
        command=entry["command"], args=_texts(entry.get("args")),
        env=tuple((e["name"], e.get("value") or "") for e in entry.get("env") or ()), api_version=entry["apiVersion"],
        provide_cluster_info=bool(entry.get("provideClusterInfo")), folder=entry["folder"],
        mode=entry.get("interactiveMode") or "IfAvailable", install_hint=entry.get("installHint") or "",
        config=extensions.get(EXTENSION))
