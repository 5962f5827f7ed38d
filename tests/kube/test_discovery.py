import pytest
from tests.kube.scripted import Reply, serving

from oakum.kube.client import Client
from oakum.kube.errors import ApiError, DiscoveryError
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.transport import Transport

V2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
POD = {"resource": "pods", "responseKind": {"kind": "Pod"}, "scope": "Namespaced", "verbs": ["get", "list", "watch"]}
AGGREGATED = {"/api": {"items": [{"metadata": {"name": ""}, "versions": [{"version": "v1", "resources": [POD]}]}]},
              "/apis": {"items": [{"metadata": {"name": "ex.test"}, "versions": [
                  {"version": "v1", "freshness": "Stale", "resources": []}]}]}}
LEGACY = {"/api": {"kind": "APIVersions", "versions": ["v1"]},
          "/apis": {"kind": "APIGroupList", "groups": [{"name": "apps", "preferredVersion": {"groupVersion": "apps/v1"},
                                                       "versions": [{"groupVersion": "apps/v1"}]}]},
          "/api/v1": {"resources": [{"name": "pods", "kind": "Pod", "namespaced": True, "verbs": ["list"]},
                                    {"name": "pods/log", "kind": "Pod", "namespaced": True, "verbs": ["get"]}]},
          "/apis/apps/v1": {"resources": [{"name": "deployments", "kind": "Deployment", "namespaced": True}]}}


def test_an_aggregating_server_is_asked_twice() -> None:
    with serving(lambda m, path, h: Reply(200, AGGREGATED[path], {"Content-Type": V2})) as (url, asked):
        client = Client(Transport(ClusterConfig(url)))
        client.discovery.may_ignore = lambda gv: gv == "ex.test/v1"
        pod = client.discovery.find("v1", "Pod")
        client.transport.close()
    assert pod is not None
    assert (pod.path("n", "x"), len(asked)) == ("/api/v1/namespaces/n/pods/x", 2)


def test_a_resource_that_is_only_there_for_its_parts_is_no_type() -> None:
    parts = {"resource": "odd", "scope": "Namespaced", "verbs": ["list"], "subresources": [{"subresource": "part"}]}
    found = {"/api": {"items": [{"metadata": {}, "versions": [{"version": "v1", "resources": [parts, POD]}]}]}, "/apis": {}}
    with serving(lambda m, path, h: Reply(200, found[path], {"Content-Type": V2})) as (url, _):
        client = Client(Transport(ClusterConfig(url)))
        kinds = [t.resource for t in client.discovery.types()]
        client.transport.close()
    assert kinds == ["pods"]


def test_a_stale_group_is_an_error_unless_it_may_be_ignored() -> None:
    with serving(lambda m, path, h: Reply(200, AGGREGATED[path], {"Content-Type": V2})) as (url, _):
        client = Client(Transport(ClusterConfig(url)))
        with pytest.raises(DiscoveryError, match="^unable to retrieve the complete list of server APIs: ex.test/v1: "
                                                 "the server is currently unable to handle the request$"):
            client.discovery.types()
        client.transport.close()


def test_an_old_server_is_asked_for_each_version() -> None:
    with serving(lambda m, path, h: Reply(200, LEGACY[path])) as (url, _):
        client = Client(Transport(ClusterConfig(url)))
        kinds = [(t.api_version, t.kind) for t in client.discovery.types()]
        client.transport.close()
    assert kinds == [("v1", "Pod"), ("apps/v1", "Deployment")]


def test_a_version_that_an_old_server_cannot_list_is_named() -> None:
    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        return Reply(403, {}) if path == "/apis/apps/v1" else Reply(200, LEGACY[path])

    with serving(script) as (url, _):
        client = Client(Transport(ClusterConfig(url)))
        with pytest.raises(DiscoveryError, match="^unable to retrieve the complete list of server APIs: apps/v1: "):
            client.discovery.types()
        client.transport.close()


def test_a_group_that_comes_back_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oakum.kube.discovery.PAUSE", 0.01)
    fresh = {"items": [{"metadata": {"name": "ex.test"}, "versions": [{"version": "v1", "resources": []}]}]}
    asked = []

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        asked.append(path)
        recovered = path == "/apis" and asked.count("/apis") > 1
        return Reply(200, fresh if recovered else AGGREGATED[path], {"Content-Type": V2})

    with serving(script) as (url, _):
        client = Client(Transport(ClusterConfig(url)))
        client.discovery.attempts = 3
        assert [t.kind for t in client.discovery.types()] == ["Pod"]
        client.transport.close()
    assert asked.count("/apis") == 2


@pytest.mark.parametrize("hiccup", [Reply(503), Reply(429), Reply(500), Reply(cut=True)])
def test_a_server_that_lists_nothing_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch, hiccup: Reply) -> None:
    monkeypatch.setattr("oakum.kube.discovery.PAUSE", 0.01)
    asked = []

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        asked.append(path)
        return hiccup if path == "/apis" and asked.count("/apis") < 3 else Reply(200, LEGACY[path])

    with serving(script) as (url, _):
        client = Client(Transport(ClusterConfig(url)))
        client.discovery.attempts = 10
        assert [t.kind for t in client.discovery.types()] == ["Pod", "Deployment"]
        client.transport.close()


def test_a_server_that_refuses_to_list_what_it_serves_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([Reply(403)]) as (url, asked):
        client = Client(Transport(ClusterConfig(url)))
        client.discovery.attempts = 10
        with pytest.raises(ApiError):
            client.discovery.types()
        client.transport.close()
    # Either of the two questions may be refused before the other one is asked.
    assert len(asked) <= 2
