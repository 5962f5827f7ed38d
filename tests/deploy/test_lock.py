"""The lease that keeps deploys of one application apart, when Ctrl-C comes at a bad moment."""
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.deploy.conftest import Place, config_map

from oakum.deploy.app.recorded import RecordedApp
from oakum.deploy.errors import AppError
from oakum.deploy.lock import LEASES, Lock, LockOptions


def lock(place: Place) -> Lock:
    return Lock(place.client, RecordedApp(place.client, "app", place.namespace), LockOptions(enabled=True))


def interrupting(call: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """`call`, interrupted the first time: before it, or when the server has done it."""
    left = [KeyboardInterrupt]

    def interrupted(*arguments: Any, **named: Any) -> Any:
        if left and not after:
            raise left.pop()
        answer = call(*arguments, **named)
        if left:
            raise left.pop()
        return answer

    return interrupted


def leases(place: Place) -> list[Any]:
    return place.client.list(LEASES, place.namespace).items


@pytest.mark.parametrize("after", [False, True])
def test_an_interrupt_while_it_is_taken_leaves_nothing_behind(place: Place, monkeypatch: Any, after: bool) -> None:
    monkeypatch.setattr(place.client, "create", interrupting(place.client.create, after=after))
    with pytest.raises(KeyboardInterrupt), lock(place):
        pass
    assert leases(place) == []


@pytest.mark.parametrize("method", ["get", "delete"])
@pytest.mark.parametrize("after", [False, True])
def test_an_interrupt_while_it_is_let_go_leaves_nothing_behind(
    place: Place, monkeypatch: Any, method: str, after: bool
) -> None:
    with pytest.raises(KeyboardInterrupt), lock(place):  # noqa: PT012  # the interrupt comes at its end
        assert leases(place)
        monkeypatch.setattr(place.client, method, interrupting(getattr(place.client, method), after=after))
    assert leases(place) == []


def test_it_lasts_by_the_servers_clock_whatever_our_own_says(place: Place, monkeypatch: Any) -> None:
    place.deploy(config_map("a", k="v"))
    there = datetime(2100, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(place.client.transport.clock, "now", lambda: there)
    with lock(place), pytest.raises(AppError, match="is being changed by"), lock(place):
        pass
    first = lock(place)
    first.__enter__()
    monkeypatch.setattr(place.client.transport.clock, "now", lambda: there + timedelta(seconds=31))
    with lock(place):
        assert leases(place)[0]["spec"]["renewTime"].startswith("2100-01-01T00:00:31")
    first.__exit__(None, None, None)


def test_another_holder_keeps_it_whatever_is_interrupted(place: Place, monkeypatch: Any) -> None:
    place.deploy(config_map("a", k="v"))
    with lock(place):
        monkeypatch.setattr("oakum.deploy.lock.time.sleep", interrupting(lambda _: None, after=False))
        waiting = Lock(place.client, RecordedApp(place.client, "app", place.namespace), LockOptions(enabled=True, wait=9))
        with pytest.raises(KeyboardInterrupt), waiting:
            pass
        assert len(leases(place)) == 1
