from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.kube.scripted import Answering, Reply, serving

from oakum.kube.clock import ServerClock
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.transport import Transport


def test_the_time_is_that_of_the_servers_last_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answering, "date_time_string", lambda self: "Sat, 01 Jan 2000 12:00:00 GMT")
    with serving([Reply(200, {})]) as (url, _):
        transport = Transport(ClusterConfig(url))
        transport.request("GET", "/x")
        transport.close()
    assert transport.clock.now().replace(second=0, microsecond=0) == datetime(2000, 1, 1, 12, tzinfo=UTC)


def test_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ServerClock()
    monkeypatch.setattr("oakum.kube.clock.time.monotonic", lambda: 100.0)
    clock.note("Sat, 01 Jan 2000 12:00:00 GMT")
    monkeypatch.setattr("oakum.kube.clock.time.monotonic", lambda: 175.0)
    assert clock.now() == datetime(2000, 1, 1, 12, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize("date", ["", "soon"])
def test_where_no_answer_tells_it_our_own_clock_does(date: str) -> None:
    clock = ServerClock()
    clock.note(date)
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 60
