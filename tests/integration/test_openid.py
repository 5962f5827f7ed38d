"""A token of OpenID Connect that has ended, refreshed by kubectl and by ours: the same requests, results, sentences.

The issuer is the small one of tests/kube, which is no real one.
"""
from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.kube.authority import Authority
from tests.kube.issuer import HOUR, Issuer, issuing, token
from tests.kube.scripted import Reply, serving

from oakum.errors import KubeError
from oakum.kube.kubeconfig import load
from oakum.kube.transport import Transport

KUBECTL = Path(sys.executable).with_name("kubectl")
Change = Callable[[Issuer], dict[str, str]]


def by_kubectl(kubeconfig: Path) -> str:
    """What is said when the server is asked; empty when all is well."""
    done = subprocess.run([KUBECTL, "--kubeconfig", kubeconfig, "get", "--raw", "/x"], capture_output=True, text=True, timeout=60)
    return done.stderr.strip().removeprefix("Unable to connect to the server: ")


def by_ours(kubeconfig: Path) -> str:
    config = load(path=str(kubeconfig))
    transport = Transport(config)
    try:
        transport.request("GET", "/x")
    except KubeError as e:
        return str(e).removeprefix(f'Get "{config.server}/x": ').strip()
    finally:
        transport.close()
    return ""


def outcome(folder: Path, ask: Callable[[Path], str], change: Change, answer: Callable[[Issuer, str], Reply | None]) -> Any:
    """What was said, what the issuer was asked, and the kubeconfig afterwards."""
    folder.mkdir()
    authority = Authority()
    (folder / "server").mkdir()
    with (issuing(folder) as issuer,
          serving([Reply(200, {})], authority.server(folder / "server")) as (server, asked)):
        issuer.answer = lambda method, path: answer(issuer, method)
        (folder / "ca.pem").write_bytes(authority.pem)
        config = {name: value for name, value in {**issuer.config, **change(issuer)}.items() if value}
        file = folder / "config"
        file.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "k", "cluster": {"server": server, "certificate-authority": "ca.pem"}}],
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
            "users": [{"name": "u", "user": {"auth-provider": {"name": "oidc", "config": config}}}]}))
        said = ask(file)
        places = {server: "SERVER", issuer.url: "ISSUER", str(folder): "FOLDER"}
        shown = [headers["Authorization"] for _, _, headers in asked]
        text = json.dumps([said, issuer.asked, shown, yaml.safe_load(file.read_text())])
    for place, name in places.items():
        text = text.replace(place, name)
    return json.loads(text)


LASTING = token(HOUR)
SAME: Change = lambda issuer: {}  # noqa: E731  # brief
GIVEN = {"access_token": "a", "id_token": LASTING}
CASES: dict[str, tuple[Change, Callable[[str], Reply | None]]] = {
    "refreshed": (SAME, lambda method: Reply(200, GIVEN | {"refresh_token": "second"}) if method == "POST" else None),
    "no other refresh token": (SAME, lambda method: Reply(200, GIVEN) if method == "POST" else None),
    "no secret": (lambda issuer: {"client-secret": ""}, lambda method: Reply(200, GIVEN) if method == "POST" else None),
    "issuer with a path": (lambda issuer: {"idp-issuer-url": f"{issuer.url}/a/"},
                           lambda method: Reply(200, GIVEN) if method == "POST" else None),
    "still good": (lambda issuer: {"id-token": LASTING}, lambda method: None),
    "refused": (SAME, lambda method: Reply(400, {"error": "invalid_grant", "error_description": "no"}) if method == "POST" else None),
    "broken": (SAME, lambda method: Reply(500, b"<html>") if method == "POST" else None),
    "no id token": (SAME, lambda method: Reply(200, {"access_token": "a"}) if method == "POST" else None),
    "not described": (SAME, lambda method: Reply(404, b"nope")),
    "no refresh token": (lambda issuer: {"refresh-token": ""}, lambda method: None),
    "unknown authority": (lambda issuer: {"idp-certificate-authority": ""}, lambda method: None),
}


@pytest.mark.parametrize("name", CASES)
def test_a_token_is_refreshed_as_by_kubectl(tmp_path: Path, name: str) -> None:
    change, answer = CASES[name]
    ours, theirs = (outcome(tmp_path / who.__name__, who, change, lambda issuer, method: answer(method))
                    for who in (by_ours, by_kubectl))
    assert ours == theirs
