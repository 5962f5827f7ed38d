"""Exec plugins. The sentences are those of kubectl 1.36 for the same plugins."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oakum.dataclass import replace
from oakum.kube.errors import ConfigError, CredentialError
from oakum.kube.kubeconfig import ClusterConfig, ExecPlugin
from oakum.kube.plugin import run_plugin
from oakum.kube.transport import Transport

V1 = "client.authentication.k8s.io/v1"
CLUSTER = ClusterConfig("https://h", ca=b"PEM", server_name="name")


def printing(folder: Path, text: str, then: str = "") -> ExecPlugin:
    script = folder / "plugin"
    script.write_text(f"#!/bin/sh\n{then}\ncat <<'END'\n{text}\nEND\n")
    script.chmod(0o755)
    return ExecPlugin("./plugin", folder=str(folder), mode="Never")


def credential(version: str = V1, **status: Any) -> str:
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})


def test_a_plugin_is_told_of_the_cluster_when_it_asks_for_that(tmp_path: Path) -> None:
    plugin = printing(tmp_path, credential(token="t"), f'echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/told')
    assert run_plugin(replace(plugin, provide_cluster_info=True, config={"audience": "x"}), CLUSTER).token == "t"
    assert json.loads((tmp_path / "told").read_text()) == {"kind": "ExecCredential", "apiVersion": V1, "spec": {
        "cluster": {"server": "https://h", "tls-server-name": "name", "certificate-authority-data": "UEVN",
                    "config": {"audience": "x"}}, "interactive": False}}


def test_a_plugin_is_told_that_the_cluster_has_nothing_for_it(tmp_path: Path) -> None:
    plugin = printing(tmp_path, credential(token="t"), f'echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/told')
    run_plugin(replace(plugin, provide_cluster_info=True), ClusterConfig("https://h", uncompressed=True))
    assert json.loads((tmp_path / "told").read_text())["spec"]["cluster"] == {
        "server": "https://h", "disable-compression": True, "config": None}


def test_what_a_plugin_prints_may_be_yaml(tmp_path: Path) -> None:
    plugin = printing(tmp_path, f"apiVersion: {V1}\nkind: ExecCredential\nstatus: {{token: t}}")
    assert run_plugin(plugin, CLUSTER).token == "t"


@pytest.mark.parametrize(("printed", "why"), [
    ("", f"exec plugin is configured to use API version {V1}, plugin returned version client.authentication.k8s.io/__internal"),
    (credential(V1 + "beta1", token="t"), f"exec plugin is configured to use API version {V1}, plugin returned version {V1}beta1"),
    (credential().replace('"status": {}', '"x": 1'), "exec plugin didn't return a status field"),
    (credential(), "exec plugin didn't return a token or cert/key pair"),
    (credential(clientCertificateData="x"), "exec plugin returned only certificate or key, not both"),
    (credential(clientCertificateData="x", clientKeyData="y"),
     "failed parsing client key/certificate: tls: failed to find any PEM data in certificate input"),
    (credential(token=5), "decoding stdout: json: cannot unmarshal number into Go struct field "
                          "ExecCredentialStatus.status.token of type string"),
    (credential(token="t", expirationTimestamp="soon"), 'decoding stdout: parsing time "soon" as '
     '"2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"'),
    (credential("x/v1"), 'decoding stdout: no kind "ExecCredential" is registered for version "x/v1" in scheme '
                         '"pkg/client/auth/exec/exec.go:64"'),
])
def test_a_plugin_that_prints_no_credential_is_told_in_the_words_of_client_go(tmp_path: Path, printed: str, why: str) -> None:
    with pytest.raises(CredentialError) as caught:
        run_plugin(printing(tmp_path, printed), CLUSTER)
    assert str(caught.value) == f"getting credentials: {why}"


@pytest.mark.parametrize(("changes", "why"), [
    ({"command": "no-such-plugin", "install_hint": "Install it."}, (
        "exec: executable no-such-plugin not found\n\nIt looks like you are trying to use a client-go credential plugin that "
        "is not installed.\n\nTo learn more about this feature, consult the documentation available at:\n"
        "      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins\n\n"
        "Install it.")),
    ({"command": "./missing"}, "exec: fork/exec {}/missing: no such file or directory"),
    ({"command": "./told"}, "exec: fork/exec {}/told: permission denied"),
    ({"args": ("a\0b",)}, "exec: fork/exec {}/plugin: invalid argument"),
    ({"env": (("A", "a\0b"),)}, "exec: fork/exec {}/plugin: invalid argument"),
    ({"mode": "Always"}, "exec plugin cannot support interactive mode: standard input is not a terminal"),
])
def test_a_plugin_that_cannot_run_is_told(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    (tmp_path / "told").write_text("no program")
    with pytest.raises(CredentialError) as caught:
        run_plugin(replace(printing(tmp_path, ""), **changes), CLUSTER)
    assert str(caught.value) == "getting credentials: " + why.replace("{}", str(tmp_path))


def test_a_plugins_variable_begins_after_the_first_sign(tmp_path: Path) -> None:
    plugin = printing(tmp_path, credential(token="t"), f'echo "$FOO" > {tmp_path}/told')
    run_plugin(replace(plugin, env=(("FOO=x", "y"),)), CLUSTER)
    assert (tmp_path / "told").read_text() == "x=y\n"


@pytest.mark.parametrize(("end", "code"), [("exit 3", 3), ("kill -9 $$", -1)])
def test_a_plugin_that_fails_is_told_with_its_status(tmp_path: Path, end: str, code: int) -> None:
    with pytest.raises(CredentialError, match=f"executable {tmp_path}/plugin failed with exit code {code}$"):
        run_plugin(printing(tmp_path, "", end), CLUSTER)


def test_versions_of_long_ago_are_refused() -> None:
    old = ExecPlugin("p", api_version="client.authentication.k8s.io/v1alpha1")
    with pytest.raises(ConfigError, match='^exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"$'):
        Transport(replace(CLUSTER, identity=replace(CLUSTER.identity, exec=old)))
