"""Users who may do only some things: what preflight says of them, and what is done without their missing rights."""
from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.deploy.conftest import Paper, Place, config_map
from tests.deploy.faults import faulty
from tests.deploy.test_faults import QUIET
from tests.kube.scripted import Reply

from oakum.dataclass import replace
from oakum.deploy.app.recorded import RecordedApp
from oakum.deploy.cluster import ServerError
from oakum.deploy.errors import AppError, InputError
from oakum.deploy.existing import Finder, Scope
from oakum.errors import DeployError
from oakum.kube import connect
from oakum.kube.kinds import ResourceType
from oakum.kube.kubeconfig import Identity
from oakum.kube.selector import Requirement, Selector

RBAC = "rbac.authorization.k8s.io"
SERVICE_ACCOUNTS = ResourceType("", "v1", "serviceaccounts", "ServiceAccount", True)
ROLES = ResourceType(RBAC, "v1", "roles", "Role", True)
BINDINGS = ResourceType(RBAC, "v1", "rolebindings", "RoleBinding", True)
CLUSTER_ROLES = ResourceType(RBAC, "v1", "clusterroles", "ClusterRole", False)
CLUSTER_BINDINGS = ResourceType(RBAC, "v1", "clusterrolebindings", "ClusterRoleBinding", False)
RECORDS = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]}
PERMISSIONS = ("PermissionValidation",)


def may(verbs: str, resources: str, group: str = "") -> dict[str, Any]:
    """A rule of a role."""
    return {"apiGroups": [group], "resources": resources.split(","), "verbs": verbs.split(",")}


def role(name: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": {"name": name}, "rules": list(rules)}


def binding(name: str, to: str) -> dict[str, Any]:
    return {"apiVersion": f"{RBAC}/v1", "kind": "RoleBinding", "metadata": {"name": name},
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": to}, "subjects": []}


def secret(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}


@contextmanager
def limited(place: Place, *rules: dict[str, Any], records: bool = True) -> Iterator[tuple[Place, list[str]]]:
    """The place for a user who has those rights in its namespace and no others; and what is asked of the server.

    With `records` that is all that there is to do with ConfigMaps, too.
    """
    space, admin = place.namespace, place.client
    admin.create(SERVICE_ACCOUNTS, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "limited"}}, space)
    admin.create(ROLES, role("limited", *([RECORDS] if records else []), *rules), space)
    admin.create(BINDINGS, binding("limited", "limited") | {
        "subjects": [{"kind": "ServiceAccount", "name": "limited", "namespace": space}]}, space)
    token = admin.review(SERVICE_ACCOUNTS.path(space, "limited") + "/token", {
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})["status"]["token"]
    asked: list[str] = []

    def noted(method: str, path: str) -> Reply | None:
        asked.append(f"{method} {path.partition('?')[0]}")
        return None

    with faulty(replace(admin.transport.config, identity=Identity(token=token)), noted) as config:
        client = connect(config)
        yield Place(client, space), asked
        client.transport.close()


def refusal(place: Place, *bodies: dict[str, Any], **options: Any) -> str:
    """Why preflight lets nobody deploy that; nothing is changed."""
    with pytest.raises(InputError) as caught:
        place.deploy(*bodies, preflight=PERMISSIONS, logs=QUIET, **options)
    text = str(caught.value)
    assert text.startswith('preflight checks failed: running preflight check "PermissionValidation": ')
    return text.partition('"PermissionValidation": ')[2]


@pytest.mark.parametrize(("verbs", "missing"), [
    ("get,list", ("create", "update")), ("get,list,create", ("update",)), ("get,list,update", ("create",))])
def test_creating_needs_the_verbs_create_and_update(place: Place, verbs: str, missing: tuple[str, ...]) -> None:
    with limited(place, may(verbs, "secrets")) as (there, _):
        assert refusal(there, secret("s")) == "\n".join(f'not permitted to "{v}" /v1, Resource=secrets' for v in missing)


def test_deleting_needs_the_verb_delete_alone(place: Place) -> None:
    place.deploy(config_map("a"), secret("s"))
    with limited(place, may("get,list", "secrets")) as (there, _):
        assert refusal(there, config_map("a")) == 'not permitted to "delete" /v1, Resource=secrets'


def test_a_user_with_all_verbs_passes(place: Place) -> None:
    with limited(place, may("*", "secrets")) as (there, _):
        assert there.deploy(secret("s"), preflight=PERMISSIONS, logs=QUIET).rows == [("s", "create")]


GIVES_AWAY = role("gives", may("get", "pods"), may("create", "leases", "coordination.k8s.io"))
MAY_WRITE_ROLES = may("get,list,create,update", "roles,rolebindings", RBAC)


def test_a_role_gives_away_only_what_its_author_has(place: Place) -> None:
    with limited(place, MAY_WRITE_ROLES, may("get", "pods")) as (there, _):
        assert refusal(there, GIVES_AWAY) == "\n".join(
            f'potential privilege escalation, not permitted to "{verb}" {RBAC}/v1, Kind=Role\n'
            'not permitted to "create" coordination.k8s.io/, Resource=leases' for verb in ("create", "update"))


def test_who_may_escalate_gives_away_anything(place: Place) -> None:
    with limited(place, MAY_WRITE_ROLES, may("escalate", "roles", RBAC)) as (there, _):
        assert there.deploy(GIVES_AWAY, preflight=PERMISSIONS, logs=QUIET).rows == [("gives", "create")]


def test_a_binding_gives_away_what_the_role_that_is_there_gives(place: Place) -> None:
    place.client.create(ROLES, GIVES_AWAY, place.namespace)
    with limited(place, MAY_WRITE_ROLES, may("get", "pods")) as (there, _):
        assert refusal(there, binding("b", "gives")).splitlines()[:2] == [
            f'potential privilege escalation, not permitted to "create" {RBAC}/v1, Kind=RoleBinding',
            'not permitted to "create" coordination.k8s.io/, Resource=leases']


def test_who_may_bind_binds_any_role(place: Place) -> None:
    place.client.create(ROLES, GIVES_AWAY, place.namespace)
    with limited(place, MAY_WRITE_ROLES, may("bind", "roles", RBAC)) as (there, _):
        assert there.deploy(binding("b", "gives"), preflight=PERMISSIONS, logs=QUIET).rows == [("b", "create")]


def test_the_role_of_a_binding_has_to_be_there(place: Place) -> None:
    with limited(place, MAY_WRITE_ROLES, may("get", "secrets")) as (there, _):
        told = ('fetching rules for binding: fetching Role "gives" for RoleBinding "b": '
                f'roles.{RBAC} "gives" not found')
        assert refusal(there, binding("b", "gives"), secret("s")).splitlines() == [
            told, told, *(f'not permitted to "{verb}" /v1, Resource=secrets' for verb in ("create", "update"))]


def test_a_rule_is_told_resource_by_resource_and_verb_by_verb(place: Place) -> None:
    with limited(place, MAY_WRITE_ROLES) as (there, _):
        assert refusal(there, role("r", may("get,list", "pods,pods/log"))).splitlines()[1:5] == [
            f'not permitted to "{verb}" /, Resource={what}' for what in ("pods", "pods/log") for verb in ("get", "list")]


NAMED = {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["app", "a"], "verbs": ["*"]}


@pytest.mark.parametrize("verbs", ["get,create,update,delete", "get,list,create,delete", "get,list,create,update"])
def test_who_may_not_keep_the_history_deploys_all_the_same(place: Place, verbs: str) -> None:
    place.deploy(config_map("a", k="1"))
    with limited(place, may(verbs, "configmaps"), NAMED, records=False) as (there, _):
        there.deploy(config_map("a", k="2"), logs=QUIET, changes_to_keep=1)
    assert place.data() == {"a": {"k": "2"}}
    record = RecordedApp(place.client, "app", place.namespace)
    assert record.meta.last_change.successful


def test_what_cannot_be_recorded_as_begun_or_deleted_is_told_as_such(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    with limited(place, may("get,list,update", "configmaps"), NAMED, records=False) as (there, _):
        with pytest.raises(AppError, match="^Creating app change: configmaps is forbidden"):
            there.deploy(config_map("a", k="2"), logs=QUIET)
        with pytest.raises(AppError, match="^Deleting app changes: configmaps .* is forbidden"):
            there.delete()
    assert RecordedApp(place.client, "app", place.namespace).meta.last_change.successful is False


def test_where_nothing_may_be_listed_and_no_namespace_is_known_the_refusal_is_told(place: Place) -> None:
    with (limited(place) as (there, _),
          pytest.raises(DeployError, match="^Listing schema.* namespaced: true: Fetching all namespaces: namespaces is forb")):
        Finder(there.client, Scope()).find(Selector((Requirement("x", "!"),)))


def test_rules_for_paths_are_checked_as_paths(place: Place) -> None:
    name, admin = f"{place.namespace}-paths", place.client
    subject = {"kind": "ServiceAccount", "name": "limited", "namespace": place.namespace}
    own = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}}
    admin.create(CLUSTER_ROLES, own | {"rules": [may("get,list,create,update", "clusterroles", RBAC)]})
    admin.create(CLUSTER_BINDINGS, {
        "apiVersion": f"{RBAC}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name}, "subjects": [subject],
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": name}})
    gives = own | {"metadata": {"name": f"{name}-given"}, "rules": [{"nonResourceURLs": ["/hidden"], "verbs": ["get"]}]}
    try:
        with limited(place) as (there, _):
            assert refusal(there, gives).splitlines()[:2] == [
                f'potential privilege escalation, not permitted to "create" {RBAC}/v1, Kind=ClusterRole',
                'not permitted to "get" /hidden']
    finally:
        admin.delete(CLUSTER_BINDINGS, name)
        admin.delete(CLUSTER_ROLES, name)


def listed(place: Place, *bodies: dict[str, Any], **options: Any) -> Paper:
    return place.deploy(*bodies, logs=QUIET, **options)


def test_kinds_that_may_not_be_listed_everywhere_are_listed_in_the_known_namespaces(place: Place) -> None:
    place.deploy(config_map("a"), secret("s"))
    with limited(place, may("*", "secrets")) as (there, asked):
        assert listed(there, config_map("a")).rows == [("s", "delete")]
    assert asked.count("GET /api/v1/namespaces") == 1, "a refusal is remembered"
    assert f"GET /api/v1/namespaces/{place.namespace}/secrets" in asked


@pytest.mark.parametrize(("status", "path", "told"), [
    (403, "/api/v1/secrets", "Falling back to checking each namespace separately (much slower)"),
    (500, "/apis/apps/v1/deployments",
     'Ignoring group version: schema.GroupVersionResource{Group:"apps", Version:"v1", Resource:"deployments"}')])
def test_a_list_that_has_to_do_without_is_told(place: Place, status: int, path: str, told: str) -> None:
    place.deploy(config_map("a"))
    wrong = Reply(status, json.dumps({"kind": "Status", "code": status, "message": "no"}).encode())
    with faulty(place.client.transport.config, lambda method, asked: wrong if asked.partition("?")[0] == path else None,
                ) as config:
        paper = Place(connect(config), place.namespace).delete()
    assert paper.lines[0] == f"info: Resources: {told}"


def test_when_asked_only_the_known_namespaces_are_listed(place: Place) -> None:
    place.deploy(config_map("a"), secret("s"))
    with limited(place, may("*", "secrets")) as (there, asked):
        assert listed(there, config_map("a"), only_fallback_namespaces=True).rows == [("s", "delete")]
    assert not {"GET /api/v1/namespaces", "GET /api/v1/secrets", "GET /api/v1/configmaps"} & set(asked)


def test_objects_that_may_not_be_listed_are_not_missed(place: Place) -> None:
    place.deploy(config_map("a"), secret("s"))
    with limited(place) as (there, _):
        assert listed(there, config_map("a", k="1")).rows == [("a", "update")]


def test_an_object_whose_existence_may_not_be_asked_about_ends_the_deploy(place: Place) -> None:
    with limited(place, may("create", "secrets")) as (there, _), pytest.raises(ServerError) as caught:
        listed(there, secret("s"))
    assert str(caught.value).startswith(
        f"Checking existence of resource secret/s (v1) namespace: {place.namespace}: API server says: secrets ")
    assert str(caught.value).endswith("(reason: Forbidden)")
