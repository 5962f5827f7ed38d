import base64
import json

import pytest

from oakum.lab.node.pull_secrets import PullSecrets, logins_of
from oakum.registry.reference import parse_repository


def secret(kind: str, content: object) -> dict[str, object]:
    return {"data": {kind: base64.b64encode(json.dumps(content).encode()).decode()}}


def test_the_longest_place_wins() -> None:
    auths = {"https://r.io/v1/": {"auth": "YTpi"}, "r.io/team": {"username": "c", "password": "d"}}
    keychain = PullSecrets(logins_of(secret(".dockerconfigjson", {"auths": auths})))
    found = [keychain.lookup(parse_repository(name)) for name in ("r.io/app", "r.io/team/app", "q.io/app")]
    assert [login and (login.username, login.password) for login in found] == [("a", "b"), ("c", "d"), None]


def test_the_older_form_is_known_too() -> None:
    (login,) = logins_of(secret(".dockercfg", {"r.io": {"auth": "YTpi"}}))
    assert (login.place, login.credentials.username) == ("r.io", "a")


@pytest.mark.parametrize("content", [[], "x", {"auths": []}, {"auths": {"r.io": "x"}}, {"auths": {"r.io": {"auth": "é"}}}])
def test_a_secret_that_is_no_login_has_none(content: object) -> None:
    assert logins_of(secret(".dockerconfigjson", content)) == []
    assert logins_of({}) == []
