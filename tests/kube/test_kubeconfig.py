from pathlib import Path

import pytest

from oakum.kube.auth import Authenticator
from oakum.kube.errors import ConfigError
from oakum.kube.kubeconfig import load

TEXT = """
apiVersion: v1
kind: Config
current-context: one
clusters:
- {name: k, cluster: {server: "https://h:6443/", certificate-authority-data: "UEVN"}}
users:
- {name: u, user: {token: t0, as: boss, as-groups: [g1, g2]}}
- {name: plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./token.sh,
  interactiveMode: Never}}}
contexts:
- {name: one, context: {cluster: k, user: u, namespace: ns1}}
- {name: two, context: {cluster: k, user: plugin}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text(TEXT)
    return path


def test_the_current_context_of_a_file_is_taken(file: Path) -> None:
    config = load(path=str(file), env={})
    assert (config.server, config.namespace, config.ca, config.identity.token) == ("https://h:6443", "ns1", b"PEM", "t0")


def test_an_unknown_context_is_named(file: Path) -> None:
    with pytest.raises(ConfigError, match='context "zz" does not exist'):
        load(path=str(file), context="zz", env={})


def test_the_first_file_of_a_list_wins(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text(TEXT.replace("https://h:6443/", "https://other").replace("current-context: one", ""))
    assert load(env={"KUBECONFIG": f"{tmp_path}/missing:{other}:{file}"}).server == "https://other"


def test_text_wins_and_knows_the_place_of_the_pod() -> None:
    text = TEXT.replace("https://h:6443/", "https://${KAPP_KUBERNETES_SERVICE_HOST_PORT}")
    env = {"KUBERNETES_SERVICE_HOST": "::1", "KUBERNETES_SERVICE_PORT": "443"}
    assert load(text=text, path="/nowhere", env=env).server == "https://[::1]:443"


def test_nothing_configured_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration has been provided"):
        load(env={"HOME": str(tmp_path)})


def test_impersonation_and_token_go_into_headers(file: Path) -> None:
    assert Authenticator(load(path=str(file), env={})).headers() == [
        ("Authorization", "Bearer t0"), ("Impersonate-User", "boss"), ("Impersonate-Group", "g1"),
        ("Impersonate-Group", "g2")]


def test_a_plugin_next_to_the_file_gives_a_token_once(file: Path) -> None:
    script = file.parent / "token.sh"
    script.write_text('#!/bin/sh\necho x >> "$0.log"\necho \'{"apiVersion": "client.authentication.k8s.io/v1", '
                      '"kind": "ExecCredential", "status": {"token": "fresh"}}\'\n')
    script.chmod(0o755)
    auth = Authenticator(load(path=str(file), context="two", env={}))
    assert [auth.headers(), auth.headers()] == [[("Authorization", "Bearer fresh")]] * 2
    assert Path(f"{script}.log").read_text() == "x\n"
    assert auth.refused(auth.headers())
    auth.headers()
    assert Path(f"{script}.log").read_text() == "x\nx\n"


def test_secrets_do_not_show_in_the_text_of_a_config(file: Path) -> None:
    assert "t0" not in repr(load(path=str(file), env={}))


@pytest.mark.parametrize(("user", "login"), [("{}", ("a b", "s3cret")), ("{username: u, password: p}", ("u", "p"))])
def test_a_login_in_the_servers_address_is_the_users_and_shown_nowhere(user: str, login: tuple[str, str]) -> None:
    config = load(text=TEXT.replace("https://h:6443/", "https://a%20b:s3cret@h:6443/p").replace(
        "{token: t0, as: boss, as-groups: [g1, g2]}", user), env={})
    assert config.server == "https://h:6443/p"
    assert (config.identity.username, config.identity.password) == login


def test_an_address_that_is_none_does_not_show_its_password() -> None:
    with pytest.raises(ConfigError, match="https://u:xxxxx@h:what") as caught:
        load(text=TEXT.replace("https://h:6443/", "https://u:s3cret@h:what"), env={})
    assert "s3cret" not in str(caught.value)


def test_a_certificate_that_is_not_base64_is_refused(file: Path) -> None:
    file.write_text(TEXT.replace("UEVN", "not base64!"))
    with pytest.raises(ConfigError) as caught:
        load(path=str(file))
    assert str(caught.value) == f'error loading config file "{file}": illegal base64 data at input byte 3'


def test_a_file_that_is_not_utf_8_is_refused_with_its_name(file: Path) -> None:
    file.write_bytes(TEXT.replace("boss", "b\xf6ss").encode("latin-1"))
    with pytest.raises(ConfigError, match=f'error loading config file "{file}": yaml: '):
        load(path=str(file))


@pytest.mark.parametrize(("clusters", "why"), [
    ("[]", "no configuration has been provided"),
    ("[{name: k, cluster: {insecure-skip-tls-verify: true}}]", 'invalid configuration: no server found for cluster "k"'),
])
def test_a_cluster_without_an_address_is_refused_in_the_words_of_client_go(clusters: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        load(text=f"current-context: c\ncontexts: [{{name: c, context: {{cluster: k}}}}]\nclusters: {clusters}\n", env={})


def test_a_user_that_is_not_there_is_anonymous() -> None:
    text = ("current-context: c\ncontexts: [{name: c, context: {cluster: k, user: ghost}}]\n"
            "clusters: [{name: k, cluster: {server: 'https://h'}}]\n")
    assert Authenticator(load(text=text, env={})).headers() == []


def test_a_pod_without_a_kubeconfig_asks_its_own_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oakum.kube.kubeconfig.IN_CLUSTER", str(tmp_path))
    for name, text in (("token", "t"), ("ca.crt", "PEM"), ("namespace", "mine\n")):
        (tmp_path / name).write_text(text)
    (tmp_path / "empty").write_text("")
    env = {"HOME": str(tmp_path), "KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}
    for given in (load(env=env), load(path=str(tmp_path / "empty"), env=env), load(env={**env, "POD_NAMESPACE": "mine"})):
        assert (given.server, given.namespace, given.ca) == ("https://10.0.0.1:443", "mine", b"PEM")
        assert Authenticator(given).headers() == [("Authorization", "Bearer t")]
    with pytest.raises(ConfigError, match="no configuration has been provided"):
        load(env={"HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match="does not exist"):
        load(context="other", env=env)


def test_a_scheme_in_capitals_is_as_safe(file: Path) -> None:
    file.write_text(TEXT.replace("https://h", "HTTPS://h"))
    assert load(path=str(file)).identity.token == "t0"


@pytest.mark.parametrize("name", ["client-key", "client-certificate", "tokenFile"])
def test_a_file_whose_name_no_file_can_have_is_refused(file: Path, name: str) -> None:
    file.write_text(TEXT.replace("token: t0", f'{name}: "a\\0b"'))
    with pytest.raises(ConfigError, match="open .*/a\0b: invalid argument"):
        load(path=str(file))


def test_null_among_texts_is_an_empty_one(file: Path) -> None:
    file.write_text(TEXT.replace("[g1, g2]", "[null, g2], as-user-extra: {k: [null]}").replace("./token.sh,", "t, args: [null],"))
    assert Authenticator(load(path=str(file), env={})).headers()[2:] == [
        ("Impersonate-Group", ""), ("Impersonate-Group", "g2"), ("Impersonate-Extra-k", "")]
    plugin = load(path=str(file), context="two", env={}).identity.exec
    assert plugin is not None
    assert plugin.args == ("",)
