import base64
import json
import re
from pathlib import Path
from urllib.parse import urlencode

from oakum.lab.registry import app, serving

from .conftest import Client

USERS = {"ann": "secret"}


def basic(password: str = "secret") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"ann:{password}".encode()).decode()}


def token(client: Client, scope: str) -> str:
    answer = client("GET", "/token?" + urlencode({"service": "oakum lab", "scope": scope}), **basic())
    return str(json.loads(answer.data)["token"])


def test_basic_authentication_challenges_and_lets_the_right_password_in(folder: Path) -> None:
    with serving(app(folder, USERS, sync=False)) as address:
        client = Client(address)
        answer = client("GET", "/v2/")
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="oakum lab"')
        assert json.loads(answer.data)["errors"][0]["code"] == "UNAUTHORIZED"
        assert client("GET", "/v2/", **basic("wrong")).status == 401
        assert client("GET", "/v2/", Authorization="Basic !").status == 401
        assert client("GET", "/v2/", **basic()).status == 200


def test_a_token_is_good_for_its_scope_only(folder: Path) -> None:
    with serving(app(folder, USERS, authentication="token", sync=False)) as address:
        client = Client(address)
        challenge = client("POST", "/v2/app/blobs/uploads/").headers["WWW-Authenticate"]
        parts = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        assert parts["realm"] == f"http://{address}/token"
        bearer = {"Authorization": "Bearer " + token(client, parts["scope"])}
        assert client("POST", "/v2/app/blobs/uploads/", **bearer).status == 202
        other = client("GET", "/v2/other/tags/list", **bearer)
        assert other.status == 401
        assert 'error="insufficient_scope"' in other.headers["WWW-Authenticate"]


def test_a_forged_token_is_refused(folder: Path) -> None:
    with serving(app(folder, USERS, authentication="token", sync=False)) as address:
        client = Client(address)
        genuine = token(client, "repository:app:pull")
        payload, _, signature = genuine.partition(".")
        for forged in (f"{payload}x.{signature}", f"{payload}.{signature[:-2]}", "", "..", payload):
            assert client("GET", "/v2/", Authorization=f"Bearer {forged}").status == 401


def test_a_token_needs_a_password(folder: Path) -> None:
    with serving(app(folder, USERS, authentication="token", sync=False)) as address:
        client = Client(address)
        assert client("GET", "/token?scope=repository:app:pull").status == 401
        form = urlencode({"grant_type": "password", "username": "ann", "password": "secret", "scope": "a"})
        assert client("POST", "/token", form.encode()).status == 200


def test_a_mount_that_names_no_source_only_finds_what_the_client_may_pull(folder: Path) -> None:
    with serving(app(folder, USERS, authentication="token", sync=False)) as address:
        client = Client(address)
        client.headers = {"Authorization": "Bearer " + token(client, "repository:source:pull,push")}
        mount = f"/v2/target/blobs/uploads/?mount={client.push_blob('source', b'content')}"
        for scopes, status in (("target:pull,push", 202), ("target:pull,push repository:source:pull", 201)):
            client.headers = {"Authorization": "Bearer " + token(client, f"repository:{scopes}")}
            assert client("POST", mount).status == status


def test_a_mount_needs_the_right_to_pull_from_the_source(folder: Path) -> None:
    with serving(app(folder, USERS, authentication="token", sync=False)) as address:
        client = Client(address)
        client.headers = {"Authorization": "Bearer " + token(client, "repository:source:pull,push")}
        pushed = client.push_blob("source", b"content")
        mount = f"/v2/target/blobs/uploads/?mount={pushed}&from=source"
        client.headers = {"Authorization": "Bearer " + token(client, "repository:target:pull,push")}
        assert client("POST", mount).status == 202
        both = "repository:target:pull,push repository:source:pull"
        client.headers = {"Authorization": "Bearer " + token(client, both)}
        assert client("POST", mount).status == 201
