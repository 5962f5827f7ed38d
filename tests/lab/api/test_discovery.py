import pytest
from tests.lab.api.client import Client

from oakum.lab.api.openapi import custom_name

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def test_one_document_tells_all_groups(client: Client) -> None:
    groups = client.get("/apis", accept=AGGREGATED).json["items"]
    assert "apps" in [group["metadata"]["name"] for group in groups]
    (core,) = client.get("/api", accept=AGGREGATED).json["items"]
    pods = next(item for item in core["versions"][0]["resources"] if item["resource"] == "pods")
    assert (pods["scope"], pods["shortNames"], pods["categories"]) == ("Namespaced", ["po"], ["all"])
    assert {"log", "exec", "status"} <= {sub["subresource"] for sub in pods["subresources"]}


def test_the_older_documents_say_the_same(client: Client) -> None:
    assert client.get("/api").json["versions"] == ["v1"]
    apps = next(group for group in client.get("/apis").json["groups"] if group["name"] == "apps")
    assert apps["preferredVersion"] == {"groupVersion": "apps/v1", "version": "v1"}
    assert client.get("/apis/autoscaling").json["preferredVersion"]["version"] == "v2"
    listed = {item["name"]: item for item in client.get("/apis/apps/v1").json["resources"]}
    assert listed["deployments"]["kind"] == "Deployment"
    assert (listed["deployments/scale"]["group"], listed["deployments/scale"]["kind"]) == ("autoscaling", "Scale")


def test_openapi_describes_types_and_the_parameters_of_writes(client: Client) -> None:
    urls = client.get("/openapi/v3").json["paths"]
    document = client.get(urls["apis/apps/v1"]["serverRelativeURL"]).json
    containers = document["components"]["schemas"]["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"]
    assert containers["x-kubernetes-patch-merge-key"] == "name"
    patch = document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert "fieldValidation" in [parameter["name"] for parameter in patch["parameters"]]
    assert patch["x-kubernetes-group-version-kind"] == {"group": "apps", "version": "v1", "kind": "Deployment"}


def test_every_reference_of_openapi_leads_somewhere(client: Client) -> None:
    for url in client.get("/openapi/v3").json["paths"].values():
        answer = client.get(url["serverRelativeURL"])
        schemas = answer.json["components"]["schemas"]
        wanted = {part.split('"')[0] for part in answer.content.decode().split('"#/components/schemas/')[1:]}
        assert wanted <= set(schemas)


def test_the_older_openapi_has_all_types(client: Client) -> None:
    definitions = client.get("/openapi/v2").json["definitions"]
    assert "io.k8s.api.apps.v1.Deployment" in definitions
    assert definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] == {"type": "string"}


def test_a_custom_kinds_type_is_named_after_its_group_backwards() -> None:
    from oakum.lab.api.kinds import Kind

    assert custom_name(Kind("shop.example.test", "v1", "Cart")) == "test.example.shop.v1.Cart"


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz", "/readyz/ping"])
def test_health(client: Client, path: str) -> None:
    assert client.get(path).content == b"ok"


def test_health_is_told_in_detail(client: Client) -> None:
    assert client.get("/readyz?verbose").content.endswith(b"[+]etcd ok\nreadyz check passed\n")


def test_the_version_is_one_that_clients_know(client: Client) -> None:
    version = client.get("/version").json
    assert (version["major"], version["minor"]) == ("1", "36")
