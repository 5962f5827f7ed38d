"""Which pods are followed, as far as the user may see them."""
from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from tests.deploy.conftest import Place
from tests.deploy.faults import faulty
from tests.kube.scripted import Reply

from oakum.deploy.logs.tail import follow, list_pods
from oakum.kube import connect
from oakum.kube.client import NAMESPACES, PODS
from oakum.kube.errors import ApiError

LABELS = {"kapp.k14s.io/app": "1"}


def pod(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": LABELS},
            "spec": {"containers": [{"name": "c", "image": "absent.test/none"}]}}


def forbidding(*paths: str) -> Any:
    body = json.dumps({"kind": "Status", "code": 403, "reason": "Forbidden", "message": "pods is forbidden"}).encode()
    return lambda method, path: Reply(403, body) if path.partition("?")[0] in paths else None


def test_where_not_all_pods_may_be_listed_those_of_every_known_namespace_are_followed(place: Place) -> None:
    second = place.client.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace",
                                              "metadata": {"generateName": "tail-"}})["metadata"]["name"]
    spaces = [place.namespace, second]
    place.client.create(PODS, pod("before"), second)
    seen, two = [], threading.Event()

    def added(body: dict[str, Any]) -> None:
        seen.append((body["metadata"]["namespace"], body["metadata"]["name"]))
        if len(seen) == 2:
            two.set()

    with faulty(place.client.transport.config, forbidding("/api/v1/pods")) as config:
        found, watches = list_pods(connect(config), "kapp.k14s.io/app=1", spaces)
        assert [body["metadata"]["name"] for body in found] == ["before"]
        thread = threading.Thread(target=follow, args=(watches, added))
        thread.start()
        for namespace in spaces:
            place.client.create(PODS, pod("after"), namespace)
        assert two.wait(30)
        for watch in watches:
            watch.close()
        thread.join()
    assert sorted(seen) == sorted((namespace, "after") for namespace in spaces)
    place.client.delete(NAMESPACES, second)


def test_where_no_pods_may_be_listed_the_namespaces_that_were_tried_are_named(place: Place) -> None:
    closed = forbidding("/api/v1/pods", *(f"/api/v1/namespaces/{n}/pods" for n in ("a", "b")))
    with faulty(place.client.transport.config, closed) as config, pytest.raises(ApiError) as caught:
        list_pods(connect(config), "kapp.k14s.io/app=1", ["a", "b"])
    assert str(caught.value) == (
        'pods is forbidden: User cannot list resource "pods" in API group "" in the namespace(s) "a", "b"')
