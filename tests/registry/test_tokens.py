"""Token services: whom a login is sent to."""
from __future__ import annotations

import pytest

from oakum.http.response import Response
from oakum.registry.credentials import Credentials
from oakum.registry.errors import CredentialsError
from oakum.registry.tokens import TokenService

LOGIN = Credentials("ada", "pw")


class Asked(Exception):
    """A request would go out."""


def send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Response:
    raise Asked(url, "Authorization" in headers)


def asked(realm: str, login: Credentials | None, *, secure: bool) -> tuple[str, bool]:
    """The URL that a token is asked for at, and whether the login goes along."""
    service = TokenService("r.test", send)
    with pytest.raises(Asked) as caught:
        service.token({"realm": realm, "service": "s"}, login, ("repository:app:pull",), secure=secure)
    url, told = caught.value.args
    return url.partition("?")[0], told


@pytest.mark.parametrize("login", [LOGIN, Credentials(identity_token="t")])
def test_a_registry_behind_tls_gets_no_login_sent_in_the_clear(login: Credentials) -> None:
    with pytest.raises(CredentialsError, match=r"^Registry r\.test wants the login sent to far\.test without TLS: refused$"):
        TokenService("r.test", send).token({"realm": "http://far.test/token"}, login, (), secure=True)


@pytest.mark.parametrize(("realm", "secure"), [
    ("https://far.test/token", True), ("http://127.0.0.1:1/token", True), ("http://far.test/token", False),
])  # fmt: skip
def test_a_login_goes_over_tls_or_stays_on_this_machine_or_follows_a_registry_that_has_none(
    realm: str, secure: bool
) -> None:
    assert asked(realm, LOGIN, secure=secure) == (realm, True)


def test_without_a_login_a_token_may_be_asked_for_in_the_clear() -> None:
    assert asked("http://far.test/token", None, secure=True) == ("http://far.test/token", False)
