"""What is refused about kinds other than pods, word for word as a real 1.36 server says it."""

from typing import Any

import pytest
from tests.lab.api.client import Client

CORE, NETWORK = "/api/v1", "/apis/networking.k8s.io/v1"
SPACE = "namespaces/default"
BACKEND = {"service": {"name": "s", "port": {"number": 80}}}


def complaint(client: Client, path: str, **fields: Any) -> str:
    message: str = client.post(path, {"metadata": {"name": "n"}, **fields}).json["message"]
    return message.partition(" is invalid: ")[2]


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        (f"{CORE}/{SPACE}/services", {"spec": {"ports": [{"port": 80}], "externalTrafficPolicy": "Local"}},
         'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'),
        (f"{CORE}/{SPACE}/services", {"spec": {"ports": [{"port": 80}], "ipFamilies": ["IPv6"]}},
         'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'),
        (f"{NETWORK}/{SPACE}/ingresses", {"spec": {"defaultBackend": {**BACKEND, "resource": {"kind": "x", "name": "y"}}}},
         'spec.defaultBackend: Invalid value: "": cannot set both resource and service backends'),
        (f"{NETWORK}/{SPACE}/networkpolicies", {"spec": {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.1/8"}}]}]}},
         'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length'),
        (f"{NETWORK}/ingressclasses", {"spec": {}}, "spec.controller: Required value"),
        (f"{CORE}/persistentvolumes", {"spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "local": {"path": "/x"}}},
         "spec.nodeAffinity: Required value: Local volume requires node affinity"),
        ("/apis/apps/v1/namespaces/default/controllerrevisions", {}, "data: Required value: data is mandatory"),
        ("/apis/batch/v1/namespaces/default/cronjobs",
         {"spec": {"schedule": "@every x", "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}}}},
         'spec.schedule: Invalid value: "@every x": failed to parse duration @every x: time: invalid duration "x"'),
        ("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
         {"webhooks": [{"name": "a.b.c", "sideEffects": "None", "admissionReviewVersions": ["v1"], "clientConfig": {"url": "https://x"}, "timeoutSeconds": 31}]},
         "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds"),
        ("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
         {"spec": {"maxReplicas": 1, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "D", "name": "d"}, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}}]}},
         "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization"),
    ],
)  # fmt: skip
def test_an_object_is_refused(client: Client, path: str, fields: Any, told: str) -> None:
    assert complaint(client, path, **fields) == told


def test_a_patch_that_makes_no_object_is_named_with_what_it_makes(client: Client) -> None:
    path = f"{CORE}/{SPACE}/configmaps"
    client.post(path, {"metadata": {"name": "n"}, "data": {"a": "b"}})
    merged = client.patch(f"{path}/n", {"data": {"a": 1}})
    assert merged.code == 422
    assert '\\"data\\":{\\"a\\":1}' in merged.json["message"]
    told = client.patch(f"{path}/n", {"data": {"a": 1}}, "strategic-merge-patch+json").json["message"]
    assert told == ' "" is invalid: patch: Invalid value: "map[data:map[a:1]]": cannot convert int64 to string'


def test_a_claim_that_is_not_bound_keeps_its_size(client: Client) -> None:
    path = f"{CORE}/{SPACE}/persistentvolumeclaims"
    size = {"requests": {"storage": "1Gi"}}
    client.post(path, {"metadata": {"name": "n"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": size}})
    larger = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    assert "spec is immutable after creation" in client.patch(f"{path}/n", larger).json["message"]


def test_a_pods_deadline_only_comes_nearer(client: Client) -> None:
    path = f"{CORE}/{SPACE}/pods"
    spec = {"containers": [{"name": "c", "image": "i"}], "activeDeadlineSeconds": 50}
    client.post(path, {"metadata": {"name": "n"}, "spec": spec})
    assert client.patch(f"{path}/n", {"spec": {"activeDeadlineSeconds": 40}}).code == 200
    for later in (60, None):
        assert client.patch(f"{path}/n", {"spec": {"activeDeadlineSeconds": later}}).code == 422
