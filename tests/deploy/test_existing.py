"""Objects of an application that the cluster shows in another API group than they were written in."""
from __future__ import annotations

from typing import Any

from tests.deploy.conftest import Place, config_map

from oakum.deploy.app.recorded import RecordedApp
from oakum.deploy.apply.options import WaitOptions
from oakum.deploy.existing import Finder, Scope
from oakum.deploy.logs.options import LogsOptions
from oakum.deploy.resource import Resource
from oakum.kube.kinds import ResourceType
from oakum.kube.selector import Requirement, Selector

QUIET = LogsOptions(enabled=False)
INGRESSES = ResourceType("networking.k8s.io", "v1", "ingresses", "Ingress", True)
SOON = WaitOptions(ignored=True, timeout=20)


def event(place: Place) -> dict[str, Any]:
    """An event of the core group, which only `events.k8s.io` lists."""
    return {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "reason": "Made", "message": "m", "type": "Normal",
            "involvedObject": {"apiVersion": "v1", "kind": "ConfigMap", "name": "c", "namespace": place.namespace},
            "source": {"component": "test"}, "firstTimestamp": "2024-01-01T00:00:00Z", "lastTimestamp": "2024-01-01T00:00:00Z"}


def found(place: Place) -> list[Resource]:
    """All that the application has."""
    app = RecordedApp(place.client, "app", place.namespace)
    return Finder(place.client, Scope()).find(Selector((Requirement(app.label_key, "=", (app.label_value,)),)))


def test_an_event_is_ours_in_the_group_that_lists_it(place: Place) -> None:
    place.deploy(event(place), logs=QUIET)
    assert [(r.kind, r.group, r.transient) for r in found(place)] == [("Event", "events.k8s.io", False)]


def test_an_event_that_did_not_change_is_left_alone(place: Place) -> None:
    place.deploy(event(place), logs=QUIET)
    assert place.deploy(event(place), logs=QUIET).rows == []


def test_an_event_that_is_no_longer_wanted_is_deleted(place: Place) -> None:
    place.deploy(event(place), config_map("c"), logs=QUIET)
    assert place.deploy(config_map("c"), logs=QUIET).rows == [("e", "delete")]
    assert [r.kind for r in found(place)] == ["ConfigMap"]


def test_an_application_with_an_event_is_deleted(place: Place) -> None:
    place.deploy(event(place), logs=QUIET)
    place.delete(wait=SOON)
    assert not RecordedApp(place.client, "app", place.namespace).find()


def ingress(place: Place, group: str) -> None:
    """An Ingress that carries the application's label, and the identity of one that was written in that group."""
    place.deploy(config_map("c"), logs=QUIET)
    app = RecordedApp(place.client, "app", place.namespace)
    identity = f"v1;{place.namespace}/{group}/Ingress/i;{group}/v1beta1"
    place.client.create(INGRESSES, {
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": "i", "labels": {app.label_key: app.label_value},
                     "annotations": {"kapp.k14s.io/identity": identity}},
        "spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}}, place.namespace)


def test_what_was_written_in_a_group_that_is_served_no_more_is_deleted(place: Place) -> None:
    ingress(place, "extensions")
    place.delete(wait=SOON)
    assert place.client.list(INGRESSES, place.namespace).items == []


def test_a_copy_of_the_same_name_in_another_group_is_its_controllers(place: Place) -> None:
    ingress(place, "example.com")
    assert [(r.kind, r.transient) for r in found(place)] == [("ConfigMap", False), ("Ingress", True)]


def test_the_identity_that_a_controller_copied_is_shown(place: Place) -> None:
    ingress(place, "example.com")
    assert ["kapp.k14s.io/identity" in r.annotations for r in found(place)] == [False, True]
