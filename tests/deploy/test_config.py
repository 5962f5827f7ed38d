from typing import Any

import pytest

from oakum.deploy.config.config import Config, check_version, extract, parse_config
from oakum.deploy.config.defaults import default_config
from oakum.deploy.config.matcher import Rules, parse_matcher, parse_matchers
from oakum.deploy.config.shape import CONFIG
from oakum.deploy.config.tables import DOCUMENT
from oakum.deploy.errors import ConfigError
from oakum.deploy.input import FileOrigin, read_object
from oakum.deploy.resource import Resource
from oakum.gostruct import decode


def made(kind: str = "ConfigMap", api: str = "v1", **meta: Any) -> Resource:
    return Resource({"apiVersion": api, "kind": kind, "metadata": {"name": "x", **meta}})


def config(**fields: Any) -> Resource:
    return Resource({"apiVersion": "kapp.k14s.io/v1alpha1", "kind": "Config", **fields})


@pytest.mark.parametrize(("matcher", "yes", "no"), [
    ({"allMatcher": {}}, made(), None),
    ({"anyMatcher": {"matchers": []}}, None, made()),
    ({"andMatcher": {"matchers": []}}, made(), None),
    ({"notMatcher": {"matcher": {"allMatcher": {}}}}, None, made()),
    ({"apiGroupKindMatcher": {"apiGroup": "apps", "kind": "D"}}, made("D", "apps/v9"), made("D", "v1")),
    ({"apiVersionKindMatcher": {"apiVersion": "v1", "kind": "D"}}, made("D"), made("D", "apps/v1")),
    ({"kindNamespaceNameMatcher": {"kind": "D", "namespace": "n", "name": "x"}}, made("D", namespace="n"), made("D")),
    ({"hasAnnotationMatcher": {"keys": ["a", "b"]}}, made(annotations={"a": "", "b": ""}), made(annotations={"a": ""})),
    ({"hasNamespaceMatcher": {"names": ["n"]}}, made(namespace="n"), made(namespace="m")),
    ({"customResourceMatcher": {}}, made("G", "gateway.networking.k8s.io/v1"), made("D", "apps/v1")),
    ({"emptyFieldMatcher": {"path": ["metadata", "labels"]}}, made(labels={}), made(labels={"a": "b"})),
])
def test_matchers_mean_what_the_documentation_says(matcher: dict[str, Any], yes: Resource | None, no: Resource | None,
                                                   ) -> None:
    parsed = parse_matcher(matcher)
    for resource, wanted in ((yes, True), (no, False)):
        if resource is not None:
            assert parsed.matches(resource) is wanted
            assert parsed.of_kind(resource.api_version, resource.kind) in (wanted, None)


@pytest.mark.parametrize("index", ["x", -1, 1.5, True, None, [1]])
def test_an_index_that_is_no_place_in_a_list_is_refused(index: Any) -> None:
    with pytest.raises(ConfigError, match="Expected index of path part to be a whole number"):
        parse_config(config(rebaseRules=[{"path": ["a", {"index": index}, "b"], "type": "remove"}]), "")


def test_an_empty_matcher_is_refused() -> None:
    with pytest.raises(ConfigError, match="Unknown resource matcher specified"):
        parse_matchers([{}])


def test_the_built_in_document_is_written_as_a_decoder_would_leave_it() -> None:
    assert decode(DOCUMENT, CONFIG) == {name: value for name, value in DOCUMENT.items() if name in CONFIG.fields}


def test_keys_are_read_in_any_case_and_unknown_ones_ignored() -> None:
    parsed = parse_config(config(AdditionalLabels={"a": "b"}, bogus=1), "")
    assert parsed.labels == {"a": "b"}


def test_an_index_by_kind_leaves_out_only_rules_that_cannot_match() -> None:
    rules = Rules(default_config().orders)
    resource = made("RoleBinding", "rbac.authorization.k8s.io/v1", namespace="n")
    everything = [r for r in default_config().orders if r.matcher.matches(resource)]
    assert rules.of(resource) == everything
    assert len(rules.candidates(resource)) < len(default_config().orders)


def test_config_documents_leave_the_set_and_labelled_config_maps_stay() -> None:
    labelled = made(labels={"kapp.k14s.io/config": ""})
    labelled.body["data"] = {"config.yml": "apiVersion: kapp.k14s.io/v1alpha1\nkind: Config\nadditionalLabels: {c: d}\n"}
    kept, found = extract([config(additionalLabels={"a": "b"}), labelled], Config(), "")
    assert kept == [labelled]
    assert found.labels == {"a": "b", "c": "d"}


@pytest.mark.parametrize(("resource", "text"), [
    (Resource({"apiVersion": "kapp.k14s.io/v1alpha1", "kind": "X"}),
     "Parsing resource 'x/ (kapp.k14s.io/v1alpha1) cluster' as kapp config: Expected kapp config to have kind 'Config', "
     "but was 'X'"),
    (made("Secret", labels={"kapp.k14s.io/config": ""}),
     "Parsing resource 'secret/x (v1) cluster' labeled as kapp config: Expected kapp config to be within v1/ConfigMap but "
     "apiVersion or kind do not match"),
    (made(labels={"kapp.k14s.io/config": ""}),
     "Parsing resource 'configmap/x (v1) cluster' labeled as kapp config: Expected to find field 'data.\"config.yml\"', but "
     "did not"),
    (config(rebaseRules=[{"path": ["data", True], "type": "copy"}]),
     "Parsing resource 'config/ (kapp.k14s.io/v1alpha1) cluster' as kapp config: Unmarshaling config/ "
     "(kapp.k14s.io/v1alpha1) cluster: error unmarshaling JSON: while decoding JSON: Unknown path part"),
])
def test_documents_that_are_no_config_are_named(resource: Resource, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        extract([resource], Config(), "")
    assert str(caught.value) == text


@pytest.mark.parametrize(("wanted", "have", "text"), [
    ("v0.8.0", "0.60.0", "Validating minimum version: Must not have prefix 'v' (e.g. '0.8.0')"),
    ("0.61.0", "0.60.0", "kapp version '0.60.0' does not meet the minimum required version '0.61.0'"),
    ("0.8.0", "develop", "Parsing version constraint: Malformed version: develop"),
])
def test_a_minimum_version_is_kept(wanted: str, have: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_version(wanted, have)
    assert str(caught.value) == text
    check_version("0.8.0", "0.60.0")


@pytest.mark.parametrize(("field", "value", "where"), [
    ("rebaseRules", "x", "string into Go struct field .rebaseRules of type []config.RebaseRule"),
    ("waitRules", 5.0, "number into Go struct field .waitRules of type []config.WaitRule"),
    ("additionalLabels", ["a"], "array into Go struct field .additionalLabels of type map[string]string"),
    ("diffMaskRules", [{"path": "data"}], "string into Go struct field .diffMaskRules.0.path of type "),
    ("waitRules", [{"conditionMatchers": [{"failure": "yes"}]}],
     "string into Go struct field .waitRules.0.conditionMatchers.0.failure of type bool"),
])
def test_a_value_of_the_wrong_type_is_named_as_go_names_it(field: str, value: Any, where: str) -> None:
    with pytest.raises(ConfigError, match="while decoding JSON: json: cannot unmarshal") as caught:
        parse_config(config(**{field: value}), "")
    assert where in str(caught.value)


def test_numbers_and_booleans_are_texts_where_texts_belong() -> None:
    assert parse_config(config(additionalLabels={"a": 1.0, "b": True, "c": 1.5}), "").labels == {
        "a": "1", "b": "true", "c": "1.5"}


@pytest.mark.parametrize(("text", "why"), [
    ("just text", "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type "
                  "map[string]interface {}"),
    ("a: [", "error converting YAML to JSON: yaml: line 1: did not find expected node content"),
])
def test_a_labelled_config_map_that_holds_no_document_is_refused(text: str, why: str) -> None:
    labelled = made(labels={"kapp.k14s.io/config": ""})
    labelled.body["data"] = {"config.yml": text}
    with pytest.raises(ConfigError) as caught:
        extract([labelled], Config(), "")
    assert str(caught.value).endswith(f" labeled as kapp config: Parsing kapp config as resource: {why}")


@pytest.mark.parametrize("field", ["ownershipLabelRules", "labelScopingRules", "diffMaskRules", "diffAgainstExistingFieldExclusionRules",
                                   "diffAgainstLastAppliedFieldExclusionRules"])
@pytest.mark.parametrize("path", [[], None])
def test_a_path_to_nowhere_is_refused(field: str, path: Any) -> None:
    with pytest.raises(ConfigError, match="Expected path to be a non-empty list"):
        parse_config(config(**{field: [{"path": path, "resourceMatchers": [{"allMatcher": {}}]}]}), "0.60.0")


def test_null_in_a_list_is_an_empty_one_of_its_kind() -> None:
    everything = {"resourceMatchers": [{"allMatcher": {}}]}
    made = parse_config(config(waitRules=[{"conditionMatchers": [None], **everything}], preflightRules=[None],
                               changeRuleBindings=[{"rules": [None], **everything}],
                               templateRules=[{"affectedResources": {"objectReferences": None}, **everything}]), "0.60.0")
    assert [(c.type, c.status) for c in made.wait[0].conditions] == [("", "")]
    assert (made.orders[0].rules, made.preflight[0].name, made.templates[0].references) == (("",), "", ())


@pytest.mark.parametrize(("part", "text"), [
    ({"index": {"a": None}}, "Expected index of path part to be a whole number, but was object"),
    ({"index": "x"}, "Expected index of path part to be a whole number, but was 'x'"),
    ({"regex": ["x"]}, "Expected regex of path part to be a string, but was array"),
    ({"regex": None}, "Expected regex of path part to be a string, but was null"),
])
def test_a_part_of_a_path_of_another_type_is_named_by_it(part: Any, text: str) -> None:
    rule = {"type": "remove", "path": ["a", part], "resourceMatchers": [{"allMatcher": {}}]}
    with pytest.raises(ConfigError, match=f"{text}$"):
        parse_config(config(rebaseRules=[rule]), "0.60.0")


@pytest.mark.parametrize("text", ["kind: Config\nwaitRules: 5\n", "kind: Odd\n"])
def test_where_a_configuration_begins_that_is_not_understood_is_known(text: str) -> None:
    origin = FileOrigin("file 'a.yml' doc 2", "a.yml", f"apiVersion: kapp.k14s.io/v1alpha1\n{text}", 4)
    with pytest.raises(ConfigError) as caught:
        extract([Resource(read_object(origin.text), origin)], Config(), "0.60.0")
    assert caught.value.places == ["the object begins at a.yml:4"]


def test_exclusions_from_what_was_last_applied_are_for_every_object_as_records_of_the_reference_count_on() -> None:
    rule = {"path": ["metadata", "annotations", "a"], "resourceMatchers": [
        {"apiVersionKindMatcher": {"apiVersion": "v1", "kind": "ConfigMap"}}]}
    config = parse_config(Resource({"diffAgainstLastAppliedFieldExclusionRules": [rule],
                                    "diffAgainstExistingFieldExclusionRules": [rule]}), "")
    service = Resource({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}})
    assert config.applied_index.of(service)
    assert not config.existing_index.of(service)
