"""Lists that come in chunks."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.kube.scripted import Reply, Script, serving, status

from oakum.kube.client import CONFIG_MAPS, Client
from oakum.kube.errors import ApiError, ConnectError
from oakum.kube.kinds import ResourceType
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.transport import Transport


def chunk(name: str, token: str = "") -> Reply:
    return Reply(200, {"kind": "ConfigMapList", "apiVersion": "v1", "items": [{"metadata": {"name": name}}],
                       "metadata": {"continue": token, "resourceVersion": "7"}})


@contextmanager
def client(script: Script | list[Reply]) -> Iterator[tuple[Client, list[str]]]:
    with serving(script) as (url, asked):
        paths: list[str] = []
        made = Client(Transport(ClusterConfig(url)))
        yield made, paths
        made.transport.close()
        paths += [path for _, path, _ in asked]


def test_chunks_are_put_together() -> None:
    with client([chunk("a", "t1"), chunk("b", "t2"), chunk("c")]) as (there, asked):
        found = there.list(CONFIG_MAPS, "n", labels="x=y", page=1)
    assert [(item["kind"], item["metadata"]["name"]) for item in found.items] == [
        ("ConfigMap", "a"), ("ConfigMap", "b"), ("ConfigMap", "c")]
    assert found.resource_version == "7"
    assert [path.rpartition("limit=1")[2] for path in asked] == ["", "&continue=t1", "&continue=t2"]


def test_when_the_server_has_forgotten_where_a_list_was_it_is_begun_again_in_one_piece() -> None:
    gone = status(410, "Expired", "The provided continue parameter is too old")
    with client([chunk("a", "t1"), gone, chunk("whole")]) as (there, asked):
        found = there.list(CONFIG_MAPS, page=1)
    assert [item["metadata"]["name"] for item in found.items] == ["whole"]
    assert asked[-1] == "/api/v1/configmaps"


def test_names_are_found_again_in_one_piece_too() -> None:
    gone = status(410, "Expired", "The provided continue parameter is too old")
    with client([chunk("a", "t1"), gone, chunk("whole")]) as (there, asked):
        assert there.names(CONFIG_MAPS) == {"whole"}
    assert asked[-1] == "/api/v1/configmaps"


def test_a_list_that_is_gone_at_once_is_an_error() -> None:
    with client([status(410, "Expired", "too old")]) as (there, _), pytest.raises(ApiError, match="too old"):
        there.list(CONFIG_MAPS)


@pytest.mark.parametrize(("name", "written"), [("a role", "a%20role"), ("rôle", "r%C3%B4le"), ("system:node", "system:node"),
                                               ("<x>?#", "%3Cx%3E%3F%23")])
def test_a_name_is_escaped_in_addresses_once(name: str, written: str) -> None:
    roles = ResourceType("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", False)
    with client([Reply(200, {"kind": "ClusterRole", "metadata": {"name": name}})]) as (there, asked):
        there.get(roles, name)
    assert asked == [f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{written}"]


@pytest.mark.parametrize("answer", [
    {"items": 5}, {"items": {"a": 1}}, {"items": [None]}, {"items": ["x"]}, {"items": [{"error": "no login"}]},
    {"items": [{"metadata": []}]}, {"items": [{"metadata": {"name": 1}}]},
])  # fmt: skip
def test_a_list_of_what_is_no_object_is_refused(answer: dict[str, Any]) -> None:
    with client([Reply(200, answer)]) as (there, _), pytest.raises(ConnectError, match="/configmaps holds what is no obj"):
        there.list(CONFIG_MAPS, "n")


def test_what_is_no_object_is_refused() -> None:
    with client([Reply(200, {"error": "no login"})]) as (there, _), pytest.raises(ConnectError) as caught:
        there.get(CONFIG_MAPS, "a", "n")
    assert str(caught.value) == (
        "the answer of /api/v1/namespaces/n/configmaps/a holds what is no object (hint: is it a Kubernetes API?)"
    )


@pytest.mark.parametrize(("field", "value"), [("uid", ["u"]), ("namespace", 5), ("resourceVersion", 7), ("creationTimestamp", {}),
                                              ("labels", "x"), ("annotations", ["x"])])
def test_metadata_that_no_server_would_keep_is_refused_wherever_an_object_comes_from(field: str, value: Any) -> None:
    body = {"kind": "ConfigMap", "metadata": {"name": "a", field: value}}
    for answer, call in ((body, lambda c: c.get(CONFIG_MAPS, "a", "n")), (body, lambda c: c.create(CONFIG_MAPS, {}, "n")),
                         (body, lambda c: c.replace(CONFIG_MAPS, {}, "a", "n")), ({"items": [body]}, lambda c: c.list(CONFIG_MAPS, "n"))):
        with client([Reply(200, answer)]) as (there, _), pytest.raises(ConnectError, match=f"metadata.{field} of 'a' is of another type"):
            call(there)
