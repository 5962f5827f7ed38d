from typing import Any

import orjson
from tests.lab.api.client import Client

PATH = "/apis/apps/v1/namespaces/default/deployments/web"


def deployment(**spec: Any) -> dict[str, Any]:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "web:1"}]}}
    body = {"selector": {"matchLabels": labels}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": body}


def apply(client: Client, body: Any, manager: str = "me", force: bool = False) -> Any:
    query = f"fieldManager={manager}" + ("&force=true" if force else "")
    return client.patch(f"{PATH}?{query}", body, "apply-patch+yaml")


def owned(obj: Any, manager: str) -> Any:
    return next(item["fieldsV1"] for item in obj["metadata"]["managedFields"] if item["manager"] == manager)


def test_an_applied_object_is_created_and_owned(client: Client) -> None:
    made = apply(client, deployment(replicas=2))
    assert made.code == 201
    fields = owned(made.json, "me")
    assert fields["f:spec"]["f:replicas"] == {}
    assert fields["f:spec"]["f:template"]["f:spec"]["f:containers"] == {
        'k:{"name":"c"}': {".": {}, "f:image": {}, "f:name": {}}
    }
    assert "f:strategy" not in fields["f:spec"]


def test_what_is_no_longer_applied_is_removed(client: Client) -> None:
    apply(client, {**deployment(), "metadata": {"name": "web", "labels": {"a": "1", "b": "1"}}})
    after = apply(client, {**deployment(), "metadata": {"name": "web", "labels": {"b": "1"}}}).json
    assert after["metadata"]["labels"] == {"b": "1"}


def test_a_field_of_another_manager_is_a_conflict(client: Client) -> None:
    apply(client, deployment(replicas=2))
    answer = apply(client, {**deployment(replicas=3)}, "other")
    assert (answer.code, answer.json["reason"]) == (409, "Conflict")
    assert answer.json["message"] == 'Apply failed with 1 conflict: conflict with "me": .spec.replicas'
    assert answer.json["details"]["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "me"', "field": ".spec.replicas"}
    ]


def test_force_takes_the_field_over(client: Client) -> None:
    apply(client, deployment(replicas=2))
    after = apply(client, deployment(replicas=3), "other", force=True).json
    assert after["spec"]["replicas"] == 3
    assert "f:replicas" not in owned(after, "me")["f:spec"]
    assert owned(after, "other")["f:spec"]["f:replicas"] == {}


def test_a_field_two_managers_agree_on_outlives_one_of_them(client: Client) -> None:
    apply(client, deployment(replicas=2))
    apply(client, deployment(replicas=2), "other")
    assert apply(client, deployment(), "other").json["spec"]["replicas"] == 2


def test_applying_the_same_again_changes_nothing(client: Client) -> None:
    first = apply(client, deployment(replicas=2)).json
    assert apply(client, deployment(replicas=2)).json["metadata"] == first["metadata"]


def test_an_update_takes_ownership_of_what_it_changes(client: Client) -> None:
    apply(client, deployment(replicas=2))
    after = client.patch(f"{PATH}?fieldManager=hand", {"spec": {"replicas": 4}}).json
    assert owned(after, "hand") == {"f:spec": {"f:replicas": {}}}
    assert "f:replicas" not in owned(after, "me")["f:spec"]


def test_a_manager_is_needed(client: Client) -> None:
    answer = client.patch(PATH, deployment(), "apply-patch+yaml")
    assert answer.json["message"] == (
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
    )


def test_creating_owns_what_was_sent_and_what_was_defaulted(client: Client) -> None:
    made = client.post(f"{PATH.rpartition('/')[0]}?fieldManager=maker", deployment()).json
    fields = owned(made, "maker")["f:spec"]
    assert fields["f:strategy"] == {
        "f:rollingUpdate": {".": {}, "f:maxSurge": {}, "f:maxUnavailable": {}},
        "f:type": {},
    }
    container = fields["f:template"]["f:spec"]["f:containers"]['k:{"name":"c"}']
    assert container["f:resources"] == {}
    assert fields["f:selector"] == {}


def test_kubectl_goes_on_with_what_its_client_side_apply_set(client: Client) -> None:
    first = deployment(replicas=2)
    note = {"kubectl.kubernetes.io/last-applied-configuration": orjson.dumps(first).decode()}
    made = {**first, "metadata": {"name": "web", "annotations": note}}
    client.post(f"{PATH.rpartition('/')[0]}?fieldManager=kubectl-client-side-apply", made)
    assert apply(client, deployment(replicas=3), "other").code == 409
    after = apply(client, deployment(replicas=3), "kubectl")
    assert (after.code, after.json["spec"]["replicas"]) == (200, 3)
    assert '"replicas":3' in after.json["metadata"]["annotations"][next(iter(note))]


def test_kubectl_does_not_overwrite_what_was_changed_since_its_client_side_apply(client: Client) -> None:
    first = deployment(replicas=2)
    note = {"kubectl.kubernetes.io/last-applied-configuration": orjson.dumps(first).decode()}
    made = {**first, "metadata": {"name": "web", "annotations": note}}
    client.post(f"{PATH.rpartition('/')[0]}?fieldManager=kubectl-client-side-apply", made)
    client.patch(f"{PATH}?fieldManager=scaler", {"spec": {"replicas": 7}})
    assert apply(client, deployment(replicas=3), "kubectl").code == 409
