"""Whatever is sent, the server answers as an API server does: it never fails by an exception of its own."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lab.api.client import MAPS, Client, config_map

from oakum.lab.api import app, schema
from oakum.lab.api.codec import shape_of
from oakum.lab.api.kinds import Resource, builtin
from oakum.lab.api.schema import ListOf, MapOf, Shape, Struct, resolved
from oakum.lab.store import Store

CREATED = [resource for resource in builtin() if "create" in resource.verbs and "get" in resource.verbs]
TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1"


def path_of(resource: Resource) -> str:
    base = f"/apis/{resource.group}/{resource.kind.version}" if resource.group else "/api/v1"
    return base + ("/namespaces/default" if resource.namespaced else "") + f"/{resource.plural}"


def example(shape: Shape, depth: int = 0) -> Any:
    """A value with every field set, as far down as eight levels."""
    known = resolved(shape)
    if isinstance(known, Struct):
        fields = known.fields.values() if depth < 8 else []
        return {field.name: field.enum[0] if field.enum else example(field.shape, depth + 1) for field in fields}
    if isinstance(known, ListOf):
        return [example(known.item, depth + 1)]
    if isinstance(known, MapOf):
        return {"a": example(known.value, depth + 1)}
    numbers = {"i": 1, "i32": 1, "i64": 1, "f": 1.5, "b": True, "machinery.util.intstr.IntOrString": 1}
    times = {"meta.Time": "2024-01-01T00:00:00Z", "meta.MicroTime": "2024-01-01T00:00:00.000000Z"}
    whole = {"o": {}, "meta.FieldsV1": {}, "machinery.runtime.RawExtension": {}, "apiextensions.v1.JSON": {}}
    return {**numbers, **times, **whole, "machinery.api.resource.Quantity": "1"}.get(known.name, "a")


@pytest.mark.parametrize("resource", CREATED, ids=lambda resource: f"{resource.plural}-{resource.kind.version}")
def test_every_kind_answers_to_little_and_to_much(resource: Resource) -> None:
    client, path = Client(app(Store())), path_of(resource)
    full = example(shape_of(resource))
    full |= {"metadata": {"name": "full"}, "apiVersion": resource.kind.api_version, "kind": resource.kind.name}
    bodies = [
        {},
        {"metadata": {"name": "a"}},
        {"metadata": {"name": "b"}, "spec": {}},
        {"metadata": {"name": "c"}, "spec": None},
    ]
    codes = [client.post(path, body).code for body in [*bodies, full]]
    assert set(codes) <= {201, 400, 403, 409, 422}
    for item in client.get(path).json["items"]:
        name = item["metadata"]["name"]
        assert client.put(f"{path}/{name}", {**item}).code in (200, 400, 409, 422)
        assert client.patch(f"{path}/{name}", {"metadata": {"labels": {"a": "b"}}}).code in (200, 422)
    assert client.get(path, accept=TABLE).json["kind"] == "Table"
    assert client.delete(path).code in (200, 403, 405)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["spec", "metadata", "name", "a"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.sampled_from(CREATED), JSON)
def test_nonsense_is_refused_in_words(resource: Resource, body: Any) -> None:
    client = Client(app(Store()))
    answer = client.post(path_of(resource), body)
    assert answer.code == 201 or answer.json["message"]


def test_every_type_of_the_table_can_be_read() -> None:
    for name in schema.names():
        assert schema.bare(name) is not None or schema.struct(name).name == name


PODS = "/api/v1/namespaces/default/pods"
APPLIED = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}


@pytest.mark.parametrize(
    ("method", "path", "form", "body"),
    [
        ("POST", f"{PODS}/p/binding", "json", "text"),
        ("POST", f"{PODS}/p/eviction", "json", [1]),
        ("PATCH", f"{MAPS}/a", "json-patch+json", [{"op": "add", "path": 5, "value": 1}]),
        ("PATCH", f"{MAPS}/a", "json-patch+json", [{"op": "add", "path": "a", "value": 1}]),
        ("PATCH", f"{MAPS}/a", "json-patch+json", [{"op": "move", "path": "/data/x", "from": 1}]),
        ("PATCH", f"{MAPS}/a", "merge-patch+json", {"kind": {"a": 1}}),
        ("PATCH", f"{MAPS}/a", "merge-patch+json", {"metadata": [1]}),
        ("PATCH", f"{MAPS}/a?fieldManager=f", "apply-patch+yaml", {"apiVersion": {}, "kind": "ConfigMap"}),
        ("POST", MAPS, "vnd.kubernetes.protobuf", b"k8s\x00\x08\x01"),
        ("POST", MAPS, "vnd.kubernetes.protobuf", b"k8s\x00\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12\x02\x08\x01"),
    ],
)
def test_what_has_the_wrong_type_is_the_clients_fault(method: str, path: str, form: str, body: Any) -> None:
    client = Client(app(Store()))
    client.post(MAPS, config_map("a"))
    client.post(PODS, {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "x"}]}})
    answer = client(method, path, body, **{"content-type": f"application/{form}"})
    assert 400 <= answer.code < 500
    assert answer.json["message"]


def test_an_apply_of_nothing_new_by_somebody_new_is_taken() -> None:
    client = Client(app(Store()))
    client.post(MAPS, config_map("a"))
    assert client.patch(f"{MAPS}/a?fieldManager=f", APPLIED, "apply-patch+yaml").code == 200
