"""What is sent to the server, and what comes back."""
from __future__ import annotations

from typing import Any

from tests.deploy.conftest import Place

from oakum.deploy.cluster import Cluster, outgoing
from oakum.deploy.resource import Resource


def body(**metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "n", **metadata}}


def test_managed_fields_are_left_to_the_server_where_it_has_some_and_sent_where_it_has_none() -> None:
    fields = [{"manager": "somebody"}]
    assert "managedFields" not in outgoing(Resource(body(managedFields=fields, resourceVersion="1")))["metadata"]
    assert outgoing(Resource(body(managedFields=fields)))["metadata"]["managedFields"] == fields


def test_who_manages_a_field_is_still_known_after_a_write_without_managed_fields(place: Place) -> None:
    cluster = Cluster(place.client)
    stored = cluster.create(Resource({**body(namespace=place.namespace), "data": {"k": "1"}}))
    before = stored.metadata["managedFields"][0]["fieldsV1"]["f:data"]
    after = cluster.replace(stored, checked=True)
    assert after.metadata["managedFields"][0]["fieldsV1"]["f:data"] == before
