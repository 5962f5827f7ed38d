import pytest
from tests.lab.api.client import MAPS, Client, config_map


def test_an_object_is_created_read_replaced_and_deleted(client: Client) -> None:
    made = client.post(MAPS, config_map(x="1"))
    assert made.code == 201
    assert made.json["metadata"]["uid"]
    changed = {**made.json, "data": {"x": "2"}}
    assert client.put(f"{MAPS}/a", changed).json["data"] == {"x": "2"}
    assert client.get(f"{MAPS}/a").json["data"] == {"x": "2"}
    gone = client.delete(f"{MAPS}/a").json
    assert (gone["kind"], gone["status"], gone["details"]["kind"]) == ("Status", "Success", "configmaps")
    assert client.get(f"{MAPS}/a").code == 404


_NEW = {
    "/apis/coordination.k8s.io/v1/namespaces/default/leases": {"spec": {"holderIdentity": "x"}},
    "/api/v1/namespaces/default/services": {"spec": {"ports": [{"port": 80}]}},
    "/api/v1/namespaces/default/endpoints": {},
    "/api/v1/namespaces/default/limitranges": {"spec": {"limits": []}},
    "/api/v1/namespaces/default/events": {"involvedObject": {"namespace": "default"}},
    "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles": {},
    "/apis/rbac.authorization.k8s.io/v1/clusterroles": {},
    "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings": {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}},
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings": {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "r"}},
}  # fmt: skip


@pytest.mark.parametrize("path", _NEW)
def test_an_update_creates_objects_of_the_kinds_whose_strategy_allows_that(client: Client, path: str) -> None:
    body = {"metadata": {"name": "a"}, **_NEW[path]}
    made = client.put(f"{path}/a", body)
    assert (made.code, bool(made.json["metadata"]["uid"])) == (201, True)
    assert client.put(f"{path}/a", made.json).code == 200
    assert client.put(f"{path}/b", body).code == 400


def test_an_update_of_what_was_deleted_meanwhile_creates_nothing(client: Client) -> None:
    leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
    made = client.post(leases, {"metadata": {"name": "a"}, "spec": {}}).json
    client.delete(f"{leases}/a")
    answer = client.put(f"{leases}/a", made)
    assert (answer.code, answer.json["reason"]) == (409, "Conflict")
    assert client.put(f"{leases}/a", {**made, "metadata": {"name": "a", "resourceVersion": "1"}}).code == 201


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "message"),
    [
        ("GET", f"{MAPS}/b", None, 404, 'configmaps "b" not found'),
        ("GET", "/apis/apps/v1/namespaces/default/deployments/b", None, 404, 'deployments.apps "b" not found'),
        ("POST", MAPS, config_map(), 409, 'configmaps "a" already exists'),
        ("POST", "/api/v1/namespaces/none/configmaps", config_map(), 404, 'namespaces "none" not found'),
        ("PUT", f"{MAPS}/b", config_map("b"), 404, 'configmaps "b" not found'),
        ("PUT", f"{MAPS}/b", config_map(), 400, "the name of the object (a) does not match the name on the URL (b)"),
        ("PUT", f"{MAPS}/a", config_map("b"), 400, "the name of the object (b) does not match the name on the URL (a)"),
        ("POST", f"{MAPS}/a", config_map(), 405, "the server does not allow this method on the requested resource"),
    ],
)
def test_refusals_are_worded_as_by_the_real_server(
    client: Client, method: str, path: str, body: object, code: int, message: str
) -> None:
    client.post(MAPS, config_map())
    answer = client(method, path, body)
    assert (answer.code, answer.json["message"]) == (code, message)
    assert answer.json["kind"] == "Status"


def test_where_nothing_is_served_the_answer_is_plain_text(client: Client) -> None:
    answer = client.get("/apis/no.such/v1/things")
    assert (answer.code, answer.content) == (404, b"404 page not found\n")


def test_a_stale_version_conflicts(client: Client) -> None:
    stale = client.post(MAPS, config_map()).json
    client.put(f"{MAPS}/a", config_map(x="1"))
    answer = client.put(f"{MAPS}/a", {**stale, "data": {"x": "2"}})
    assert (answer.code, answer.json["reason"]) == (409, "Conflict")
    assert answer.json["message"] == (
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


def test_names_are_generated(client: Client) -> None:
    body = {"metadata": {"generateName": "job-"}}
    names = {client.post(MAPS, body).json["metadata"]["name"] for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("job-") and len(name) == 9 for name in names)


def test_a_rehearsal_leaves_no_trace(client: Client) -> None:
    assert client.post(f"{MAPS}?dryRun=All", config_map()).code == 201
    assert client.get(f"{MAPS}/a").code == 404
    client.post(MAPS, config_map())
    assert client.patch(f"{MAPS}/a?dryRun=All", {"data": {"x": "1"}}).json["data"] == {"x": "1"}
    client.delete(f"{MAPS}/a?dryRun=All")
    assert "data" not in client.get(f"{MAPS}/a").json


def test_preconditions_hold_a_deletion(client: Client) -> None:
    uid = client.post(MAPS, config_map()).json["metadata"]["uid"]
    answer = client.delete(f"{MAPS}/a", {"preconditions": {"uid": "other"}})
    assert answer.code == 409
    assert "precondition" in answer.json["message"]
    assert uid in answer.json["message"]
    assert client.delete(f"{MAPS}/a", {"preconditions": {"uid": uid}}).code == 200


def test_a_finalizer_holds_an_object(client: Client) -> None:
    body = config_map()
    body["metadata"]["finalizers"] = ["example.test/hold"]
    client.post(MAPS, body)
    assert client.delete(f"{MAPS}/a").json["metadata"]["deletionTimestamp"]
    more = client.patch(f"{MAPS}/a", {"metadata": {"finalizers": ["example.test/hold", "example.test/more"]}})
    assert more.code == 422
    assert "no new finalizers can be added if the object is being deleted" in more.json["message"]
    client.patch(f"{MAPS}/a", {"metadata": {"finalizers": None}})
    assert client.get(f"{MAPS}/a").code == 404


def test_collections_are_deleted_by_selector(client: Client) -> None:
    for name in "abc":
        body = config_map(name)
        body["metadata"]["labels"] = {"odd": str(name != "b").lower()}
        client.post(MAPS, body)
    client.delete(f"{MAPS}?labelSelector=odd=true")
    assert [item["metadata"]["name"] for item in client.get(MAPS).json["items"]] == ["b"]


def test_unknown_fields_are_dropped_warned_of_or_refused(client: Client) -> None:
    body = {**config_map(), "colour": "red"}
    assert client.post(MAPS, body).warnings == ['299 - "unknown field \\"colour\\""']
    assert client.post(f"{MAPS}?fieldValidation=Ignore", {**body, "metadata": {"name": "b"}}).warnings == []
    strict = client.post(f"{MAPS}?fieldValidation=Strict", {**body, "metadata": {"name": "c"}})
    assert strict.code == 400
    assert strict.json["message"].endswith('strict decoding error: unknown field "colour"')


def test_status_is_written_by_its_own_path_only(client: Client) -> None:
    path = "/api/v1/namespaces/default/resourcequotas"
    client.post(path, {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}})
    client.patch(f"{path}/q", {"status": {"used": {"pods": "1"}}})
    assert client.get(f"{path}/q").json["status"] == {}
    client.patch(f"{path}/q/status", {"status": {"used": {"pods": "1"}}, "spec": {"hard": {"pods": "9"}}})
    after = client.get(f"{path}/q").json
    assert (after["status"], after["spec"]) == ({"used": {"pods": "1"}}, {"hard": {"pods": "1"}})


def test_yaml_bodies_are_read(client: Client) -> None:
    made = client.post(MAPS, b"metadata: {name: a}\ndata: {x: 'yes'}\n", content_type="application/yaml")
    assert made.json["data"] == {"x": "yes"}


def test_events_are_one_thing_in_two_groups(client: Client) -> None:
    involved = {"kind": "Pod", "name": "p", "namespace": "default"}
    body = {"metadata": {"name": "e"}, "involvedObject": involved, "message": "m", "reason": "R", "type": "Normal"}
    client.post("/api/v1/namespaces/default/events", body)
    new = client.get("/apis/events.k8s.io/v1/namespaces/default/events/e").json
    assert (new["note"], new["regarding"]["name"], new["apiVersion"]) == ("m", "p", "events.k8s.io/v1")


def test_autoscalers_are_converted_between_their_versions(client: Client) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
    spec = {"scaleTargetRef": target, "maxReplicas": 3, "targetCPUUtilizationPercentage": 70}
    path = "namespaces/default/horizontalpodautoscalers"
    client.post(f"/apis/autoscaling/v1/{path}", {"metadata": {"name": "h"}, "spec": spec})
    metric = client.get(f"/apis/autoscaling/v2/{path}/h").json["spec"]["metrics"][0]
    assert metric["resource"]["target"]["averageUtilization"] == 70
    assert client.get(f"/apis/autoscaling/v1/{path}/h").json["spec"]["targetCPUUtilizationPercentage"] == 70


def test_a_scale_is_read_and_set(client: Client) -> None:
    labels = {"app": "w"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    path = "/apis/apps/v1/namespaces/default/deployments"
    client.post(path, {"metadata": {"name": "w"}, "spec": spec})
    scale = client.get(f"{path}/w/scale").json
    assert (scale["kind"], scale["spec"], scale["status"]["selector"]) == ("Scale", {"replicas": 2}, "app=w")
    client.patch(f"{path}/w/scale", {"spec": {"replicas": 5}})
    after = client.get(f"{path}/w").json
    assert (after["spec"]["replicas"], after["metadata"]["generation"]) == (5, 2)


def test_default_namespaces_stay(client: Client) -> None:
    assert client.delete("/api/v1/namespaces/kube-system").json["message"] == (
        'namespaces "kube-system" is forbidden: this namespace may not be deleted'
    )


def test_answers_are_in_yaml_for_those_who_ask_for_it(client: Client) -> None:
    client.post(MAPS, config_map("a", x="1"))
    answer = client.get(f"{MAPS}/a", accept="application/yaml")
    assert answer.headers["content-type"] == "application/yaml"
    assert answer.content.startswith(b'apiVersion: v1\ndata:\n  x: "1"\nkind: ConfigMap\n')
    assert b"reason: NotFound" in client.get(f"{MAPS}/b", accept="application/yaml").content
    assert client.get(f"{MAPS}/a", accept="application/json,application/yaml").json["data"] == {"x": "1"}
