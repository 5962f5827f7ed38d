"""The lease that keeps deploys of one application apart: Ctrl-C at a bad moment, theft, and a network that is gone."""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.conftest import Paper, Place, config_map
from tests.deploy.faults import Fault
from tests.deploy.test_faults import once, through
from tests.kube.scripted import Reply

from oakum.deploy.app.changes import Changes
from oakum.deploy.app.recorded import RecordedApp
from oakum.deploy.apply.options import ApplyOptions, WaitOptions
from oakum.deploy.errors import AppError, LockLost
from oakum.deploy.lease import LEASES, Lease
from oakum.deploy.lock import Lock, LockOptions, _clock
from oakum.deploy.logs.options import LogsOptions
from oakum.kube.client import CONFIG_MAPS
from oakum.kube.errors import ConnectError


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


LEASE = "/leases/app-deploy-lock"


def renewal(answer: Callable[[], Reply | None], write: str, look: str) -> Fault:
    """Renewals of the lease get this answer, once the deploy waits: it has written the one object and looks again and
    again at the other.
    """
    asked: list[str] = []

    def fault(method: str, path: str) -> Reply | None:
        asked.append(f"{method} {path.partition('?')[0].rpartition('/')[2]}")
        waits = write in asked and asked[asked.index(write):].count(look) > 2
        return answer() if waits and method == "PUT" and path.endswith(LEASE) else None

    return fault


WAITING = "PUT before", "GET awaited"


def unheard() -> Reply:
    return Reply(0, cut=True)


def take_over(place: Place) -> None:
    """Somebody else takes the lease."""
    place.client.patch(LEASES, "app-deploy-lock", {"spec": {"holderIdentity": "another"}}, "merge", place.namespace)


AWAITED = {**config_map("awaited"), "metadata": {"name": "awaited", "annotations": {
    "kapp.k14s.io/exists": "", "kapp.k14s.io/change-group": "awaited"}}}
"""Somebody else's object, which is not there."""
AFTER = {**config_map("after"), "metadata": {"name": "after", "annotations": {
    "kapp.k14s.io/change-rule": "upsert after upserting awaited"}}}


def deploy_that_waits(place: Place, **options: Any) -> Paper:
    """Deploy `before`, wait for what never comes, and have `after` to do."""
    return place.deploy(config_map("before"), AWAITED, AFTER, logs=LogsOptions(enabled=False),
                        apply=ApplyOptions(check_interval=0.05), **options)


def outcomes(place: Place) -> list[tuple[str, bool | None]]:
    """What each recorded change was for, and how it ended; the record's own opinion of the last one at the end."""
    app = RecordedApp(place.client, "app", place.namespace)
    changes = [change.meta for change in Changes(app).history()] + [app.meta.last_change]
    return [(meta.description, meta.successful) for meta in changes]


ENDED = "update: Op: 2 create, 0 delete, 0 update, 0 noop, 1 exists / Wait to: 3 reconcile, 0 delete, 0 noop"


def test_who_was_stolen_from_stops_before_the_next_write(place: Place, target: Any, tmp_path: Path) -> None:
    file = tmp_path / "app.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [config_map("before"), AWAITED, AFTER]}))
    program = [str(Path(sys.executable).with_name("kapp")), "deploy", "-a", "app", "-n", place.namespace, "-y", "--lock",
               "-f"]
    environment = os.environ | dict(target.environment)
    with subprocess.Popen([*program, str(file)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as victim:
        assert victim.stdout is not None
        for line in victim.stdout:
            if "Retryable error" in line:
                break
        holder = leases(place)[0]["spec"]["holderIdentity"]
        thief = subprocess.run([*program, "-", "--lock-steal"], input=json.dumps(config_map("stolen")),
                               env=environment, text=True, capture_output=True)
        _, err = victim.communicate()
    assert (thief.returncode, victim.returncode) == (0, 1), thief.stderr + err
    assert f"/{victim.pid}/" in holder
    assert re.fullmatch(
        rf"kapp: Error: The lock of app 'app' \(namespace: {place.namespace}\) was (taken over by '\S+/\d+/\d+'|taken "
        "away by somebody who has let it go since); stopped before the next write: 1 of 2 changes were applied: create "
        rf"configmap/before \(v1\) namespace: {place.namespace} \(hint: .*\)\n", err)
    assert set(place.data()) == {"stolen"}
    assert outcomes(place)[0] == (ENDED, False)
    assert [ended for _, ended in outcomes(place)] == [False, True, True]
    assert leases(place) == []


def test_a_lock_that_expired_and_was_taken_by_another_is_lost(place: Place) -> None:
    with (pytest.raises(LockLost, match="was taken over by 'another'; stopped before the next write: 1 of 2 changes"),
          through(place, renewal(lambda: take_over(place), *WAITING)) as there):
        deploy_that_waits(there, lock=LockOptions(enabled=True, duration=1))
    assert set(place.data()) == {"before"}
    assert outcomes(place) == [(ENDED, False)] * 2
    assert leases(place)[0]["spec"]["holderIdentity"] == "another"


def test_a_lock_that_cannot_be_renewed_is_lost_when_it_expires(place: Place) -> None:
    with (pytest.raises(LockLost, match="could not be renewed for 1s, so that another may have it by now: Put .*EOF; "),
          through(place, renewal(unheard, *WAITING)) as there):
        deploy_that_waits(there, lock=LockOptions(enabled=True, duration=1))
    assert set(place.data()) == {"before"}
    assert outcomes(place) == [(ENDED, False)] * 2


def test_a_delete_whose_lock_is_stolen_leaves_the_record(place: Place) -> None:
    held = {**config_map("held"), "metadata": {"name": "held", "finalizers": ["oakum.test/held"]}}
    place.deploy(held)
    with (pytest.raises(LockLost, match="was taken over by 'another'; stopped before the next write: 1 of 1 changes"),
          through(place, renewal(lambda: take_over(place), "DELETE held", "GET held")) as there):
        there.delete(lock=LockOptions(enabled=True, duration=1), wait=WaitOptions(check_interval=0.05))
    assert RecordedApp(place.client, "app", place.namespace).meta.last_change.successful is False
    place.client.patch(CONFIG_MAPS, "held", {"metadata": {"finalizers": None}}, "merge", place.namespace)


def test_a_process_that_was_stopped_for_long_goes_on_where_nobody_has_taken_its_lock(place: Place, monkeypatch: Any) -> None:
    place.deploy(config_map("a", k="v"))
    app = RecordedApp(place.client, "app", place.namespace)
    with Lock(place.client, app, LockOptions(enabled=True, duration=3000)) as ours:
        now = _clock()
        monkeypatch.setattr("oakum.deploy.lock._clock", lambda: now + 4000)
        ours.check()
        take_over(place)
        ours.check()
        monkeypatch.setattr("oakum.deploy.lock._clock", lambda: now + 8000)
        with pytest.raises(LockLost, match="was taken over by 'another'$"):
            ours.check()


def test_a_renewal_whose_answer_is_lost_does_no_harm(place: Place) -> None:
    place.deploy(config_map("a", k="v"))
    with through(place, once("PUT", LEASE, Reply(cut=True))) as there:
        lease = Lease(there.client, "app-deploy-lock", place.namespace, "us", 30)
        assert lease.take(steal=False) == "us"
        with pytest.raises(ConnectError):
            lease.renew()
        assert lease.renew() == "us"


def test_of_two_who_take_a_lock_at_once_one_gets_it_and_the_other_learns_who(place: Place) -> None:
    with ThreadPoolExecutor(8) as threads:
        both = [Lease(place.client, "app-deploy-lock", place.namespace, f"{n}", 30) for n in range(8)]
        assert len(set(threads.map(lambda lease: lease.take(steal=False), both))) == 1
