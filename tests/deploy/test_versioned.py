from typing import Any

import pytest

from oakum.deploy.config.defaults import default_config
from oakum.deploy.diff.change import Change, Differ
from oakum.deploy.diff.changeset import calculate
from oakum.deploy.diff.history import Comparing
from oakum.deploy.diff.rebase import NoTemplates
from oakum.deploy.errors import ConfigError, InputError
from oakum.deploy.resource import Resource

DIFFER = Differ(Comparing(default_config(), NoTemplates()))


def cm(name: str, value: str = "1", versioned: bool = True, **notes: str) -> Resource:
    annotations = {"kapp.k14s.io/versioned": ""} if versioned else {}
    annotations |= {f"kapp.k14s.io/{k.replace('_', '-')}": v for k, v in notes.items()}
    return Resource({"apiVersion": "v1", "kind": "ConfigMap", "data": {"k": value},
                     "metadata": {"name": name, "namespace": "n", "annotations": annotations}})


def job(*configs: str) -> Resource:
    volumes: list[Any] = [{"configMap": {"name": name}} for name in configs]
    return Resource({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": "n"},
                     "spec": {"template": {"spec": {"volumes": volumes}}}})


def changes(existing: list[Resource], new: list[Resource]) -> list[str]:
    return [f"{c.op} {c.resource.name}" for c in calculate(existing, new, DIFFER)]


def found(existing: list[Resource], new: list[Resource], kind: str) -> Change:
    return next(c for c in calculate(existing, new, DIFFER) if c.resource.kind == kind)


def test_new_content_gets_a_new_name_that_references_follow() -> None:
    change = found([cm("c-ver-1")], [cm("c", "2"), job("c", "other")], "Job")
    volumes = change.resource.body["spec"]["template"]["spec"]["volumes"]
    assert [v["configMap"]["name"] for v in volumes] == ["c-ver-2", "other"]


def test_the_same_content_keeps_its_name_for_references() -> None:
    change = found([cm("c-ver-3")], [cm("c"), job("c")], "Job")
    assert change.resource.body["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"] == "c-ver-3"


def test_a_chain_of_versioned_objects_settles() -> None:
    def refer(name: str, target: str) -> Resource:
        text = f"apiVersion: v1\nkind: ConfigMap\nname: {target}\n"
        return cm(name, versioned_explicit_ref=text)

    existing = [cm("a-ver-1"), refer("b-ver-1", "a-ver-1"), refer("c-ver-1", "b-ver-1")]
    assert changes(existing, [cm("a"), refer("b", "a"), refer("c", "b")]) == [
        "keep a-ver-1", "keep b-ver-1", "keep c-ver-1"]
    assert changes(existing, [cm("a", "2"), refer("b", "a"), refer("c", "b")])[:3] == [
        "add a-ver-2", "add b-ver-2", "add c-ver-2"]


def test_old_versions_go_beyond_the_number_to_keep() -> None:
    existing = [cm(f"c-ver-{n}", str(n)) for n in (1, 2, 3)]
    assert changes(existing, [cm("c", "4", num_versions="2")]) == [
        "add c-ver-4", "delete c-ver-1", "noop c-ver-2", "noop c-ver-3"]


def test_versions_of_what_is_no_longer_wanted_are_deleted() -> None:
    assert changes([cm("c-ver-1"), cm("c-ver-2")], []) == ["delete c-ver-1", "delete c-ver-2"]


def test_a_plain_object_makes_way_for_its_first_version() -> None:
    assert changes([cm("c", versioned=False)], [cm("c")]) == ["add c-ver-1", "delete c"]


def test_an_unversioned_copy_may_stay() -> None:
    assert changes([], [cm("c", versioned_keep_original="")]) == ["add c-ver-1", "add c"]


def test_to_keep_the_original_alone_makes_no_versions() -> None:
    assert changes([], [cm("c", versioned=False, versioned_keep_original="")]) == ["add c"]


def test_versions_are_numbers() -> None:
    with pytest.raises(InputError, match="Invalid version in versioned resource 'configmap/c-ver-x"):
        changes([cm("c-ver-x")], [cm("c")])


def test_a_version_that_is_kept_shows_no_difference() -> None:
    kept = found([cm("c-ver-3")], [cm("c")], "ConfigMap")
    assert [line for line in kept.lines(None) if line.changed] == []


def test_the_number_of_versions_to_keep_is_looked_at_when_there_are_some() -> None:
    assert changes([], [cm("c", num_versions="0")]) == ["add c-ver-1"]
    with pytest.raises(InputError, match="value to be a >= 1"):
        changes([cm("c-ver-1")], [cm("c", num_versions="0")])


def test_a_reference_whose_name_is_no_string_is_an_error_that_says_where() -> None:
    wanted = job("c")
    wanted.body["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"] = True
    with pytest.raises(ConfigError) as caught:
        changes([], [cm("c"), wanted])
    assert str(caught.value) == (
        "ObjectRefSetMod for path 'spec,template,spec,volumes,(all),configMap' on resource 'job/j (batch/v1) namespace: "
        "n': Unmarshaling object reference: json: cannot unmarshal bool into Go struct field ObjectReference.name of "
        "type string")


def test_an_explicit_reference_whose_version_is_no_string_is_an_error_that_says_where() -> None:
    refer = "apiVersion: 1\nkind: ConfigMap\nname: c\n"
    with pytest.raises(InputError) as caught:
        changes([], [cm("c"), cm("o", versioned=False, versioned_explicit_ref=refer)])
    assert str(caught.value) == (
        "Processing object ref for explicit ref on resource 'configmap/o (v1) namespace: n': Unmarshaling object "
        "reference: json: cannot unmarshal number into Go struct field ObjectReference.apiVersion of type string")


@pytest.mark.parametrize("value", ["x", "", " 1", "1_0"])
def test_a_number_of_versions_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="Expected annotation 'kapp.k14s.io/num-versions' value to be an integer"):
        changes([cm("c-ver-1")], [cm("c", num_versions=value)])


def test_null_stands_for_an_empty_list_on_the_way_to_references_but_for_no_map() -> None:
    wanted = job()
    wanted.body["spec"]["template"]["spec"]["volumes"] = None
    assert changes([], [cm("c"), wanted]) == ["add c-ver-1", "add j"]
    wanted.body["spec"]["template"]["spec"] = None
    with pytest.raises(ConfigError, match="Unexpected non-map found: <nil>"):
        changes([], [cm("c"), wanted])
