import base64
import json
import time

import pytest

from oakum.kube.auth import Authenticator
from oakum.kube.errors import ConfigError, CredentialError
from oakum.kube.kubeconfig import ClusterConfig, Identity

ISSUER = {"idp-issuer-url": "https://issuer", "client-id": "me"}


def login(name: str, **config: str) -> Authenticator:
    return Authenticator(ClusterConfig("https://h", identity=Identity(provider=name, provider_config=config)))


def token(expires: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"head.{claims}.signature"


def test_a_token_of_openid_connect_is_shown_while_it_lasts() -> None:
    lasting = token(time.time() + 600)
    assert login("oidc", **ISSUER, **{"id-token": lasting}).headers() == [("Authorization", f"Bearer {lasting}")]


@pytest.mark.parametrize(("given", "why"), [
    ({}, "No valid id-token"), ({"id-token": token(1)}, "No valid id-token"), ({"id-token": "x"}, "no JSON Web Token")])
def test_one_that_has_ended_is_told(given: dict[str, str], why: str) -> None:
    with pytest.raises(CredentialError, match=why):
        login("oidc", **ISSUER, **given).headers()


@pytest.mark.parametrize(("name", "config", "why"), [
    ("nope", {}, '^no Auth Provider found for name "nope"$'), ("oidc", {}, "^Must provide idp-issuer-url$"),
    ("oidc", {"idp-issuer-url": "x"}, "^Must provide client-id$"), ("gcp", {}, "^The gcp auth plugin has been removed.\n"),
    ("azure", {}, "^The azure auth plugin has been removed.\n")])
def test_a_provider_that_cannot_be_used_is_told_in_the_words_of_client_go(name: str, config: dict[str, str], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        login(name, **config)


def test_names_of_what_more_is_said_of_the_impersonated_are_escaped() -> None:
    who = Identity(impersonate="boss", impersonate_extra=(("a/b c", ("1", "2")),))
    assert Authenticator(ClusterConfig("https://h", identity=who)).headers()[1:] == [
        ("Impersonate-Extra-a%2Fb%20c", "1"), ("Impersonate-Extra-a%2Fb%20c", "2")]
