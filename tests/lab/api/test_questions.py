"""How requests are refused that ask for something that cannot be: selectors, options of lists, limits, repeated fields."""

from typing import Any
from urllib.parse import quote

import pytest
from tests.lab.api.client import Client

SPACE = "/api/v1/namespaces/default"
MAPS = f"{SPACE}/configmaps"


@pytest.mark.parametrize(
    ("selector", "told"),
    [
        ("x,", "found '', expected: identifier after ','"),
        ("x=a b", "found 'b', expected: ',' or 'end of string'"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        ("x maybe (1)", "unable to parse requirement: found 'maybe', expected: in, notin, =, ==, !=, gt, lt"),
        ("x in 1", "unable to parse requirement: found '1' expected: '('"),
        ("x>z", "values[0]: Invalid value: \"z\": for 'Gt', 'Lt' operators, the value must be an integer"),
    ],
)
def test_a_selector_that_is_none_is_refused(client: Client, selector: str, told: str) -> None:
    answer = client.get(f"{MAPS}?labelSelector={quote(selector)}")
    assert answer.code == 400
    assert answer.json["message"].endswith(told)


@pytest.mark.parametrize("query", ["resourceVersion=1&resourceVersionMatch=Nix", "sendInitialEvents=true"])
def test_options_that_no_list_has_are_refused(client: Client, query: str) -> None:
    assert client.get(f"{MAPS}?{query}").code == 422


def test_a_field_that_is_stated_twice_is_refused_or_warned_of(client: Client) -> None:
    body = b'{"metadata":{"name":"n"},"data":{"a":"1","a":"2"}}'
    assert client.post(f"{MAPS}?fieldValidation=Strict", body).json["message"].endswith('duplicate field "data.a"')
    assert 'duplicate field \\"data.a\\"' in client.post(MAPS, body).headers["warning"]


def test_an_apply_names_its_object_and_has_the_types_of_its_schema(client: Client) -> None:
    config: Any = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}}
    path, form = f"{MAPS}/n?fieldManager=m", "apply-patch+yaml"
    assert "was undeterminable: name must be provided" in client.patch(path, config, form).json["message"]
    config |= {"metadata": {"name": "n"}, "data": {"a": 1}}
    told = client.patch(path, config, form).json["message"]
    assert told.endswith(".data.a: expected string, got &value.valueUnstructured{Value:1}")


def test_a_limit_range_bounds_pods_ratios_and_claims(client: Client) -> None:
    limits = [
        {"type": "Container", "max": {"cpu": "2"}, "maxLimitRequestRatio": {"cpu": "2"}},
        {"type": "Pod", "max": {"cpu": "1"}},
        {"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}},
    ]
    client.post(f"{SPACE}/limitranges", {"metadata": {"name": "l"}, "spec": {"limits": limits}})
    resources = {"requests": {"cpu": "500m"}, "limits": {"cpu": "1500m"}}
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i", "resources": resources}]}}
    told = client.post(f"{SPACE}/pods", pod).json["message"]
    assert "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000" in told
    assert "maximum cpu usage per Pod is 1, but limit is 1500m" in told
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    refused = client.post(f"{SPACE}/persistentvolumeclaims", {"metadata": {"name": "c"}, "spec": claim})
    assert "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi" in refused.json["message"]


def test_a_quota_needs_to_know_what_pods_ask_for(client: Client) -> None:
    client.post(f"{SPACE}/resourcequotas", {"metadata": {"name": "q"}, "spec": {"hard": {"limits.memory": "1Gi"}}})
    pod: Any = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    assert "failed quota: q: must specify limits.memory for: c" in client.post(f"{SPACE}/pods", pod).json["message"]
    pod["spec"]["containers"][0]["resources"] = {"limits": {"memory": "2Gi"}}
    assert "requested: limits.memory=2Gi, used: limits.memory=0" in client.post(f"{SPACE}/pods", pod).json["message"]
