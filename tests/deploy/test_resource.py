from typing import Any

import pytest

from oakum.deploy.resource import Resource


def made(**metadata: Any) -> Resource:
    return Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", **metadata}})


@pytest.mark.parametrize("field", ["labels", "annotations"])
@pytest.mark.parametrize("value", [5, ["a"], "text", {"a": "b", "c": 5}, {"a": None}, {"a": {"b": "c"}}])
def test_labels_and_annotations_that_are_no_map_of_texts_are_none_as_for_go_programs(field: str, value: Any) -> None:
    resource = made(**{field: value})
    assert getattr(resource, field) == {}
    assert resource.metadata[field] == value


@pytest.mark.parametrize("at", ["", "soon", 5, None, ["2024-01-01T00:00:00Z"], "2024-01-01", "2024-01-01T00:00:00"])
def test_a_time_of_creation_that_is_none_is_none(at: Any) -> None:
    assert made(creationTimestamp=at).created is None


@pytest.mark.parametrize("field", ["namespace", "uid"])
def test_names_that_are_no_texts_are_empty(field: str) -> None:
    assert getattr(made(**{field: ["a"]}), field) == ""


@pytest.mark.parametrize("beginning", [5, ["a"], {"a": "b"}, None, ""])
def test_a_beginning_of_names_that_is_no_text_is_none(beginning: Any) -> None:
    assert Resource({"metadata": {"generateName": beginning}}).name == ""


def test_only_owners_that_are_references_count() -> None:
    assert made(ownerReferences=[None, 5, {"uid": "u"}]).owners == [{"uid": "u"}]
    assert made(ownerReferences={"uid": "u"}).owners == []
