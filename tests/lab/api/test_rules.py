"""Defaults and complaints of built-in kinds, as a real 1.36 server has them."""

import re
from typing import Any

import pytest
from tests.lab.api.client import Client

LABELS = {"app": "a"}
CORE = "/api/v1/namespaces/default"
APPS = "/apis/apps/v1/namespaces/default"


def template(**container: Any) -> dict[str, Any]:
    containers = [{"name": "c", "image": "i:1", **container}]
    return {"metadata": {"labels": LABELS}, "spec": {"containers": containers}}


def workload(**spec: Any) -> dict[str, Any]:
    body = {"selector": {"matchLabels": LABELS}, "template": template(), **spec}
    return {"metadata": {"name": "a"}, "spec": body}


def spec_of(client: Client, path: str, spec: Any) -> Any:
    made = client.post(path, {"metadata": {"name": "a"}, "spec": spec})
    assert made.code == 201, made.json["message"]
    return made.json["spec"]


def complaint(client: Client, path: str, body: Any) -> str:
    answer = client.post(path, body)
    assert answer.code == 422
    message: str = answer.json["message"]
    return message.partition(" is invalid: ")[2]


def test_a_deployment_is_defaulted(client: Client) -> None:
    spec = client.post(f"{APPS}/deployments", workload()).json["spec"]
    assert spec == {
        "replicas": 1,
        "selector": {"matchLabels": LABELS},
        "template": {
            "metadata": {"labels": LABELS},
            "spec": {
                "containers": [
                    {
                        "name": "c",
                        "image": "i:1",
                        "imagePullPolicy": "IfNotPresent",
                        "resources": {},
                        "terminationMessagePath": "/dev/termination-log",
                        "terminationMessagePolicy": "File",
                    }
                ],
                "dnsPolicy": "ClusterFirst",
                "restartPolicy": "Always",
                "schedulerName": "default-scheduler",
                "securityContext": {},
                "terminationGracePeriodSeconds": 30,
            },
        },
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
    }


def test_a_service_is_defaulted(client: Client) -> None:
    spec = spec_of(client, f"{CORE}/services", {"ports": [{"port": 80}], "selector": LABELS})
    address = spec.pop("clusterIP")
    assert spec == {
        "clusterIPs": [address],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}],
        "selector": LABELS,
        "sessionAffinity": "None",
        "type": "ClusterIP",
    }


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("i", "Always"),
        ("i:latest", "Always"),
        ("i:1", "IfNotPresent"),
        ("h:5000/i", "Always"),
        ("i@sha256:0", "IfNotPresent"),
    ],
)
def test_the_pull_policy_follows_the_tag(client: Client, image: str, policy: str) -> None:
    pod = spec_of(client, f"{CORE}/pods", {"containers": [{"name": "c", "image": image}]})
    assert pod["containers"][0]["imagePullPolicy"] == policy


def test_a_pod_gets_its_account_token_tolerations_and_priority(client: Client) -> None:
    pod = spec_of(client, f"{CORE}/pods", {"containers": [{"name": "c", "image": "i"}]})
    assert (pod["serviceAccountName"], pod["priority"], pod["enableServiceLinks"]) == ("default", 0, True)
    assert pod["volumes"][0]["name"] == pod["containers"][0]["volumeMounts"][0]["name"]
    assert [each["tolerationSeconds"] for each in pod["tolerations"]] == [300, 300]


@pytest.mark.parametrize(
    ("requests", "limits", "quality"),
    [
        (None, None, "BestEffort"),
        ({"cpu": "1"}, None, "Burstable"),
        ({"cpu": "1", "memory": "1Gi"}, {"cpu": "1", "memory": "1Gi"}, "Guaranteed"),
        (None, {"cpu": "1", "memory": "1Gi"}, "Guaranteed"),
    ],
)
def test_the_quality_of_service_follows_requests_and_limits(
    client: Client, requests: Any, limits: Any, quality: str
) -> None:
    resources = {"requests": requests, "limits": limits}
    body = {"metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", "image": "i", "resources": resources}]}}
    assert client.post(f"{CORE}/pods", body).json["status"]["qosClass"] == quality


def test_a_secrets_texts_are_encoded(client: Client) -> None:
    made = client.post(f"{CORE}/secrets", {"metadata": {"name": "a"}, "stringData": {"k": "v"}}).json
    assert (made["data"], made["type"]) == ({"k": "dg=="}, "Opaque")
    assert "stringData" not in made


def test_a_namespace_is_labelled_with_its_name(client: Client) -> None:
    made = client.post("/api/v1/namespaces", {"metadata": {"name": "shop"}}).json
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": "shop"}
    assert (made["spec"], made["status"]) == ({"finalizers": ["kubernetes"]}, {"phase": "Active"})


def test_quantities_are_put_into_canonical_form(client: Client) -> None:
    limits = {"cpu": "1000m", "memory": "1024Mi"}
    body = workload(template=template(resources={"limits": limits}))
    made = client.post(f"{APPS}/deployments", body).json
    limited = made["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert limited == {"cpu": "1", "memory": "1Gi"}


def test_a_headless_service_has_no_address(client: Client) -> None:
    spec = spec_of(client, f"{CORE}/services", {"clusterIP": "None", "ports": [{"port": 80}]})
    assert spec["clusterIPs"] == ["None"]


def test_an_address_stays(client: Client) -> None:
    spec = spec_of(client, f"{CORE}/services", {"ports": [{"port": 80}]})
    assert (
        client.put(f"{CORE}/services/a", {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 81}]}}).json["spec"][
            "clusterIP"
        ]
        == spec["clusterIP"]
    )
    changed = client.patch(f"{CORE}/services/a", {"spec": {"clusterIP": "None", "clusterIPs": ["None"]}}).json
    assert changed["message"] == (
        'Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set'
    )


def test_node_ports_are_allotted_once(client: Client) -> None:
    spec = spec_of(client, f"{CORE}/services", {"type": "NodePort", "ports": [{"port": 80}]})
    port = spec["ports"][0]["nodePort"]
    again = {"metadata": {"name": "b"}, "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": port}]}}
    assert complaint(client, f"{CORE}/services", again) == (
        f"spec.ports[0].nodePort: Invalid value: {port}: provided port is already allocated"
    )


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        (f"{CORE}/services", {"metadata": {"name": "q"}, "spec": {"ports": []}}, "spec.ports: Required value"),
        (
            f"{APPS}/deployments",
            {"metadata": {"name": "q"}},
            "[spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: `selector` does not "
            "match template `labels`, spec.template.spec.containers: Required value]",
        ),
        (
            f"{APPS}/deployments",
            workload(replicas=-1),
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        ),
        (
            f"{APPS}/deployments",
            workload(template=template(volumeMounts=[{"name": "v", "mountPath": "/v"}])),
            'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "v"',
        ),
        (
            f"{APPS}/deployments",
            workload(template=template(resources={"requests": {"cpu": "2"}, "limits": {"cpu": "1"}})),
            'spec.template.spec.containers[0].resources.requests: Invalid value: "2": '
            "must be less than or equal to cpu limit of 1",
        ),
        (
            f"{APPS}/deployments",
            workload(strategy={"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}),
            "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
        ),
        (
            f"{CORE}/persistentvolumeclaims",
            {"metadata": {"name": "q"}, "spec": {}},
            "[spec.accessModes: Required value: at least 1 access mode is required, "
            "spec.resources[storage]: Required value]",
        ),
    ],
)
def test_complaints(client: Client, path: str, body: Any, message: str) -> None:
    assert complaint(client, path, body) == message


def test_a_selector_stays(client: Client) -> None:
    client.post(f"{APPS}/replicasets", workload())
    patch = {"spec": {"selector": {"matchLabels": {"app": "b"}}, "template": {"metadata": {"labels": {"app": "b"}}}}}
    assert client.patch(f"{APPS}/replicasets/a", patch).json["message"] == (
        'ReplicaSet.apps "a" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable'
    )


def test_a_jobs_pods_stay_and_a_selector_left_out_is_named_as_the_server_names_it(client: Client) -> None:
    path = "/apis/batch/v1/namespaces/default/jobs"
    spec = {"containers": [{"name": "c", "image": "i:1"}], "restartPolicy": "Never"}
    body = {"metadata": {"name": "a"}, "spec": {"template": {"spec": spec}}}
    assert client.post(path, body).code == 201
    spec["containers"] = [{"name": "c", "image": "i:2"}]
    message = client.put(f"{path}/a", body).json["message"]
    assert re.findall(r"(spec[\w.]*): (Required value|Invalid value: null: [^,\]]*|Invalid value)", message) == [
        ("spec.selector", "Required value"),
        ("spec.template.metadata.labels", "Invalid value: null: `selector` does not match template `labels`"),
        ("spec.selector", "Invalid value: null: field is immutable"),
        ("spec.template", "Invalid value"),
    ]


def test_limits_and_quotas_hold(client: Client) -> None:
    limit = {"type": "Container", "default": {"cpu": "1"}, "max": {"cpu": "2"}}
    client.post(f"{CORE}/limitranges", {"metadata": {"name": "l"}, "spec": {"limits": [limit]}})
    client.post(f"{CORE}/resourcequotas", {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}})
    pod = spec_of(client, f"{CORE}/pods", {"containers": [{"name": "c", "image": "i"}]})
    assert pod["containers"][0]["resources"]["limits"] == {"cpu": "1"}
    large = {"containers": [{"name": "c", "image": "i", "resources": {"limits": {"cpu": "3"}}}]}
    assert client.post(f"{CORE}/pods", {"metadata": {"name": "b"}, "spec": large}).json["message"] == (
        'pods "b" is forbidden: maximum cpu usage per Container is 2, but limit is 3'
    )
    small = {"containers": [{"name": "c", "image": "i"}]}
    assert client.post(f"{CORE}/pods", {"metadata": {"name": "b"}, "spec": small}).json["message"] == (
        'pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'
    )
