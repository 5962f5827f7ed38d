"""Objects that are to change again after a while."""
from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oakum.deploy.errors import InputError
from oakum.deploy.renew import renew
from oakum.deploy.resource import Resource

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LAST = "kapp.k14s.io/last-renewed-time"


def cm(name: str, created: str = "", **notes: str) -> Resource:
    annotations = {f"kapp.k14s.io/{key.replace('_', '-')}": value for key, value in notes.items()}
    times = {"creationTimestamp": created} if created else {}
    return Resource({"apiVersion": "v1", "kind": "ConfigMap",
                     "metadata": {"name": name, "namespace": "n", "annotations": annotations, **times}})


def renewed(wanted: Resource, *existing: Resource) -> str | None:
    renew([wanted], existing, NOW)
    return wanted.annotations.get(LAST)


@pytest.mark.parametrize(("existing", "last"), [
    ([], None),
    ([cm("a", "2026-01-01T11:30:00Z")], None),
    ([cm("a", "2026-01-01T10:00:00Z")], "2026-01-01T12:00:00Z"),
    ([cm("a", "2026-01-01T10:00:00Z", last_renewed_time="2026-01-01T11:30:00Z")], "2026-01-01T11:30:00Z"),
    ([cm("a", "2026-01-01T08:00:00Z", last_renewed_time="2026-01-01T09:00:00Z")], "2026-01-01T12:00:00Z"),
], ids=["not there", "young", "old", "renewed lately", "renewed long ago"])
def test_an_object_is_renewed_when_its_time_has_come(existing: list[Resource], last: str | None) -> None:
    assert renewed(cm("a", renew_duration="1h"), *existing) == last


def test_a_versioned_object_is_as_old_as_its_newest_version() -> None:
    old, young = (cm("a-ver-9", "2026-01-01T08:00:00Z", versioned=""), cm("a-ver-10", "2026-01-01T11:30:00Z", versioned=""))
    assert renewed(cm("a", renew_duration="1h", versioned=""), old) == "2026-01-01T12:00:00Z"
    assert renewed(cm("a", renew_duration="1h", versioned=""), young, old) is None


def test_unreadable_times_are_named() -> None:
    with pytest.raises(InputError) as soon:
        renewed(cm("a", renew_duration="soon"))
    assert str(soon.value) == ('Unable to parse renew-duration for resource configmap/a (v1) namespace: n: '
                               'time: invalid duration "soon"')
    with pytest.raises(InputError) as junk:
        renewed(cm("a", renew_duration="1h"), cm("a", "2026-01-01T10:00:00Z", last_renewed_time="junk"))
    assert str(junk.value) == ('Unable to parse last-renewed-time for resource configmap/a (v1) namespace: n: '
                               'parsing time "junk" as "2006-01-02T15:04:05Z07:00": cannot parse "junk" as "2006"')
