from typing import Any

import pytest

from oakum.deploy.cluster import outgoing
from oakum.deploy.config.defaults import default_config
from oakum.deploy.errors import InputError
from oakum.deploy.prepare import (
    Allowed,
    Placement,
    check_complete,
    input_scopes,
    label,
    parse_mapping,
    place,
    renew_nonces,
    unique,
)
from oakum.deploy.resource import Place, Resource


def made(name: str = "x", kind: str = "ConfigMap", api: str = "v1", **fields: Any) -> Resource:
    meta = {"name": name, **fields.pop("metadata", {})} if name else {}
    return Resource({"apiVersion": api, "kind": kind, "metadata": meta, **fields}, Place("file 'a.yml' doc 1"))


def known(api_version: str, kind: str) -> bool | None:
    return {"ConfigMap": True, "ClusterRole": False}.get(kind)


def test_all_that_lack_something_are_listed() -> None:
    with pytest.raises(InputError) as caught:
        check_complete([made(""), made(kind="")])
    assert str(caught.value) == (
        "Validation errors:\n- Expected 'metadata.name' on resource 'configmap/ (v1) cluster' to be non-empty (file 'a.yml' "
        "doc 1)\n- Expected 'kind' on resource '/x (v1) cluster' to be non-empty (file 'a.yml' doc 1)")


def test_equal_objects_are_one_and_unequal_ones_an_error() -> None:
    assert len(unique([made(data={"a": 1.0}), made(data={"a": 1.0})])) == 1
    with pytest.raises(InputError, match="multiple times with different content"):
        unique([made(data={"a": True}), made(data={"a": 1.0})])


def test_namespaces_are_filled_in_overwritten_mapped_and_removed() -> None:
    def placed(placement: Placement, *resources: Resource) -> list[str]:
        place(resources, placement, known)
        return [r.namespace for r in resources]

    assert placed(Placement("d"), made(), made(metadata={"namespace": "n"}), made(kind="ClusterRole")) == ["d", "n", ""]
    assert placed(Placement("d", into="i"), made(metadata={"namespace": "n"})) == ["i"]
    assert placed(Placement("d", mapping={"d": "m"}), made()) == ["m"]
    with pytest.raises(InputError, match="Expected to find mapped namespace for 'd'"):
        placed(Placement("d", mapping={}), made())


def test_a_definition_in_the_input_says_where_its_objects_live() -> None:
    spec = {"group": "ex.test", "names": {"kind": "Foo"}, "scope": "Namespaced", "versions": [{"name": "v1"}]}
    crd = made("foos", "CustomResourceDefinition", "apiextensions.k8s.io/v1", spec=spec)
    foo = made("foo", "Foo", "ex.test/v1")
    place([foo, crd], Placement("d"), lambda api, kind: False if kind == "CustomResourceDefinition" else None)
    assert foo.namespace == "d"


def test_an_unknown_kind_is_named_with_a_slash_for_the_core_group() -> None:
    with pytest.raises(InputError, match=r"Expected to find kind '/v1/Foo', but did not:\n- Kubernetes API server did"):
        place([made(kind="Foo")], Placement("d"), known)


def test_a_nonce_changes_every_time_and_must_be_empty() -> None:
    r = made(metadata={"annotations": {"kapp.k14s.io/nonce": ""}})
    renew_nonces([r])
    assert r.annotations["kapp.k14s.io/nonce"].isdigit()
    with pytest.raises(InputError, match="to have value ''"):
        renew_nonces([r])


def test_labels_go_to_templates_and_selectors() -> None:
    spec = {"selector": {"matchLabels": {"run": "x"}}, "template": {"metadata": {"labels": {"run": "x"}}}}
    r = made("x", "Deployment", "apps/v1", spec=spec)
    label([r], default_config(), "kapp.k14s.io/app", "17")
    both = {"kapp.k14s.io/app": "17", "kapp.k14s.io/association": r.association}
    assert r.labels == both
    assert r.body["spec"] == {"selector": {"matchLabels": {"run": "x", "kapp.k14s.io/app": "17"}},
                              "template": {"metadata": {"labels": {"run": "x", **both}}}}


def test_labels_are_made_where_they_are_missing_but_no_arrays_to_put_them_in() -> None:
    claims: list[dict[str, Any]] = [{"metadata": {"name": "d"}}, {"metadata": {"name": "e", "labels": {"a": "b"}}}]
    full = made("s", "StatefulSet", "apps/v1", spec={"volumeClaimTemplates": claims})
    bare = made("t", "StatefulSet", "apps/v1", spec={})
    label([full, bare], default_config(), "kapp.k14s.io/app", "17")
    both = {"kapp.k14s.io/app": "17", "kapp.k14s.io/association": full.association}
    assert [claim["metadata"]["labels"] for claim in claims] == [both, {"a": "b", **both}]
    assert "volumeClaimTemplates" not in bare.body["spec"]


def test_scoping_can_be_turned_off_and_missing_selectors_stay_missing() -> None:
    service, job = made("s", "Service", spec={"selector": {"a": "b"}}), made("j", "Job", "batch/v1", spec={})
    label([service, job], default_config(), "kapp.k14s.io/app", "17", scoping=False)
    assert service.body["spec"]["selector"] == {"a": "b"}
    label([job], default_config(), "kapp.k14s.io/app", "17")
    assert "selector" not in job.body["spec"]


def test_what_is_not_allowed_is_listed() -> None:
    with pytest.raises(InputError) as caught:
        Allowed(frozenset({"n"})).check([made(metadata={"namespace": "m"}), made(kind="ClusterRole")])
    assert str(caught.value) == (
        "Validation errors:\n- Resource 'configmap/x (v1) namespace: m' is outside of allowed namespaces (file 'a.yml' doc 1)"
        "\n- Cluster level resource 'clusterrole/x (v1) cluster' is not allowed (file 'a.yml' doc 1)")


def test_mappings_are_pairs() -> None:
    assert parse_mapping(["a=b"]) == {"a": "b"}
    assert parse_mapping([]) is None
    with pytest.raises(InputError, match="Expected map namespace 'src' to be in 'src-ns=dst-ns' format"):
        parse_mapping(["src"])


@pytest.mark.parametrize("body", [
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "annotations": "x", "labels": ["y"]}},
    {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "a"}, "spec": "x"},
])
def test_maps_that_are_none_are_left_to_the_server_to_refuse(body: dict[str, Any]) -> None:
    resource = Resource(body)
    renew_nonces([resource])
    assert (input_scopes([resource]), resource.annotations, resource.labels) == ({}, {}, {})
    sent = outgoing(resource)["metadata"].get("annotations")
    assert sent == "x" or isinstance(sent, dict)
