"""Leases that somebody has edited."""
from typing import Any

import pytest
from tests.kube.scripted import Reply, serving

from oakum.deploy.lease import Lease
from oakum.kube.client import Client
from oakum.kube.errors import ConnectError
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.transport import Transport

LONG_AGO, FAR_OFF = "2024-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"


def taken(spec: Any, *, steal: bool = False) -> tuple[str, list[str]]:
    """Who has a lease of that spec after `us` tried to take it, and the methods that the server was asked with."""
    there = {"metadata": {"name": "l", "uid": "u", "resourceVersion": "1"}, "spec": spec}
    with serving(lambda method, path, headers: Reply(200, there)) as (url, asked):
        client = Client(Transport(ClusterConfig(url)))
        try:
            return Lease(client, "l", "n", "us", 30).take(steal=steal), [method for method, _, _ in asked]
        finally:
            client.transport.close()


@pytest.mark.parametrize("spec", [
    None, {}, {"holderIdentity": ""}, {"holderIdentity": "other", "leaseDurationSeconds": 30},
    {"holderIdentity": "other", "renewTime": LONG_AGO}, {"holderIdentity": "other", "leaseDurationSeconds": 1, "renewTime": LONG_AGO},
    {"leaseTransitions": 2**31 - 1}, {"holderIdentity": None, "renewTime": None}])
def test_one_that_is_free_or_expired_is_taken(spec: Any) -> None:
    assert taken(spec) == ("us", ["GET", "PUT"])


def test_one_that_is_renewed_in_the_future_is_another_s() -> None:
    spec = {"holderIdentity": "other", "leaseDurationSeconds": 30, "renewTime": FAR_OFF}
    assert taken(spec) == ("other", ["GET"])
    assert taken(spec, steal=True) == ("us", ["GET", "PUT"])


@pytest.mark.parametrize(("spec", "why"), [
    (5, "json: cannot unmarshal number into Go value of type v1.LeaseSpec"), ({"leaseDurationSeconds": "30"}, "json: cannot unmarshal string into"),
    ({"holderIdentity": ["x"]}, "json: cannot unmarshal array into"), ({"leaseTransitions": 1.5}, "json: cannot unmarshal number 1.5"),
    ({"holderIdentity": "other", "renewTime": "soon"}, 'parsing time "soon"'),
    ({"holderIdentity": "other", "renewTime": "0000-01-01T00:00:00Z"}, "year out of range"),
])
def test_one_that_cannot_be_read_is_left_alone_and_named(spec: Any, why: str) -> None:
    with pytest.raises(ConnectError, match=r"^Lease 'l' \(namespace: n\) cannot be read: .*\(hint: delete it if nobody is at work\)$") as e:
        taken(spec)
    assert why in str(e.value)
