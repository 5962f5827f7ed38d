"""Exec plugins: commands that print credentials (client.authentication.k8s.io v1 and v1beta1, "client-go credential
plugins"). What goes wrong is said in client-go's words.
"""
from __future__ import annotations

import os
import sys

from oakum.kube.credential import VERSIONS, Credential
from oakum.kube.errors import CredentialError, reason
from oakum.kube.kubeconfig import ClusterConfig, ExecPlugin
from oakum.typing import Any

GROUP = "client.authentication.k8s.io"
SCHEME = "pkg/client/auth/exec/exec.go:64"
_HELP = """exec: executable {} not found

It looks like you are trying to use a client-go credential plugin that is not installed.

To learn more about this feature, consult the documentation available at:
      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins"""


class PluginError(CredentialError):
    """A plugin gave no credentials."""

    def __init__(self, why: str) -> None:
        super().__init__(f"getting credentials: {why}")


def run_plugin(plugin: ExecPlugin, config: ClusterConfig) -> Credential:
    """Run the plugin once and read the ExecCredential it prints. Raises PluginError when it gives none."""
    import subprocess

    interactive = _interactive(plugin)
    command = os.path.join(plugin.folder, plugin.command) if os.sep in plugin.command else plugin.command
    command = os.path.normpath(command) if os.sep in command else command
    variables = dict(f"{name}={value}".split("=", 1) for name, value in plugin.env)
    env = {**os.environ, **variables, "KUBERNETES_EXEC_INFO": _question(plugin, config, interactive)}
    try:
        done = subprocess.run([command, *plugin.args], env=env, stdin=None if interactive else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, check=False)
    except FileNotFoundError as e:
        if os.sep in command:
            raise PluginError(f"exec: fork/exec {command}: no such file or directory") from e
        hint = f"\n\n{plugin.install_hint}" if plugin.install_hint else ""
        raise PluginError(_HELP.format(command) + hint) from e
    except (OSError, ValueError) as e:
        raise PluginError(f"exec: fork/exec {command}: {reason(e)}") from e
    if done.returncode:
        raise PluginError(f"exec: executable {command} failed with exit code {max(done.returncode, -1)}")
    return read_credential(done.stdout, plugin.api_version)


def _interactive(plugin: ExecPlugin) -> bool:
    """Whether the plugin may ask the user."""
    if plugin.mode == "Never":
        return False
    terminal = sys.stdin is not None and sys.stdin.isatty()
    if plugin.mode == "Always" and not terminal:
        raise PluginError("exec plugin cannot support interactive mode: standard input is not a terminal")
    return terminal


def _question(plugin: ExecPlugin, config: ClusterConfig, interactive: bool) -> str:
    from oakum.orjson import dumps

    spec: dict[str, Any] = {"interactive": interactive}
    if plugin.provide_cluster_info:
        spec = {"cluster": _cluster_info(config, plugin.config), **spec}
    return dumps({"kind": "ExecCredential", "apiVersion": plugin.api_version, "spec": spec}).decode()


def _cluster_info(config: ClusterConfig, extension: Any) -> dict[str, Any]:
    import base64

    known = {"server": config.server, "tls-server-name": config.server_name,
             "insecure-skip-tls-verify": config.insecure,
             "certificate-authority-data": base64.b64encode(config.ca).decode(), "proxy-url": config.proxy,
             "disable-compression": config.uncompressed}
    return {name: value for name, value in known.items() if value} | {"config": extension}


def read_credential(text: bytes, api_version: str) -> Credential:
    """The credential that a plugin printed. Raises PluginError."""
    from oakum.errors import YAMLError
    from oakum.gostruct import decode
    from oakum.gotime import parse_rfc3339
    from oakum.kube.fields import CREDENTIAL, versioned
    from oakum.yaml import plain

    try:
        value = plain.load(text.decode("utf-8", "surrogateescape"))
        value = {} if value is None else value
        versioned(value, tuple((version, "ExecCredential") for version in VERSIONS), SCHEME)
        found = decode(value, CREDENTIAL, kubernetes=True)
        status = found.get("status")
        until = (status or {}).get("expirationTimestamp")
        expires = parse_rfc3339(until).timestamp() if until else None
    except (YAMLError, ValueError) as e:
        raise PluginError(f"decoding stdout: {e}") from e
    printed = found["apiVersion"] if found.get("kind") and found.get("apiVersion") else f"{GROUP}/__internal"
    if printed != api_version:
        raise PluginError(f"exec plugin is configured to use API version {api_version}, plugin returned version "
                              f"{printed}")
    if status is None:
        raise PluginError("exec plugin didn't return a status field")
    return _checked(Credential(status.get("token") or "", (status.get("clientCertificateData") or "").encode(),
                               (status.get("clientKeyData") or "").encode(), expires))


def _checked(found: Credential) -> Credential:
    from oakum.kube.tls import pem_problem

    if not found.token and not found.client_cert and not found.client_key:
        raise PluginError("exec plugin didn't return a token or cert/key pair")
    if bool(found.client_cert) != bool(found.client_key):
        raise PluginError("exec plugin returned only certificate or key, not both")
    problem = pem_problem(found.client_cert, found.client_key) if found.client_cert else ""
    if problem:
        raise PluginError(f"failed parsing client key/certificate: {problem}")
    return found
