"""What makes a kubeconfig unusable. The sentences are those of kubectl and kube-scheduler 1.36 for the same files."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oakum.kube.errors import ConfigError
from oakum.kube.kubeconfig import ClusterConfig, load

SERVER = {"server": "https://h"}
PLUGIN = {"command": "p", "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}
BAD = "invalid configuration: "
FIELD = "json: cannot unmarshal {} into Go struct field {}"


def written(folder: Path, **fields: Any) -> Path:
    cluster, user = fields.pop("cluster", SERVER), fields.pop("user", {})
    path = folder / "config"
    path.write_text(json.dumps({
        "current-context": "c", "clusters": [{"name": "k", "cluster": cluster}], "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}], **fields}))
    return path


def loaded(folder: Path, **fields: Any) -> ClusterConfig:
    return load(path=str(written(folder, **fields)), env={})


PROBLEMS: dict[str, tuple[dict[str, Any], str]] = {
    "a current context that is not there": ({"current-context": "zz"}, BAD + (
        "[context was not found for specified context: zz, cluster has no server defined]")),
    "a token and a password": ({"user": {"token": "t", "password": "p"}}, BAD + (
        "more than one authentication method found for u; found [token basicAuth], only one is allowed")),
    "a certificate without key": ({"user": {"client-certificate-data": "YQ=="}}, BAD + (
        "client-key-data or client-key must be specified for u to use the clientCert authentication method.")),
    "a certificate twice": ({"user": {
        "client-certificate": "config", "client-certificate-data": "YQ==", "client-key-data": "YQ=="}}, BAD + (
        "client-cert-data and client-cert are both specified for u. client-cert-data will override.")),
    "a certificate that cannot be read": ({"user": {"client-certificate": "no", "client-key": "config"}}, BAD + (
        "unable to read client-cert {}/no for u due to open {}/no: no such file or directory")),
    "an authority that cannot be read": ({"cluster": {**SERVER, "certificate-authority": "no"}}, BAD + (
        "unable to read certificate-authority {}/no for k due to open {}/no: no such file or directory")),
    "an authority twice": ({"cluster": {
        **SERVER, "certificate-authority": "config", "certificate-authority-data": "YQ=="}}, BAD + (
        "certificate-authority-data and certificate-authority are both specified for k. certificate-authority-data will "
        "override.")),
    "groups of nobody": ({"user": {"as-groups": ["g"]}}, BAD + (
        "requesting uid, groups or user-extra for u without impersonating a user")),
    "a plugin of nothing": ({"user": {"exec": {}}}, BAD + (
        "[command must be specified for u to use exec authentication plugin, apiVersion must be specified for u to use "
        "exec authentication plugin, interactiveMode must be specified for u to use exec authentication plugin]")),
    "a plugin of an odd mode": ({"user": {"exec": {**PLUGIN, "interactiveMode": "x"}}}, BAD + (
        'invalid interactiveMode for u: "x"')),
    "a plugin with a nameless variable": ({"user": {"exec": {**PLUGIN, "env": [{"value": "x"}]}}}, BAD + (
        "env variable name must be specified for u to use exec authentication plugin")),
    "a plugin with a variable that is null": ({"user": {"exec": {**PLUGIN, "env": [None]}}}, BAD + (
        "env variable name must be specified for u to use exec authentication plugin")),
    "a plugin and a provider": ({"user": {"exec": PLUGIN, "auth-provider": {"name": "oidc"}}}, BAD + (
        "authProvider cannot be provided in combination with an exec plugin for u")),
    "a proxy of another kind": ({"cluster": {**SERVER, "proxy-url": "ftp://me:secret@p"}}, BAD + (
        "invalid 'proxy-url' \"ftp://me:xxxxx@p\" for cluster \"k\": unsupported scheme \"ftp\", must be http, https, or "
        "socks5")),
    "a proxy without scheme": ({"cluster": {**SERVER, "proxy-url": "h:80"}}, BAD + (
        "invalid 'proxy-url' \"h:80\" for cluster \"k\": could not parse: h:80")),
    "a server that is no address": ({"cluster": {"server": "https://h:x"}}, (
        'host must be a URL or a host:port pair: "https://h:x"')),
    "a token's file that is not there": ({"user": {"tokenFile": "no"}}, "open {}/no: no such file or directory"),
}


@pytest.mark.parametrize(("fields", "text"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_context_that_cannot_be_used_is_told_in_the_words_of_client_go(
    tmp_path: Path, fields: dict[str, Any], text: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, **fields)
    assert str(caught.value) == text.replace("{}", str(tmp_path))


UNREADABLE: dict[str, tuple[dict[str, Any], str]] = {
    "server": ({"cluster": {"server": 5}}, FIELD.format("number", "Cluster.clusters.cluster.server of type string")),
    "authority": ({"cluster": {"certificate-authority-data": 5}}, FIELD.format(
        "number", "Cluster.clusters.cluster.certificate-authority-data of type []uint8")),
    "plugin": ({"user": {"exec": "x"}}, FIELD.format("string", "AuthInfo.users.user.exec of type v1.ExecConfig")),
    "variables": ({"user": {"exec": {"env": "x"}}}, FIELD.format(
        "string", "ExecConfig.users.user.exec.env of type []v1.ExecEnvVar")),
    "clusters": ({"clusters": {"a": "b"}}, FIELD.format("object", "Config.clusters of type []v1.NamedCluster")),
    "kind": ({"kind": "Pod", "apiVersion": "v1"}, (
        'no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:100"')),
    "twice": ({"users": [{"name": "u", "user": {"token": "a"}}] * 2}, 'duplicate name "u" in list of users'),
}


@pytest.mark.parametrize(("fields", "text"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_of_other_types_is_refused_with_its_name(tmp_path: Path, fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, **fields)
    assert str(caught.value) == f'error loading config file "{tmp_path}/config": {text}'


def test_every_broken_file_of_a_list_is_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("a: [")
    with pytest.raises(ConfigError) as caught:
        load(env={"KUBECONFIG": f"{tmp_path}/a:{tmp_path}/missing:{tmp_path}/b"})
    why = 'error loading config file "{}": yaml: line 1: did not find expected node content'
    assert str(caught.value) == f"[{why.format(tmp_path / 'a')}, {why.format(tmp_path / 'b')}]"


def test_a_plugin_of_the_older_version_needs_no_mode(tmp_path: Path) -> None:
    plugin = {"command": "p", "apiVersion": "client.authentication.k8s.io/v1beta1"}
    made = loaded(tmp_path, user={"exec": plugin}).identity.exec
    assert made is not None
    assert made.mode == "IfAvailable"


def test_credentials_are_not_for_servers_without_tls_but_who_is_impersonated_is(tmp_path: Path) -> None:
    made = loaded(tmp_path, cluster={"server": "h:80"}, user={"token": "t", "as": "boss"})
    assert (made.server, made.identity.token, made.identity.impersonate) == ("http://h:80", "", "boss")


def test_files_are_relative_to_the_one_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("ca.crt", "me.crt", "me.key"):
        (tmp_path / "sub" / name).write_text(name)
    written(tmp_path / "sub", cluster={**SERVER, "certificate-authority": "ca.crt"},
            user={"client-certificate": "me.crt", "client-key": "../sub/me.key"})
    (tmp_path / "first").write_text("current-context: c\n")
    made = load(env={"KUBECONFIG": f"{tmp_path}/first:{tmp_path}/sub/config"})
    assert (made.ca, made.identity.client_cert, made.identity.client_key) == (b"ca.crt", b"me.crt", b"me.key")
