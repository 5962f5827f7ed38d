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


@pytest.mark.parametrize(("old", "new", "text"), [
    (crd(), crd(scope="Cluster"), 'NoScopeChange: scope changed from "Namespaced" to "Cluster"'),
    (crd(), crd(version="v2"), 'NoStoredVersionRemoved: stored version "v1" removed'),
    (crd(a={"type": "string"}), crd(), 'NoExistingFieldRemoved: version "v1", field "^.spec.a" may not be removed'),
    (crd(a={"type": "string", "enum": ["x", "y"]}), crd(a={"type": "string", "enum": ["x"]}),
     'ChangeValidator: version "v1", field "^.spec.a": enum values removed: y'),
    (crd(a={"type": "object"}), crd(a={"type": "object", "required": ["b"]}),
     'ChangeValidator: version "v1", field "^.spec.a": new required fields added: b'),
    (crd(a={"type": "integer", "maximum": 5}), crd(a={"type": "integer", "maximum": 3}),
     'ChangeValidator: version "v1", field "^.spec.a": maximum constraint changed from 5 to 3'),
    (crd(a={"type": "integer"}), crd(a={"type": "string"}),
     'ChangeValidator: version "v1", field "^.spec.a": type changed from "integer" to "string"'),
])
def test_a_change_that_harms_existing_objects_is_named(old: dict[str, Any], new: dict[str, Any], text: str) -> None:
    assert problems(old, new) == [text]


def test_what_allows_more_is_safe() -> None:
    old = crd(a={"type": "integer", "minimum": 3, "enum": [3]})
    assert problems(old, crd(a={"type": "integer", "minimum": 1, "enum": [3, 4]}, b={"type": "string"})) == []


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
