"""Tokens of OpenID Connect, refreshed. Requests and sentences are those of kubectl 1.37 for the same answers."""
from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.kube.issuer import HOUR, NOW, Issuer, issuing, token
from tests.kube.scripted import Reply, serving, status

from oakum.kube.errors import ConnectError
from oakum.kube.kubeconfig import ClusterConfig, Identity, Provider, UserPlace, load
from oakum.kube.transport import Transport

BASIC = "Basic bWUlM0F4JTJGJUMzJUJDOnMzK2NyJTJGZXQlMjY="
GRANT = "grant_type=refresh_token&refresh_token=first"
DESCRIBED = ("GET", "/.well-known/openid-configuration", "", "")
WITH_LOGIN = ("POST", "/token", BASIC, GRANT)
WITH_FIELDS = ("POST", "/token", "", f"client_id=me%3Ax%2F%C3%BC&client_secret=s3+cr%2Fet%26&{GRANT}")


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with issuing(tmp_path) as found:
        yield found


def kubeconfig(folder: Path, issuer: Issuer, **changes: str) -> Path:
    """A kubeconfig of two users, of whom `u` has the issuer."""
    config = {name: value for name, value in {**issuer.config, **changes}.items() if value}
    file = folder / "config"
    file.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "c", "preferences": {},
        "clusters": [{"name": "k", "cluster": {"server": "https://h"}}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
        "users": [{"name": "other", "user": {"token": "t"}},
                  {"name": "u", "user": {"auth-provider": {"name": "oidc", "config": config}}}]}))
    return file


def provider(file: Path) -> dict[str, str]:
    """What the kubeconfig says of the issuer."""
    found: dict[str, str] = yaml.safe_load(file.read_text())["users"][1]["user"]["auth-provider"]["config"]
    return found


def shown(url: str, file: Path, times: int = 1) -> list[Any]:
    """Ask the server at `url` as the kubeconfig's user."""
    transport = Transport(ClusterConfig(url, identity=load(path=str(file)).identity))
    try:
        return [transport.request("GET", "/x").json() for _ in range(times)]
    finally:
        transport.close()


def tokens(asked: list[tuple[str, str, dict[str, str]]]) -> list[str]:
    return [headers["Authorization"].removeprefix("Bearer ") for _, _, headers in asked]


@pytest.mark.parametrize("left", [-60, 5])
def test_a_token_that_has_ended_or_is_about_to_is_refreshed_once(tmp_path: Path, issuer: Issuer, left: int) -> None:
    file = kubeconfig(tmp_path, issuer, **{"id-token": token(time.time() + left - NOW)})
    with serving([Reply(200, {})]) as (url, asked):
        shown(url, file, times=2)
    assert issuer.asked == [DESCRIBED, WITH_LOGIN]
    assert tokens(asked) == [provider(file)["id-token"]] * 2


def test_a_token_that_lasts_is_shown_as_it_is(tmp_path: Path, issuer: Issuer) -> None:
    file = kubeconfig(tmp_path, issuer, **{"id-token": token(2 * HOUR)})
    before = file.read_text()
    with serving([Reply(200, {})]) as (url, _):
        shown(url, file)
    assert (issuer.asked, file.read_text()) == ([], before)


def test_a_user_who_only_has_a_refresh_token_gets_one(tmp_path: Path, issuer: Issuer) -> None:
    with serving([Reply(200, {})]) as (url, _):
        shown(url, kubeconfig(tmp_path, issuer, **{"id-token": ""}))
    assert issuer.asked == [DESCRIBED, WITH_LOGIN]


def test_what_was_refreshed_is_kept_in_the_kubeconfig_and_nothing_else_changes(tmp_path: Path, issuer: Issuer) -> None:
    file = kubeconfig(tmp_path, issuer)
    file.chmod(0o644)
    before = yaml.safe_load(file.read_text())
    with serving([Reply(200, {})]) as (url, _):
        shown(url, file)
    after = yaml.safe_load(file.read_text())
    kept = after["users"][1]["user"]["auth-provider"]["config"]
    assert (kept.pop("refresh-token"), kept.pop("id-token")) == ("second", token(HOUR, number=2))
    for name in ("refresh-token", "id-token"):
        del before["users"][1]["user"]["auth-provider"]["config"][name]
    assert after == before
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config", "issuer.pem", "server.pem"]


def test_a_refresh_token_stays_when_the_issuer_gives_no_other(tmp_path: Path, issuer: Issuer) -> None:
    issuer.answer = lambda method, path: Reply(200, {"access_token": "a", "id_token": token(HOUR)}) if method == "POST" else None
    file = kubeconfig(tmp_path, issuer)
    with serving([Reply(200, {})]) as (url, _):
        shown(url, file)
    assert provider(file)["refresh-token"] == "first"


def test_a_link_to_a_kubeconfig_stays_one(tmp_path: Path, issuer: Issuer) -> None:
    file = kubeconfig(tmp_path, issuer)
    link = tmp_path / "link"
    link.symlink_to(file)
    with serving([Reply(200, {})]) as (url, _):
        shown(url, link)
    assert link.is_symlink()
    assert provider(file)["refresh-token"] == "second"


def test_the_file_that_the_user_came_from_is_written(tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kubeconfig(tmp_path, issuer)
    first = tmp_path / "first"
    first.write_text('{"current-context": "c"}')
    monkeypatch.setenv("KUBECONFIG", f"{first}:{file}")
    who = load().identity
    with serving([Reply(200, {})]) as (url, _):
        transport = Transport(ClusterConfig(url, identity=who))
        transport.request("GET", "/x")
        transport.close()
    assert (first.read_text(), provider(file)["refresh-token"]) == ('{"current-context": "c"}', "second")


def test_a_user_of_no_file_is_refreshed_all_the_same(issuer: Issuer) -> None:
    who = Identity(provider=Provider("oidc", issuer.config))
    with serving([Reply(200, {})]) as (url, asked):
        transport = Transport(ClusterConfig(url, identity=who))
        transport.request("GET", "/x")
        transport.close()
    assert tokens(asked) == [token(HOUR, number=2)]


def test_many_requests_and_processes_refresh_a_token_once(tmp_path: Path, issuer: Issuer) -> None:
    file = kubeconfig(tmp_path, issuer)
    together = threading.Barrier(6)
    with serving([Reply(200, {})]) as (url, asked), ThreadPoolExecutor(6) as threads:
        def one(_: int) -> None:
            together.wait()
            shown(url, file)

        list(threads.map(one, range(6)))
    assert issuer.asked == [DESCRIBED, WITH_LOGIN]
    assert set(tokens(asked)) == {provider(file)["id-token"]}


def test_a_token_that_somebody_else_refreshed_is_taken(tmp_path: Path, issuer: Issuer) -> None:
    file = kubeconfig(tmp_path, issuer)
    who = load(path=str(file)).identity
    kubeconfig(tmp_path, issuer, **{"id-token": token(2 * HOUR), "refresh-token": "theirs"})
    with serving([Reply(200, {})]) as (url, asked):
        transport = Transport(ClusterConfig(url, identity=who))
        transport.request("GET", "/x")
        transport.close()
    assert (issuer.asked, tokens(asked)) == ([], [token(2 * HOUR)])


def test_a_token_that_the_server_refuses_is_refreshed(tmp_path: Path, issuer: Issuer) -> None:
    file = kubeconfig(tmp_path, issuer, **{"id-token": token(2 * HOUR)})
    with serving([status(401, "Unauthorized", "Unauthorized"), Reply(200, {})]) as (url, asked):
        shown(url, file)
    assert tokens(asked) == [token(2 * HOUR), provider(file)["id-token"]]


def test_a_clock_that_is_ahead_of_the_issuers_does_not_make_each_request_refresh(
    tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = kubeconfig(tmp_path, issuer)
    ahead = time.time() + 7200
    monkeypatch.setattr("oakum.kube.oidc.time.time", lambda: ahead)
    with serving([Reply(200, {})]) as (url, _):
        shown(url, file, times=3)
    assert issuer.asked == [DESCRIBED, WITH_LOGIN]


def test_a_client_that_may_not_log_in_that_way_sends_its_secret_as_a_field(tmp_path: Path, issuer: Issuer) -> None:
    def answer(method: str, path: str) -> Reply | None:
        return Reply(401, {"error": "invalid_client"}) if issuer.asked[-1] == WITH_LOGIN else None

    issuer.answer = answer
    with serving([Reply(200, {})]) as (url, _):
        shown(url, kubeconfig(tmp_path, issuer))
    assert issuer.asked == [DESCRIBED, WITH_LOGIN, WITH_FIELDS]


def test_an_answer_may_be_a_form(tmp_path: Path, issuer: Issuer) -> None:
    def answer(method: str, path: str) -> Reply | None:
        form = f"access_token=a&id_token={token(HOUR)}".encode()
        return Reply(200, form, {"Content-Type": "application/x-www-form-urlencoded"}) if method == "POST" else None

    issuer.answer = answer
    with serving([Reply(200, {})]) as (url, asked):
        shown(url, kubeconfig(tmp_path, issuer))
    assert tokens(asked) == [token(HOUR)]


def failure(url: str, file: Path) -> str:
    with pytest.raises(ConnectError) as caught:
        shown(url, file)
    assert str(caught.value).startswith('Get "http://127.0.0.1:1/x": ')
    return str(caught.value).removeprefix('Get "http://127.0.0.1:1/x": ')


NOWHERE = "http://127.0.0.1:1"


@pytest.mark.parametrize(("reply", "why"), [
    (Reply(404, b"nope"), 'oidc: failed to query metadata endpoint 404 Not Found: "nope"'),
    (Reply(200, b"<html>"), "oidc: failed to decode provider discovery object: invalid character '<' looking for beginning of value"),
    (Reply(200, []), "oidc: failed to decode provider discovery object: json: cannot unmarshal array into Go value of type "
     'struct { TokenURL string "json:\\"token_endpoint\\"" }'),
    (Reply(200, {"token_endpoint": 5}), "oidc: failed to decode provider discovery object: json: cannot unmarshal number into "
     "Go struct field .token_endpoint of type string"),
    (Reply(200, {}), "oidc: discovery object doesn't contain a token_endpoint"),
    (Reply(200, {"token_endpoint": "ftp://x"}), 'failed to refresh token: Post "ftp://x": unsupported protocol scheme "ftp"'),
    (Reply(cut=True), 'Get "ISSUER/.well-known/openid-configuration": EOF'),
])
def test_an_issuer_that_does_not_describe_itself_is_told(tmp_path: Path, issuer: Issuer, reply: Reply, why: str) -> None:
    issuer.answer = lambda method, path: reply
    file = kubeconfig(tmp_path, issuer)
    assert failure(NOWHERE, file) == why.replace("ISSUER", issuer.url)


REFUSALS: list[tuple[Reply, str]] = [
    (Reply(400, {"error": "invalid_grant", "error_description": "gone", "error_uri": "http://e"}),
     'failed to refresh token: oauth2: "invalid_grant" "gone" "http://e"'),
    (Reply(200, {"error": "invalid_x"}), 'failed to refresh token: oauth2: "invalid_x"'),
    (Reply(500, b"<html>boom"), "failed to refresh token: oauth2: cannot fetch token: 500 Internal Server Error\nResponse: <html>boom"),
    (Reply(200, b"<html>"), "failed to refresh token: oauth2: cannot parse json: invalid character '<' looking for beginning of value"),
    (Reply(200, b""), "failed to refresh token: oauth2: cannot parse json: unexpected end of JSON input"),
    (Reply(200, {"id_token": token(HOUR)}), "failed to refresh token: oauth2: server response missing access_token"),
    (Reply(200, {"access_token": "a"}), 'token response did not contain an id_token, either the scope "openid" wasn\'t requested '
     "upon login, or the provider doesn't support id_tokens as part of the refresh response"),
    (Reply(200, {"access_token": "a", "id_token": "x"}), "ID Token is not a valid JWT"),
    (Reply(cut=True), 'failed to refresh token: Post "ISSUER/token": EOF'),
]


@pytest.mark.parametrize(("reply", "why"), REFUSALS)
def test_an_issuer_that_gives_no_token_is_told_and_the_kubeconfig_stays(
    tmp_path: Path, issuer: Issuer, reply: Reply, why: str
) -> None:
    issuer.answer = lambda method, path: reply if method == "POST" else None
    file = kubeconfig(tmp_path, issuer)
    before = file.read_text()
    assert failure(NOWHERE, file) == why.replace("ISSUER", issuer.url)
    assert file.read_text() == before


@pytest.mark.parametrize("secret", ["client-secret", "refresh-token", "id-token"])
def test_secrets_that_an_issuer_repeats_are_not_shown(tmp_path: Path, issuer: Issuer, secret: str) -> None:
    file = kubeconfig(tmp_path, issuer)
    value = provider(file)[secret]
    issuer.answer = lambda method, path: Reply(400, f"bad: {value}".encode()) if method == "POST" else None
    assert failure(NOWHERE, file).endswith("400 Bad Request\nResponse: bad: ***")


@pytest.mark.parametrize(("changes", "why"), [
    ({"refresh-token": ""}, "No valid id-token, and cannot refresh without refresh-token"),
    ({"id-token": "a.b"}, "ID Token is not a valid JWT"),
    ({"id-token": "a.e30x.b"}, "parsing claims: invalid character '1' after top-level value"),
    ({"id-token": "a.W10.b"}, "parsing claims: json: cannot unmarshal array into Go value of type struct { Expiry oidc.jsonTime "
                              '"json:\\"exp\\"" }'),
    ({"idp-issuer-url": "nope"}, 'Get "nope/.well-known/openid-configuration": unsupported protocol scheme ""'),
    ({"idp-certificate-authority": ""}, 'Get "ISSUER/.well-known/openid-configuration": tls: failed to verify certificate: x509: '
                                        "certificate signed by unknown authority"),
])
def test_a_user_who_cannot_be_refreshed_is_told(tmp_path: Path, issuer: Issuer, changes: dict[str, str], why: str) -> None:
    assert failure(NOWHERE, kubeconfig(tmp_path, issuer, **changes)) == why.replace("ISSUER", issuer.url)


def test_a_kubeconfig_that_is_being_written_is_waited_for_and_then_told(
    tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oakum.kube.store.LOCKED_SECONDS", 0.1)
    file = kubeconfig(tmp_path, issuer)
    lock = tmp_path / "config.lock"
    lock.touch()
    assert failure(NOWHERE, file) == f"could not persist new tokens: open {lock}: file exists"
    assert lock.exists()


def test_a_kubeconfig_whose_user_went_away_meanwhile_is_told(tmp_path: Path, issuer: Issuer) -> None:
    file = kubeconfig(tmp_path, issuer)
    who = load(path=str(file)).identity
    file.write_text("{}")
    transport = Transport(ClusterConfig(NOWHERE, identity=who))
    with pytest.raises(ConnectError, match=f'"{file}" has no auth-provider for user "u" any more'):
        transport.request("GET", "/x")
    assert os.listdir(tmp_path).count("config.lock") == 0


def test_the_place_of_a_user_is_known(tmp_path: Path, issuer: Issuer) -> None:
    file = kubeconfig(tmp_path, issuer)
    who = load(path=str(file)).identity
    assert who.provider is not None
    assert who.provider.place == UserPlace(str(file), "u")
    assert who.obtained
