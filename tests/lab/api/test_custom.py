from typing import Any

import pytest
from tests.lab.api.client import Client

from oakum.lab.api import app
from oakum.lab.store import Store

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
GADGETS = "/apis/example.test/v1/namespaces/default/gadgets"
SPEC = {
    "type": "object",
    "required": ["size"],
    "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "colour": {"type": "string", "default": "red", "enum": ["red", "green"]},
        "name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
        "port": {"x-kubernetes-int-or-string": True},
        "parts": {
            "type": "array",
            "maxItems": 2,
            "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
        },
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    },
    "x-kubernetes-validations": [
        {"rule": "self.size < 8 || self.colour == 'green'", "message": "big ones are green"},
        {"rule": "self.size >= oldSelf.size", "message": "never shrink"},
    ],
}


def definition(**version: Any) -> dict[str, Any]:
    status = {"type": "object", "properties": {"ready": {"type": "integer"}}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPEC, "status": status}}}
    scale = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.ready"}
    served = {"name": "v1", "served": True, "storage": True, "schema": schema}
    served["subresources"] = {"status": {}, "scale": scale}
    spec = {
        "group": "example.test",
        "scope": "Namespaced",
        "names": {"kind": "Gadget", "plural": "gadgets", "shortNames": ["gd"]},
        "versions": [{**served, **version}],
    }
    return {"metadata": {"name": "gadgets.example.test"}, "spec": spec}


def gadget(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "example.test/v1", "kind": "Gadget", "metadata": {"name": "a"}, "spec": spec}


@pytest.fixture
def gadgets(client: Client) -> Client:
    assert client.post(DEFINITIONS, definition()).code == 201
    return client


def test_a_definition_is_established_and_served(gadgets: Client) -> None:
    state = gadgets.get(f"{DEFINITIONS}/gadgets.example.test").json["status"]
    assert {each["type"]: each["status"] for each in state["conditions"]} == {
        "NamesAccepted": "True",
        "Established": "True",
    }
    assert state["storedVersions"] == ["v1"]
    listed = gadgets.get("/apis/example.test/v1").json["resources"]
    assert [each["name"] for each in listed] == ["gadgets", "gadgets/status", "gadgets/scale"]


def test_objects_are_pruned_and_defaulted(gadgets: Client) -> None:
    made = gadgets.post(GADGETS, gadget(size=1, junk=2, free={"any": 1}))
    assert made.json["spec"] == {"size": 1, "colour": "red", "free": {"any": 1}}
    assert made.warnings == ['299 - "unknown field \\"spec.junk\\""']


UNCHECKED = (
    "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; "
    "correct the existing errors to complete validation"
)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, "spec.size: Required value"),
        ({"size": "x"}, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'),
        ({"size": 0}, "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"),
        ({"size": 10, "colour": "green"}, "spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9"),
        ({"size": 1, "colour": "blue"}, 'spec.colour: Unsupported value: "blue": supported values: "red", "green"'),
        ({"size": 1, "name": "A"}, "spec.name: Invalid value: \"A\": spec.name in body should match '^[a-z]+$'"),
        ({"size": 1, "name": "abcdef"}, "spec.name: Too long: may not be more than 5 bytes"),
        ({"size": 1, "parts": [{"name": "a"}, {"name": "a"}]}, 'spec.parts[1]: Duplicate value: {"name":"a"}'),
        ({"size": 1, "parts": [{}]}, "spec.parts[0].name: Required value"),
        ({"size": 9}, "spec: Invalid value: big ones are green"),
    ],
)
def test_what_a_schema_refuses(gadgets: Client, spec: Any, message: str) -> None:
    answer = gadgets.post(GADGETS, gadget(**spec))
    assert answer.code == 422
    told = answer.json["message"].removeprefix('Gadget.example.test "a" is invalid: ')
    assert told in (message, f"[{message}, {UNCHECKED}]")


def test_rules_are_not_looked_at_when_a_value_is_missing(gadgets: Client) -> None:
    assert gadgets.post(GADGETS, gadget()).json["message"].endswith(f"{UNCHECKED}]")
    assert UNCHECKED not in gadgets.post(GADGETS, gadget(size=0)).json["message"]


def test_a_rule_compares_with_the_stored_object(gadgets: Client) -> None:
    gadgets.post(GADGETS, gadget(size=3))
    assert "never shrink" in gadgets.patch(f"{GADGETS}/a", {"spec": {"size": 2}}).json["message"]
    assert gadgets.patch(f"{GADGETS}/a", {"spec": {"size": 4}}).code == 200


def test_generation_counts_changes_of_the_spec(gadgets: Client) -> None:
    gadgets.post(GADGETS, gadget(size=3))
    gadgets.patch(f"{GADGETS}/a/status", {"status": {"ready": 1}})
    after = gadgets.patch(f"{GADGETS}/a", {"spec": {"size": 4}, "status": {"ready": 9}}).json
    assert (after["metadata"]["generation"], after["status"]) == (2, {"ready": 1})


def test_a_scale_follows_the_definitions_paths(gadgets: Client) -> None:
    gadgets.post(GADGETS, gadget(size=3))
    gadgets.patch(f"{GADGETS}/a/scale", {"spec": {"replicas": 5}})
    assert gadgets.get(f"{GADGETS}/a").json["spec"]["size"] == 5


def test_strategic_patches_are_not_for_custom_objects(gadgets: Client) -> None:
    gadgets.post(GADGETS, gadget(size=3))
    assert gadgets.patch(f"{GADGETS}/a", {}, "strategic-merge-patch+json").code == 415


def test_an_update_needs_a_version(gadgets: Client) -> None:
    gadgets.post(GADGETS, gadget(size=3))
    assert (
        "metadata.resourceVersion: Invalid value: 0: must be specified for an update"
        in (gadgets.put(f"{GADGETS}/a", gadget(size=4)).json["message"])
    )


def test_printer_columns(client: Client) -> None:
    columns = [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}]
    client.post(DEFINITIONS, definition(additionalPrinterColumns=columns))
    client.post(GADGETS, gadget(size=3))
    table = client.get(GADGETS, accept="application/json;as=Table;g=meta.k8s.io;v=v1").json
    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Size"]
    assert table["rows"][0]["cells"] == ["a", 3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metadata": {"name": "other"}}, 'must be spec.names.plural+"."+spec.group'),
        ({"spec": {**definition()["spec"], "scope": "Galactic"}}, 'supported values: "Cluster", "Namespaced"'),
    ],
)
def test_a_mistaken_definition_is_refused(client: Client, change: Any, message: str) -> None:
    assert message in client.post(DEFINITIONS, {**definition(), **change}).json["message"]


def test_a_version_without_schema_is_refused(client: Client) -> None:
    message = client.post(DEFINITIONS, definition(schema=None)).json["message"]
    assert "spec.versions[0].schema.openAPIV3Schema: Required value" in message


def test_definitions_come_back_with_their_store() -> None:
    store = Store()
    Client(app(store)).post(DEFINITIONS, definition())
    assert Client(app(store)).post(GADGETS, gadget(size=1)).code == 201


def test_all_served_versions_show_the_same_objects(client: Client) -> None:
    body = definition()
    body["spec"]["versions"].append({**body["spec"]["versions"][0], "name": "v1beta1", "storage": False})
    client.post(DEFINITIONS, body)
    client.post(GADGETS, gadget(size=1))
    old = client.get(GADGETS.replace("v1", "v1beta1") + "/a").json
    assert (old["apiVersion"], old["spec"]["size"]) == ("example.test/v1beta1", 1)


def two_versions(**older: Any) -> dict[str, Any]:
    """The definition with a version v1beta1, which is not the stored one and knows the colour only."""
    body = definition()
    spec = {"type": "object", "properties": {"colour": {"type": "string"}, "older": {"type": "string", "default": "x"}}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    body["spec"]["versions"].append({"name": "v1beta1", "served": True, "storage": False, "schema": schema, **older})
    return body


def test_each_version_shows_what_it_knows_and_the_stored_one_is_kept(client: Client) -> None:
    client.post(DEFINITIONS, two_versions())
    client.post(GADGETS, gadget(size=1))
    older = GADGETS.replace("v1", "v1beta1")
    assert client.get(f"{older}/a").json["spec"] == {"colour": "red"}
    assert client.get(older).json["items"][0]["spec"] == {"colour": "red"}
    made = {**gadget(colour="green"), "apiVersion": "example.test/v1beta1", "metadata": {"name": "b"}}
    assert client.post(older, made).json["spec"] == {"colour": "green"}


def test_a_deprecated_version_names_a_better_one(client: Client) -> None:
    client.post(DEFINITIONS, two_versions(deprecated=True))
    told = client.get(GADGETS.replace("v1", "v1beta1")).warnings
    assert told == ['299 - "example.test/v1beta1 Gadget is deprecated; use example.test/v1 Gadget"']


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "string", "default": 1}, 'default: Invalid value: "integer":  in body must be of type string'),
        ({"type": "string", "pattern": "("}, "pattern: Invalid value: "),
        ({"type": "nosuch"}, 'type: Unsupported value: "nosuch"'),
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, "uniqueItems: Forbidden"),
        ({"$ref": "#/a"}, "$ref: Forbidden: $ref is not supported"),
        ({"type": "object", "x-kubernetes-embedded-resource": True}, "properties: Required value"),
        ({"anyOf": [{"type": "string"}]}, "anyOf[0].type: Forbidden: must be empty to be structural"),
        ({"type": "string", "x-kubernetes-validations": [{"rule": "self >"}]}, "rule: Invalid value"),
    ],
)
def test_a_schema_that_makes_no_sense_is_refused(client: Client, schema: Any, message: str) -> None:
    whole = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"x": schema}}}}
    answer = client.post(DEFINITIONS, definition(schema={"openAPIV3Schema": whole}, subresources={}))
    assert answer.code == 422
    assert message in answer.json["message"]


def test_a_rule_names_fields_of_its_schema_only(client: Client) -> None:
    spec = {"type": "object", "properties": {"a": {"type": "integer"}}}
    schema = {"type": "object", "properties": {"spec": spec}, "x-kubernetes-validations": [{"rule": "self.spec.b > 1"}]}
    message = client.post(DEFINITIONS, definition(schema={"openAPIV3Schema": schema}, subresources={})).json["message"]
    assert "<input>:1:10: undefined field 'b'\n | self.spec.b > 1\n | .........^" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"selectableFields": [{"jsonPath": ".spec.none"}]}, "does not refer to a valid field"),
        ({"additionalPrinterColumns": [{"name": "x", "type": "y", "jsonPath": ".z"}]}, "must be one of boolean,date"),
        ({"subresources": {"scale": {"specReplicasPath": "x"}}}, "must be a simple json path starting with ."),
    ],
)
def test_a_part_of_a_definition_that_makes_no_sense_is_refused(client: Client, change: Any, message: str) -> None:
    assert message in client.post(DEFINITIONS, definition(**change)).json["message"]
