from typing import Any

import pytest
from tests.deploy.conftest import Place, config_map

from oakum.deploy.config.config import parse_config
from oakum.deploy.errors import InputError
from oakum.deploy.preflight.checks import check_names, run_preflight
from oakum.deploy.preflight.definitions import RULES
from oakum.deploy.resource import Resource


def crd(scope: str = "Namespaced", version: str = "v1", stored: tuple[str, ...] = ("v1",), **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}
    return {"spec": {"scope": scope, "versions": [{"name": version, "schema": {"openAPIV3Schema": schema}}]},
            "status": {"storedVersions": list(stored)}}


def problems(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [f"{name}: {text}" for name, rule in RULES.items() for text in rule(old, new)]


LIMITS = {**dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), 6),
          **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), 4)}


@pytest.mark.parametrize(("old", "new", "text"), [
    (crd(), crd(scope="Cluster"), 'NoScopeChange: scope changed from "Namespaced" to "Cluster"'),
    (crd(), crd(version="v2"), 'NoStoredVersionRemoved: stored version "v1" removed'),
    (crd(a={"type": "string"}), crd(), 'NoExistingFieldRemoved: version "v1", field "^.spec.a" may not be removed'),
    (crd(a={"type": "string", "enum": ["x", "y"]}), crd(a={"type": "string", "enum": ["x"]}),
     'ChangeValidator: version "v1", field "^.spec.a": enum values removed: y'),
    (crd(a={"type": "object"}), crd(a={"type": "object", "required": ["b"]}),
     'ChangeValidator: version "v1", field "^.spec.a": new required fields added: b'),
    (crd(a={"type": "integer", "maximum": 5}), crd(a={"type": "integer", "maximum": 3.0}),
     'ChangeValidator: version "v1", field "^.spec.a": maximum constraint changed from 5 to 3'),
    *((crd(a={"type": "string", limit: 5}), crd(a={"type": "string", limit: worse}),
       f'ChangeValidator: version "v1", field "^.spec.a": {limit} constraint changed from 5 to {worse}')
      for limit, worse in LIMITS.items()),
    *((crd(a={"type": "string"}), crd(a={"type": "string", limit: 5}),
       f'ChangeValidator: version "v1", field "^.spec.a": {limit} constraint 5 added where there was none')
      for limit in LIMITS),
    (crd(a={"type": "string"}), crd(a={"type": "string", "enum": ["x"]}),
     'ChangeValidator: version "v1", field "^.spec.a": enum constraints added where there were none: x'),
    (crd(a={"type": "string", "default": "x"}), crd(a={"type": "string", "default": "y"}),
     'ChangeValidator: version "v1", field "^.spec.a": default changed from "x" to "y"'),
    (crd(a={"type": "string"}), crd(a={"type": "string", "default": True}),
     'ChangeValidator: version "v1", field "^.spec.a": default true added where there was none'),
    (crd(a={"type": "string", "default": 1}), crd(a={"type": "string"}),
     'ChangeValidator: version "v1", field "^.spec.a": default 1 removed'),
    (crd(a={"type": "array", "items": {"type": "object", "properties": {"b": {"type": "string"}}}}),
     crd(a={"type": "array", "items": {"type": "object"}}),
     'NoExistingFieldRemoved: version "v1", field "^.spec.a.[*].b" may not be removed'),
    (crd(a={"type": "object", "additionalProperties": {"type": "string"}}),
     crd(a={"type": "object", "additionalProperties": {"type": "integer"}}),
     'ChangeValidator: version "v1", field "^.spec.a.[*]": type changed from "string" to "integer"'),
    (crd(a={"type": "integer"}), crd(a={"type": "string"}),
     'ChangeValidator: version "v1", field "^.spec.a": type changed from "integer" to "string"'),
])
def test_a_change_that_harms_existing_objects_is_named(old: dict[str, Any], new: dict[str, Any], text: str) -> None:
    assert problems(old, new) == [text]


@pytest.mark.parametrize("limit", LIMITS)
def test_what_allows_more_is_safe(limit: str) -> None:
    wider = {6: 4, 4: 6}[LIMITS[limit]]
    old = crd(a={"type": "integer", limit: 5, "enum": [3], "required": ["x"]})
    assert problems(old, crd(a={"type": "integer", limit: wider, "enum": [3, 4]}, b={"type": "string"})) == []
    assert problems(old, crd(a={"type": "integer"})) == []


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
        'version "v1", field "^.a": type changed from "string" to "integer"')


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


def test_an_administrator_may_deploy_roles_with_rules_for_paths(place: Place) -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}
    place.deploy(config_map("a", k="1"), role, preflight=("PermissionValidation",))
    assert place.data() == {"a": {"k": "1"}}
