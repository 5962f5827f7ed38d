from typing import Any

import pytest
from tests.deploy.conftest import Place, config_map

from oakum.cli.kapp.flags import check_preflight
from oakum.deploy.config.config import parse_config
from oakum.deploy.errors import InputError
from oakum.deploy.preflight.checks import check_names, run_preflight
from oakum.deploy.preflight.definitions import RULES
from oakum.deploy.resource import Resource


def crd(scope: str = "Namespaced", version: str = "v1", stored: tuple[str, ...] = ("v1",), **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}
    return {"metadata": {"name": "foos.test"},
            "spec": {"scope": scope, "versions": [{"name": version, "schema": {"openAPIV3Schema": schema}}]},
            "status": {"storedVersions": list(stored)}}


def problems(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [f"{name}: {text}" for name, rule in RULES.items() for text in rule(old, new)]


LIMITS = {**dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), 6),
          **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), 4)}
WORDS = {"minLength": "minimum length", "minItems": "minimum items", "minProperties": "minimum properties",
         "maxLength": "maximum length", "maxItems": "maximum items", "maxProperties": "maximum properties"}
WORSE = {6: "increased", 4: "decreased"}
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
UNKNOWN = "has unknown change, refusing to determine that change is safe"


@pytest.mark.parametrize(("old", "new", "text"), [
    (crd(), crd(scope="Cluster"), 'NoScopeChange: scope changed from "Namespaced" to "Cluster"'),
    (crd(), crd(version="v2"), 'NoStoredVersionRemoved: stored version "v1" removed'),
])
def test_another_scope_or_a_lost_version_harms_existing_objects(old: dict[str, Any], new: dict[str, Any], text: str) -> None:
    assert problems(old, new) == [text]


@pytest.mark.parametrize(("old", "new", "path"), [
    (TEXT, None, ".a"),
    ({"type": "array", "items": {"type": "object", "properties": {"b": TEXT}}},
     {"type": "array", "items": {"type": "object"}}, ".a[*].b"),
    ({"type": "object", "additionalProperties": TEXT}, {"type": "object"}, ".a[*]"),
])
def test_where_a_field_is_gone_the_others_are_not_compared(old: Any, new: Any, path: str) -> None:
    after = crd(**({} if new is None else {"a": new}), b=NUMBER)
    assert problems(crd(a=old, b=TEXT), after) == [
        f"NoExistingFieldRemoved: crd/foos.test version/v1 field/^.spec{path} may not be removed",
        'ChangeValidator: calculating schema diff for CRD version "v1"']


@pytest.mark.parametrize(("old", "new", "text"), [
    *(({**NUMBER, limit: 5}, {**NUMBER, limit: float(worse)},
       f": {WORDS.get(limit, limit)} constraint {WORSE[worse]} from 5 to {worse}") for limit, worse in LIMITS.items()),
    *((NUMBER, {**NUMBER, limit: 5.0}, f": {WORDS.get(limit, limit)} constraint added when one did not exist previously: 5")
      for limit in LIMITS),
    (NUMBER, {**NUMBER, "maximum": 2e6}, ": maximum constraint added when one did not exist previously: 2e+06"),
    ({**TEXT, "enum": ["z", "y", "x"]}, {**TEXT, "enum": ["x"]}, ': enum values removed: ["z" "y"]'),
    ({**NUMBER, "enum": [1]}, NUMBER, ": enum values removed: [1]"),
    (TEXT, {**TEXT, "enum": ["x"]}, ": enums added when there were no enum restrictions previously"),
    ({"required": ["b"]}, {"required": ["d", "c", "b"]}, ": new required fields added: [c d]"),
    ({}, {"required": ["b"]}, ": new values added as required when previously no required fields existed: []"),
    ({"default": "x"}, {"default": "<"}, ": default value has been changed from [34 120 34] to [34 92 117 48 48 51 99 34]"),
    ({}, {"default": True},
     ": new value added as default when previously no default value existed: &JSON{Raw:*[116 114 117 101],}"),
    ({"default": 1}, {}, ": default value has been removed when previously a default value existed: [49]"),
    (NUMBER, TEXT, f" {UNKNOWN}"),
    (TEXT, {**TEXT, "description": "words"}, f" {UNKNOWN}"),
])
def test_a_change_that_refuses_more_or_is_not_known_is_named(old: dict[str, Any], new: dict[str, Any], text: str) -> None:
    assert problems(crd(a=old), crd(a=new)) == [f'ChangeValidator: version "v1", field "^.spec.a"{text}']


@pytest.mark.parametrize("form", ["items", "additionalProperties"])
def test_what_a_list_or_map_holds_is_a_change_of_its_own_too(form: str) -> None:
    old, new = (crd(a={"type": "object", form: schema}) for schema in (TEXT, NUMBER))
    assert problems(old, new) == [
        f'ChangeValidator: version "v1", field "^.spec.{path}" {UNKNOWN}' for path in ("a", "a[*]")]


@pytest.mark.parametrize("said", [{"nullable": False}, {"description": ""}, {"required": []}, {"properties": {}}])
def test_what_the_server_does_not_store_is_no_change(said: dict[str, Any]) -> None:
    assert problems(crd(a=TEXT), crd(a={**TEXT, **said})) == []


@pytest.mark.parametrize("limit", LIMITS)
def test_what_allows_more_is_safe(limit: str) -> None:
    wider = {6: 4, 4: 6}[LIMITS[limit]]
    old = crd(a={"type": "integer", limit: 5, "enum": [3], "required": ["x"]})
    assert problems(old, crd(a={"type": "integer", limit: wider, "enum": [3.0, 4]}, b={"type": "string"})) == []
    assert problems(crd(a={"type": "integer", limit: 5}), crd(a={"type": "integer"})) == []


def test_a_definition_that_is_new_is_not_checked_and_one_that_is_there_is(place: Place) -> None:
    group = f"{place.namespace}.test"

    def definition(kind: str) -> dict[str, Any]:
        return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": {"name": f"foos.{group}"},
                "spec": {"group": group, "names": {"plural": "foos", "kind": "Foo"}, "scope": "Namespaced", "versions": [
                    {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                        "type": "object", "properties": {"a": {"type": kind}}}}}]}}

    place.deploy(definition("string"), preflight=("CRDUpgradeSafety",))
    with pytest.raises(InputError) as caught:
        place.deploy(definition("integer"), preflight=("CRDUpgradeSafety",))
    place.delete()
    assert str(caught.value) == (
        'preflight checks failed: running preflight check "CRDUpgradeSafety": validation for safe CRD upgrades failed\n'
        f'CustomResourceDefinition foos.{group} failed upgrade safety validation. "ChangeValidator" validation failed: '
        f'version "v1", field "^.a" {UNKNOWN}')


@pytest.mark.parametrize(("names", "text"), [
    (["X"], 'unknown preflight check in configuration: "X"'),
    (["CRDUpgradeSafety"] * 2, 'duplicate preflight check in configuration: "CRDUpgradeSafety"')])
def test_configured_checks_are_known_and_named_once(names: list[str], text: str) -> None:
    config = parse_config(Resource({"preflightRules": [{"name": n} for n in names]}), "")
    with pytest.raises(InputError, match=f"preflight configuration settings failed: {text}"):
        run_preflight([], None, config, None)  # type: ignore[arg-type]  # no check runs


def test_an_unknown_check_is_refused_as_a_flag() -> None:
    with pytest.raises(ValueError, match='unknown preflight check "X" specified'):
        check_names(["X"])
    with pytest.raises(ValueError, match='unknown preflight check "" specified'):
        check_preflight([])


def test_an_administrator_may_deploy_roles_with_rules_for_paths(place: Place) -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}
    place.deploy(config_map("a", k="1"), role, preflight=("PermissionValidation",))
    assert place.data() == {"a": {"k": "1"}}
