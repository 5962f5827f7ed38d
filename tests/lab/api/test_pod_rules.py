"""What is refused about pods, word for word as a real 1.36 server says it (tests/differential has many more)."""

from typing import Any

import pytest
from tests.lab.api.client import Client

PODS = "/api/v1/namespaces/default/pods"
NOT_BOTH = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"


def complaint(client: Client, spec: Any) -> str:
    body = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}
    message: str = client.post(PODS, body).json["message"]
    return message.partition(" is invalid: ")[2] or message.partition(" is forbidden: ")[2]


def container(client: Client, **fields: Any) -> str:
    found = complaint(client, {"containers": [{"name": "c", "image": "i", **fields}]})
    return found.replace("spec.containers[0].", "")


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"dnsPolicy": "None"}, "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"),
        ({"os": {"name": "mac"}}, 'spec.os: Unsupported value: "mac": supported values: "linux", "windows"'),
        ({"hostname": "a.b"}, 'spec.hostname: Invalid value: "a.b": must not contain dots'),
        ({"ephemeralContainers": [{"name": "e", "image": "i"}]}, "spec.ephemeralContainers: Forbidden: cannot be set on create"),
        ({"overhead": {"cpu": "1"}}, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"),
        (
            {"volumes": [{"name": "v", "hostPath": {"path": "/a/../b"}}]},
            "spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'",
        ),
        ({"volumes": [{"name": "v", "csi": {}}]}, "spec.volumes[0].csi.driver: Required value"),
        (
            {"securityContext": {"seccompProfile": {"type": "Localhost"}}},
            "spec.securityContext.seccompProfile.localhostProfile: Required value: "
            "must be set when seccomp type is Localhost",
        ),
    ],
)  # fmt: skip
def test_a_pod_is_refused(client: Client, spec: Any, told: str) -> None:
    assert complaint(client, spec) == told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"volumeDevices": [{"name": "v", "devicePath": "/d"}]}, 'volumeDevices[0].name: Not found: "v"'),
        (
            {"resources": {"limits": {"hugepages-2Mi": "4Mi"}}},
            "resources: Forbidden: HugePages require cpu or memory",
        ),
        (
            {"resources": {"limits": {"x.io/gpu": "2"}, "requests": {"x.io/gpu": "1"}}},
            'resources.requests: Invalid value: "1": must be equal to x.io/gpu limit of 2',
        ),
        (
            {"lifecycle": {"preStop": {"sleep": {"seconds": 31}}}},
            "lifecycle.preStop.sleep: Invalid value: 31: "
            "must be non-negative and less than terminationGracePeriodSeconds (30)",
        ),
        (
            {"readinessProbe": {"exec": {"command": ["a"]}, "terminationGracePeriodSeconds": 5}},
            "readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes",
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name['a']"}}}]},
            "env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"metadata.name['a']\": "
            "error converting fieldPath: field label does not support subscript: metadata.name['a']",
        ),
    ],
)  # fmt: skip
def test_a_container_is_refused(client: Client, fields: Any, told: str) -> None:
    assert container(client, **fields) == told


def test_a_privileged_container_that_may_not_escalate_is_shown_as_the_servers_own_type(client: Client) -> None:
    told = container(client, securityContext={"privileged": True, "allowPrivilegeEscalation": False})
    assert told.endswith(NOT_BOTH)
    assert '"Privileged":true,"SELinuxOptions":null' in told


def test_what_is_said_twice_is_warned_of_and_owned_as_a_whole(client: Client) -> None:
    twice = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    spec = {"containers": [{"name": "c", "image": "i", "env": twice}]}
    made = client.post(PODS, {"metadata": {"name": "p"}, "spec": spec})
    assert 'hides previous definition of \\"A\\"' in made.headers["warning"]
    owned = made.json["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["f:containers"]['k:{"name":"c"}']
    assert owned["f:env"] == {".": {}, 'k:{"name":"A"}': {}}


def test_times_are_kept_in_utc_and_others_are_refused(client: Client) -> None:
    path = "/api/v1/namespaces/default/events"
    event = {"metadata": {"name": "e"}, "involvedObject": {"namespace": "default"}}
    made = client.post(path, {**event, "firstTimestamp": "2020-01-01T01:00:00+01:00"})
    assert made.json["firstTimestamp"] == "2020-01-01T00:00:00Z"
    told = client.post(path, {**event, "firstTimestamp": "soon"}).json["message"]
    assert told.endswith('parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"')
