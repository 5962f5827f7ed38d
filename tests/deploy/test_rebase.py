from copy import deepcopy
from itertools import product
from typing import Any

import pytest

from oakum.deploy.config.config import Config, parse_config
from oakum.deploy.config.defaults import default_config
from oakum.deploy.diff.rebase import NoTemplates, rebase
from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import Resource


def made(kind: str = "ConfigMap", api: str = "v1", **fields: Any) -> Resource:
    meta = {"name": "x", "namespace": "n", **fields.pop("metadata", {})}
    return Resource({"apiVersion": api, "kind": kind, "metadata": meta, **fields})


def rules(*entries: dict[str, Any]) -> Config:
    return parse_config(Resource({"rebaseRules": [
        {"resourceMatchers": [{"allMatcher": {}}], **entry} for entry in entries]}), "")


def result(config: Config, new: Resource, existing: Resource) -> dict[str, Any]:
    return rebase(new, existing, config, NoTemplates()).body


def test_metadata_is_the_clusters_but_for_labels_and_annotations() -> None:
    existing = made(metadata={"uid": "u", "resourceVersion": "5", "labels": {"theirs": "1"}, "annotations": {"a": "1"}})
    got = result(default_config(), made(metadata={"labels": {"ours": "1"}}), existing)
    assert got["metadata"] == {"name": "x", "namespace": "n", "uid": "u", "resourceVersion": "5", "labels": {"ours": "1"}}


def test_a_service_keeps_its_address_unless_it_wants_another() -> None:
    existing = made("Service", spec={"clusterIP": "10.0.0.1"})
    assert result(default_config(), made("Service", spec={}), existing)["spec"] == {"clusterIP": "10.0.0.1"}
    assert result(default_config(), made("Service", spec={"clusterIP": "None"}), existing)["spec"] == {"clusterIP": "None"}


def test_neither_the_wanted_nor_the_existing_object_is_changed_by_what_is_made_of_both() -> None:
    config = rules({"path": ["a", {"allIndexes": True}, "b"], "type": "copy", "sources": ["existing"]},
                   {"path": ["metadata"], "type": "copy", "sources": ["existing"]},
                   {"path": ["metadata", "labels", "x"], "type": "remove"},
                   {"path": ["a", {"index": 0}, "c"], "type": "remove"})
    new = made(a=[{"c": {"k": 1}}, {}])
    existing = made(metadata={"labels": {"x": "1", "y": "2"}}, a=[{"b": 1}, {"b": 2}])
    before = deepcopy((new.body, existing.body))
    assert result(config, new, existing)["a"] == [{"b": 1}, {"b": 2}]
    assert (new.body, existing.body) == before


def test_missing_maps_are_made_on_the_way() -> None:
    config = rules({"path": ["a", "b", "c"], "type": "copy", "sources": ["existing"]})
    assert result(config, made(), made(a={"b": {"c": 1}}))["a"] == {"b": {"c": 1}}


def test_maps_are_not_made_on_the_way_to_nothing() -> None:
    config = rules({"path": ["a", "b", "c"], "type": "copy", "sources": ["new", "existing"]})
    assert "a" not in result(config, made(), made(a={"other": 1}))


def test_arrays_are_walked_side_by_side_and_never_made_longer() -> None:
    config = rules({"path": ["l", {"allIndexes": True}, "c"], "type": "copy", "sources": ["new", "existing"]})
    got = result(config, made(l=[{"n": 1}, {"n": 2}]), made(l=[{"c": "x"}]))
    assert got["l"] == [{"n": 1, "c": "x"}, {"n": 2}]


def test_a_pattern_copies_every_key_of_the_source_that_matches() -> None:
    config = rules({"path": ["data", {"regex": "^auto-"}], "type": "copy", "sources": ["new", "existing"]})
    got = result(config, made(data={"k": "1"}), made(data={"auto-a": "1", "other": "2"}))
    assert got["data"] == {"k": "1", "auto-a": "1"}


def test_a_pattern_that_is_none_is_told_in_gos_words_and_nowhere_else(capfd: pytest.CaptureFixture[str]) -> None:
    config = rules({"path": ["data", {"regex": "("}], "type": "remove"})
    with pytest.raises(ConfigError) as caught:
        result(config, made(data={}), made())
    assert str(caught.value) == ("Applying rebase rule to configmap/x (v1) namespace: n: Expected path part regex '(' to be "
                                 "valid: error parsing regexp: missing closing ): `(`")
    assert capfd.readouterr() == ("", "")


def test_remove_takes_what_can_be_reached() -> None:
    config = rules({"path": ["data", "old"], "type": "remove"}, {"path": ["no", "such"], "type": "remove"})
    assert result(config, made(data={"old": "1", "k": "2"}), made())["data"] == {"k": "2"}


def test_a_value_of_another_type_is_named() -> None:
    config = rules({"path": ["data", "v1", "deeper"], "type": "copy", "sources": ["new", "existing"]})
    with pytest.raises(ConfigError) as caught:
        result(config, made(data={"v1": "1"}), made(data={"v1": "1"}))
    assert str(caught.value) == (
        "Applying rebase rule to configmap/x (v1) namespace: n: FieldCopyMod for path 'data,v1,deeper' on resource "
        "'configmap/x (v1) namespace: n': Unexpected non-map found: string")


@pytest.mark.parametrize(("entry", "text"), [
    ({"path": ["a"], "paths": [["b"]], "type": "copy"}, "Expected only one of path or paths specified"),
    ({"type": "copy"}, "Expected either path or paths to be specified"),
    ({"ytt": {"overlayContractV1": {}}, "type": "copy"}, "Expected only resourceMatchers specified with ytt configuration"),
])
def test_rules_that_contradict_themselves_are_refused(entry: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=f"Validating config: Validating rebase rule 0: {text}"):
        rules(entry)


def test_a_path_part_of_no_known_form_is_named_as_scripts_expect_it() -> None:
    with pytest.raises(ConfigError, match="panic: Unknown path part"):
        rules({"path": [{"bogus": True}], "type": "copy", "sources": ["new"]})


@pytest.mark.parametrize("secrets", [5, "text", {"a": "b"}, [5, None, {"name": ["x"]}]])
def test_a_service_account_of_another_shape_is_left_for_the_server_to_refuse(secrets: Any) -> None:
    existing = made("ServiceAccount", secrets=[{"name": "x-token-1"}, None, {"name": 5}], imagePullSecrets=secrets)
    got = result(default_config(), made("ServiceAccount", secrets=secrets), existing)
    assert got["secrets"] == ([*secrets, {"name": "x-token-1"}] if isinstance(secrets, list) else secrets)


@pytest.mark.parametrize("path", [["data", "k", "x"], ["list", "x"], ["list", {"index": 0}, "x"], ["list", {"regex": "x"}]])
def test_what_cannot_be_reached_is_not_removed(path: list[Any]) -> None:
    new = made(data={"k": "v"}, list=["a"])
    assert result(rules({"path": path, "type": "remove"}), new, made())["list"] == ["a"]


def test_a_path_that_ends_in_an_array_is_named() -> None:
    parts: list[tuple[dict[str, Any], str]] = [({"allIndexes": True}, r"\(all\)"), ({"index": 0}, "0")]
    for (kind, mod), (part, shown) in product((("remove", "FieldRemoveMod"), ("copy", "FieldCopyMod")), parts):
        config = rules({"path": ["list", part], "type": kind, "sources": ["new"]})
        with pytest.raises(ConfigError, match=f"{mod} for path 'list,{shown}' on resource .*: Expected last part of the path"):
            result(config, made(list=["a"]), made(list=["a"]))
