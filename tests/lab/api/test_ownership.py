"""Who owns the fields of a new object: its creator, but not of what the cluster adds."""
from typing import Any

import pytest
from tests.lab.api.client import Client

SERVICES = "/api/v1/namespaces/default/services"
PODS = "/api/v1/namespaces/default/pods"


def owned(answer: Any) -> Any:
    return answer.json["metadata"]["managedFields"][0]["fieldsV1"]


def test_allotted_addresses_belong_to_nobody(client: Client) -> None:
    fields = owned(client.post(SERVICES, {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}))
    assert "f:ports" in fields["f:spec"]
    assert "f:clusterIP" not in fields["f:spec"]


def test_what_admission_adds_to_a_pod_belongs_to_nobody(client: Client) -> None:
    spec = {"containers": [{"name": "c", "image": "busybox"}]}
    fields = owned(client.post(PODS, {"metadata": {"name": "p"}, "spec": spec}))["f:spec"]
    assert "f:restartPolicy" in fields, "a default is the creator's"
    assert not {"f:tolerations", "f:serviceAccountName", "f:volumes"} & set(fields)


def test_a_definitions_status_is_the_servers(client: Client) -> None:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
    names = {"plural": "pots", "kind": "Pot"}
    spec = {"group": "example.test", "scope": "Namespaced", "names": names, "versions": [version]}
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    client.post(path, {"metadata": {"name": "pots.example.test"}, "spec": spec})
    entries = client.get(f"{path}/pots.example.test").json["metadata"]["managedFields"]
    assert ("kube-apiserver", "status") in [(each["manager"], each.get("subresource")) for each in entries]


def test_a_limit_range_tells_what_it_gave(client: Client) -> None:
    limit = {"type": "Container", "default": {"cpu": "200m"}, "defaultRequest": {"cpu": "100m"}}
    client.post("/api/v1/namespaces/default/limitranges", {"metadata": {"name": "l"}, "spec": {"limits": [limit]}})
    made = client.post(PODS, {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "busybox"}]}})
    told = "LimitRanger plugin set: cpu request for container c; cpu limit for container c"
    assert made.json["metadata"]["annotations"] == {"kubernetes.io/limit-ranger": told}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/apis/apps/v9", "the server could not find the requested resource"),
        ("/api/v1/things", "the server could not find the requested resource"),
    ],
)
def test_in_a_built_in_group_what_is_not_there_is_a_status(client: Client, path: str, text: str) -> None:
    answer = client.get(path)
    assert (answer.code, answer.json["message"], answer.json["details"]) == (404, text, {})


def test_columns_say_what_they_show(client: Client) -> None:
    accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
    client.headers["accept"] = accept
    columns = client.get("/api/v1/namespaces/default/configmaps").json["columnDefinitions"]
    assert [each["name"] for each in columns] == ["Name", "Data", "Age"]
    assert columns[0]["description"].startswith("Name must be unique within a namespace.")
    assert columns[1]["type"] == "string"
