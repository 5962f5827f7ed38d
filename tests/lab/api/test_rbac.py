from typing import Any

import pytest
from tests.lab.api.client import MAPS, Client, config_map

from oakum.lab.api import app
from oakum.lab.api.calls import Caller
from oakum.lab.api.server import Server
from oakum.lab.api.users import ADMIN
from oakum.lab.store import Store

ROLES = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles"
BINDINGS = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings"
GROUP = "rbac.authorization.k8s.io"


@pytest.fixture
def guarded() -> Server:
    ann = Caller("ann", ("system:authenticated",))
    return app(Store(), tokens={"root": ADMIN, "ann": ann})


@pytest.fixture
def admin(guarded: Server) -> Client:
    return Client(guarded, "root")


@pytest.fixture
def ann(guarded: Server) -> Client:
    return Client(guarded, "ann")


def grant(admin: Client, verbs: list[str], resources: list[str], group: str = "") -> None:
    rule = {"apiGroups": [group], "resources": resources, "verbs": verbs}
    admin.post(ROLES, {"metadata": {"name": "r"}, "rules": [rule]})
    bind(admin, "r", {"kind": "User", "name": "ann"})


def bind(admin: Client, role: str, subject: dict[str, str]) -> Any:
    reference = {"kind": "Role", "name": role}
    return admin.post(BINDINGS, {"metadata": {"name": f"b-{role}"}, "roleRef": reference, "subjects": [subject]})


def test_nobody_may_do_what_no_role_says(ann: Client) -> None:
    answer = ann.get(f"{MAPS}/a")
    assert (answer.code, answer.json["message"]) == (
        403,
        'configmaps "a" is forbidden: User "ann" cannot get resource "configmaps" in API group "" '
        'in the namespace "default"',
    )
    assert ann.get("/api/v1/nodes").json["message"] == (
        'nodes is forbidden: User "ann" cannot list resource "nodes" in API group "" at the cluster scope'
    )


def test_a_role_allows_its_verbs_and_no_others(admin: Client, ann: Client) -> None:
    grant(admin, ["get", "list"], ["configmaps"])
    admin.post(MAPS, config_map())
    assert ann.get(f"{MAPS}/a").code == ann.get(MAPS).code == 200
    assert ann.delete(f"{MAPS}/a").code == 403
    assert ann.get("/api/v1/namespaces/kube-system/configmaps").code == 403


def test_credentials_are_needed(guarded: Server) -> None:
    assert Client(guarded, "wrong").get(MAPS).code == 401
    assert Client(guarded).get(MAPS).json["message"].startswith('configmaps is forbidden: User "system:anonymous"')


def test_a_service_account_acts_with_its_token(admin: Client, guarded: Server) -> None:
    accounts = "/api/v1/namespaces/default/serviceaccounts"
    admin.post(accounts, {"metadata": {"name": "bot"}})
    grant(admin, ["get"], ["configmaps"])
    bind(admin, "r2", {"kind": "ServiceAccount", "name": "bot"})
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}
    admin.post(ROLES, {"metadata": {"name": "r2"}, "rules": [rule]})
    token = admin.post(f"{accounts}/bot/token", {"spec": {"expirationSeconds": 600}}).json["status"]["token"]
    bot = Client(guarded, token)
    assert bot.get(MAPS).code == 200
    assert 'User "system:serviceaccount:default:bot"' in bot.get(f"{MAPS}/a").json["message"]
    admin.delete(f"{accounts}/bot")
    assert bot.get(MAPS).code == 401


def test_who_may_update_may_not_create_by_it(admin: Client, ann: Client) -> None:
    grant(admin, ["update", "get"], ["endpoints"])
    answer = ann.put("/api/v1/namespaces/default/endpoints/a", {"metadata": {"name": "a"}})
    assert answer.code == 403
    assert 'cannot create resource "endpoints"' in answer.json["message"]
    admin.patch(f"{ROLES}/r", {"rules": [{"apiGroups": [""], "resources": ["endpoints"], "verbs": ["update", "create"]}]})
    assert ann.put("/api/v1/namespaces/default/endpoints/a", {"metadata": {"name": "a"}}).code == 201


def test_a_forged_token_is_refused(admin: Client, guarded: Server) -> None:
    accounts = "/api/v1/namespaces/default/serviceaccounts"
    admin.post(accounts, {"metadata": {"name": "bot"}})
    token = admin.post(f"{accounts}/bot/token", {}).json["status"]["token"]
    assert Client(guarded, token[:-2] + "xx").get(MAPS).code == 401


def test_nobody_hands_out_what_he_does_not_have(admin: Client, ann: Client) -> None:
    grant(admin, ["create", "get"], ["roles"], GROUP)
    rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
    answer = ann.post(ROLES, {"metadata": {"name": "mine"}, "rules": [rule]})
    assert answer.code == 403
    assert "is attempting to grant RBAC permissions not currently held:" in answer.json["message"]
    assert '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}' in answer.json["message"]
    held = {"apiGroups": [GROUP], "resources": ["roles"], "verbs": ["get"]}
    assert ann.post(ROLES, {"metadata": {"name": "mine"}, "rules": [held]}).code == 201


def test_reviews_answer_what_would_be_allowed(admin: Client, ann: Client) -> None:
    grant(admin, ["get"], ["configmaps"])
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    wanted = {"verb": "get", "resource": "configmaps", "namespace": "default"}
    state = ann.post(path, {"spec": {"resourceAttributes": wanted}}).json["status"]
    assert state["allowed"]
    assert state["reason"] == 'RBAC: allowed by RoleBinding "b-r/default" of Role "r" to User "ann"'
    assert not ann.post(path, {"spec": {"resourceAttributes": {**wanted, "verb": "delete"}}}).json["status"]["allowed"]
    rules = ann.post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {"spec": {"namespace": "default"}}).json
    assert {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]} in rules["status"]["resourceRules"]


def test_an_administrator_can_act_as_somebody_else(admin: Client, ann: Client) -> None:
    as_ann = Client(admin.server, "root")
    as_ann.headers["impersonate-user"] = "ann"
    assert as_ann.get(MAPS).code == 403
    ann.headers["impersonate-user"] = "kubernetes-admin"
    assert 'cannot impersonate resource "users"' in ann.get(MAPS).json["message"]


def test_impersonated_groups_count(admin: Client) -> None:
    admin.headers |= {"impersonate-user": "ann", "impersonate-group": "system:masters"}
    assert admin.get(MAPS).code == 200


def test_discovery_is_for_everybody_with_credentials(ann: Client) -> None:
    assert ann.get("/apis").code == ann.get("/version").code == ann.get("/openapi/v3").code == 200


@pytest.mark.parametrize(
    ("bound", "code", "message"),
    [
        ({"kind": "Pod", "apiVersion": "v1", "name": "none"}, 404, 'pods "none" not found'),
        ({"kind": "Deployment", "apiVersion": "apps/v1", "name": "x"}, 400, "cannot bind token to object of type"),
        ({"kind": "Secret", "apiVersion": "v1", "name": "s", "uid": "x"}, 409, "does not match the UID in record"),
    ],
)
def test_a_token_is_bound_to_what_is_there(admin: Client, bound: Any, code: int, message: str) -> None:
    accounts = "/api/v1/namespaces/default/serviceaccounts"
    admin.post(accounts, {"metadata": {"name": "bot"}})
    admin.post("/api/v1/namespaces/default/secrets", {"metadata": {"name": "s"}})
    answer = admin.post(f"{accounts}/bot/token", {"spec": {"boundObjectRef": bound}})
    assert (answer.code, message in answer.json["message"]) == (code, True), answer.json
