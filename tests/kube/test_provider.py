import pytest

from oakum.kube.auth import Authenticator
from oakum.kube.errors import ConfigError
from oakum.kube.kubeconfig import ClusterConfig, Identity, Provider


def login(name: str, **config: str) -> Authenticator:
    return Authenticator(ClusterConfig("https://h", identity=Identity(provider=Provider(name, config))))


@pytest.mark.parametrize(("name", "config", "why"), [
    ("nope", {}, '^no Auth Provider found for name "nope"$'), ("oidc", {}, "^Must provide idp-issuer-url$"),
    ("oidc", {"idp-issuer-url": "x"}, "^Must provide client-id$"), ("gcp", {}, "^The gcp auth plugin has been removed.\n"),
    ("oidc", {"idp-issuer-url": "x", "client-id": "x", "idp-certificate-authority": "/no/ca"},
     "^open /no/ca: no such file or directory$"),
    ("oidc", {"idp-issuer-url": "x", "client-id": "x", "idp-certificate-authority-data": "!!"},
     "^idp-certificate-authority-data: illegal base64 data at input byte 0$"),
    ("oidc", {"idp-issuer-url": "x", "client-id": "x", "idp-certificate-authority-data": "YWJj"},
     "^unable to load root certificates: unable to parse bytes as PEM block$"),
    ("azure", {}, "^The azure auth plugin has been removed.\n")])
def test_a_provider_that_cannot_be_used_is_told_in_the_words_of_client_go(name: str, config: dict[str, str], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        login(name, **config)


def test_names_of_what_more_is_said_of_the_impersonated_are_escaped() -> None:
    who = Identity(impersonate="boss", impersonate_extra=(("a/b c", ("1", "2")),))
    assert Authenticator(ClusterConfig("https://h", identity=who)).headers()[1:] == [
        ("Impersonate-Extra-a%2Fb%20c", "1"), ("Impersonate-Extra-a%2Fb%20c", "2")]
