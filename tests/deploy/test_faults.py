from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.deploy.conftest import Place, config_map
from tests.deploy.faults import Fault, faulty
from tests.kube.scripted import Reply

from oakum.dataclass import replace
from oakum.deploy.app.meta import APP_KEY
from oakum.deploy.app.recorded import RecordedApp
from oakum.deploy.apply import applier
from oakum.deploy.apply.options import WaitOptions
from oakum.deploy.diff.history import ORIGINAL
from oakum.deploy.errors import ApplyError
from oakum.deploy.logs.options import LogsOptions
from oakum.errors import OakumError
from oakum.kube import connect
from oakum.kube.client import CONFIG_MAPS
from oakum.kube.kubeconfig import ExecPlugin, Identity
from oakum.kube.workers import BEHIND

CREDENTIAL = '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "t"}}'
QUIET = LogsOptions(enabled=False)


@contextmanager
def through(place: Place, fault: Fault, before_event: Callable[[], object] = lambda: None) -> Iterator[Place]:
    """The place, reached through a proxy with that fault, which passes on what watches tell after `before_event`."""
    with faulty(place.client.transport.config, fault, before_event) as config:
        client = connect(config)
        yield Place(client, place.namespace)
        client.transport.close()


def once(method: str, ending: str, reply: Reply) -> Fault:
    """The first such request goes wrong, all others go through."""
    lock, left = threading.Lock(), [reply]

    def fault(asked: str, path: str) -> Reply | None:
        with lock:
            if asked == method and path.partition("?")[0].endswith(ending) and left:
                return left.pop()
        return None

    return fault


def test_the_server_has_learnt_of_a_first_write_when_the_second_comes(place: Place) -> None:
    writes: list[str] = []

    def noted(method: str, path: str) -> Reply | None:
        writes.append(f"{method} {path.partition('?')[0].rpartition('/')[2][:1]}")
        return None

    with through(place, noted) as there:
        there.deploy(*(config_map(f"m{n}") for n in range(2 * BEHIND)), logs=QUIET)
    assert writes[:writes.index("PUT m")].count("POST c") >= BEHIND
    assert len(place.data()) == 2 * BEHIND


def test_objects_that_were_made_when_another_fails_get_their_record(place: Place) -> None:
    lock, made = threading.Lock(), []

    def fault(method: str, path: str) -> Reply | None:
        with lock:
            if method != "POST" or not path.partition("?")[0].endswith("/configmaps"):
                return None
            made.append(path)
            return None if len(made) != BEHIND else Reply(422, b'{"kind":"Status","code":422,"message":"not this"}')

    with through(place, fault) as there, pytest.raises(ApplyError, match="not this"):
        there.deploy(*(config_map(f"m{n}") for n in range(3 * BEHIND)), logs=QUIET)
    there = place.client.list(CONFIG_MAPS, place.namespace, labels=APP_KEY).items
    assert len(there) >= BEHIND - 3
    assert all(ORIGINAL in found["metadata"]["annotations"] for found in there)


def test_records_that_nobody_may_write_are_not_each_waited_for_after_another(
        place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applier, "RECORD_SECONDS", 0.5)
    tries: Counter[str] = Counter()

    def fault(method: str, path: str) -> Reply | None:
        name = path.partition("?")[0].rpartition("/")[2]
        if method != "PUT" or not name.startswith("m"):
            return None
        tries[name] += 1
        return Reply(403, b'{"kind":"Status","code":403,"reason":"Forbidden","message":"not you"}')

    with through(place, fault) as there, pytest.raises(ApplyError, match="Saving record of last applied resource: "):
        there.deploy(*(config_map(f"m{n}") for n in range(2 * BEHIND)), logs=QUIET)
    assert sum(count == 1 for count in tries.values()) >= BEHIND // 2


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_write_that_is_refused_for_a_moment_is_repeated(place: Place, status: int) -> None:
    body = b'{"kind":"Status","code":%d,"reason":"InternalError","message":"passing"}' % status
    with through(place, once("POST", "/configmaps", Reply(status, body, {"Retry-After": "0"}))) as there:
        there.deploy(config_map("a", k="1"), logs=QUIET)
    assert place.data() == {"a": {"k": "1"}}


@pytest.mark.parametrize("ending", ["/configmaps", "/configmaps/app"])
def test_a_read_that_comes_too_often_is_repeated_when_the_server_says_when(place: Place, ending: str) -> None:
    place.deploy(config_map("a", k="1"))
    busy = Reply(429, b'{"kind":"Status","code":429,"reason":"TooManyRequests","message":"busy"}', {"Retry-After": "0"})
    with through(place, once("GET", ending, busy)) as there:
        there.deploy(config_map("a", k="2"), config_map("b", k="2"), logs=QUIET)
    assert place.data() == {"a": {"k": "2"}, "b": {"k": "2"}}


@pytest.mark.parametrize(("method", "ending"), [("GET", "/configmaps"), ("POST", "/configmaps"), ("PUT", "/configmaps/a")])
def test_credentials_that_expire_in_the_middle_are_asked_for_again(place: Place, tmp_path: Path, method: str, ending: str) -> None:
    calls = tmp_path / "calls"
    plugin = tmp_path / "plugin"
    plugin.write_text(f"#!/bin/sh\necho x >> {calls}\necho '{CREDENTIAL}'\n")
    plugin.chmod(0o700)
    who = Identity(exec=ExecPlugin(str(plugin), api_version="client.authentication.k8s.io/v1"))
    place.deploy(config_map("old", k="1"))
    expired = once(method, ending, Reply(401, b'{"kind":"Status","code":401,"reason":"Unauthorized"}'))
    with faulty(place.client.transport.config, expired) as config:
        client = connect(replace(config, identity=who))
        Place(client, place.namespace).deploy(config_map("a", k="1"), logs=QUIET)
        client.transport.close()
    assert place.data() == {"a": {"k": "1"}}, "with the list of what is there, and the object deleted that is not wanted"
    assert calls.read_text() == "x\nx\n"


def meddling(place: Place, patch: dict[str, object]) -> Fault:
    """Somebody else patches the object just before our first update of it arrives."""
    left = [patch]

    def fault(method: str, path: str) -> Reply | None:
        if method == "PUT" and path.endswith("/configmaps/a") and left:
            place.client.patch(CONFIG_MAPS, "a", left.pop(), "merge", place.namespace)
        return None

    return fault


def test_an_object_that_changed_under_us_is_updated_when_the_difference_is_the_same(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    with through(place, meddling(place, {"metadata": {"finalizers": ["ex.test/x"]}})) as there:
        there.deploy(config_map("a", k="2"), logs=QUIET)
    assert place.data() == {"a": {"k": "2"}}
    place.client.patch(CONFIG_MAPS, "a", {"metadata": {"finalizers": None}}, "merge", place.namespace)


def test_an_adopted_object_that_changed_under_us_is_no_conflict_of_its_own_identity(place: Place) -> None:
    key = f"{place.namespace}//ConfigMap/a"
    notes = {"annotations": {"kapp.k14s.io/identity": f"v1;{key};v1"}}
    there = config_map("a", k="1")
    place.client.create(CONFIG_MAPS, there | {"metadata": {"name": "a", **notes}}, place.namespace)
    with through(place, meddling(place, {"metadata": {"finalizers": ["ex.test/x"]}})) as reached:
        reached.deploy(config_map("a", k="2"), logs=QUIET)
    assert place.data() == {"a": {"k": "2"}}
    place.client.patch(CONFIG_MAPS, "a", {"metadata": {"finalizers": None}}, "merge", place.namespace)


def test_an_object_that_changed_otherwise_needs_approval_again(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    with through(place, meddling(place, {"data": {"new": "x"}})) as there, pytest.raises(ApplyError) as caught:
        there.deploy(config_map("a", k="2"), logs=QUIET)
    text = str(caught.value)
    assert "Failed to update due to resource conflict (approved diff no longer matches): Updating resource " in text
    assert "-   new: x" in text
    place.deploy(config_map("a", k="2"))
    assert place.data() == {"a": {"k": "2"}}


def test_what_another_deploy_wrote_before_our_record_is_not_taken_for_ours(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    puts = []

    def between(method: str, path: str) -> Reply | None:
        if method == "PUT" and path.partition("?")[0].endswith("/configmaps/a"):
            puts.append(path)
            if len(puts) == 2:
                place.deploy(config_map("a", k="3"), logs=QUIET)
        return None

    with through(place, between) as there:
        there.deploy(config_map("a", k="2"), logs=QUIET)
    assert place.data() == {"a": {"k": "3"}}
    place.deploy(config_map("a", k="2"))
    assert place.data() == {"a": {"k": "2"}}


def test_a_record_is_written_although_the_object_cannot_be_read_again_at_once(place: Place) -> None:
    refusals = {"PUT": Reply(409, b'{"kind":"Status","code":409,"reason":"Conflict","message":"modified"}'),
                "GET": Reply(403, b'{"kind":"Status","code":403,"reason":"Forbidden","message":"not now"}')}

    def fault(method: str, path: str) -> Reply | None:
        return refusals.pop(method, None) if path.partition("?")[0].endswith("/configmaps/a") else None

    with through(place, fault) as there:
        there.deploy(config_map("a", k="1"), check_unlabeled=False, logs=QUIET)
    assert not refusals
    assert ORIGINAL in place.client.get(CONFIG_MAPS, "a", place.namespace)["metadata"]["annotations"]


def test_a_record_that_somebody_else_wrote_meanwhile_is_read_again(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    conflict = Reply(409, b'{"kind":"Status","code":409,"reason":"Conflict","message":"the object has been modified"}')
    with through(place, once("PUT", "/configmaps/app", conflict)) as there:
        there.deploy(config_map("a", k="2"), logs=QUIET)
    assert place.data() == {"a": {"k": "2"}}


CUTS: list[tuple[str, str]] = [("POST", "/configmaps"), ("PUT", "/configmaps/a"), ("PUT", "/configmaps/app")]


@pytest.mark.parametrize(("method", "ending"), CUTS)
def test_after_an_answer_that_was_lost_the_next_deploy_converges(place: Place, method: str, ending: str) -> None:
    with through(place, once(method, ending, Reply(cut=True))) as there, suppress(OakumError):
        there.deploy(config_map("a", k="1"), config_map("b", k="1"), logs=QUIET)
    place.deploy(config_map("a", k="1"), config_map("b", k="1"))
    assert place.data() == {"a": {"k": "1"}, "b": {"k": "1"}}
    assert place.deploy(config_map("a", k="1"), config_map("b", k="1")).rows == []


def test_two_deploys_at_once_leave_one_of_both(place: Place) -> None:
    place.deploy(config_map("a", k="0"))
    errors: list[OakumError] = []

    def deploy(value: str) -> None:
        client = connect(replace(place.client.transport.config))
        try:
            Place(client, place.namespace).deploy(config_map("a", k=value), logs=QUIET)
        except OakumError as e:
            errors.append(e)
        client.transport.close()

    run: Callable[[str], threading.Thread] = lambda v: threading.Thread(target=deploy, args=(v,))  # noqa: E731  # brief
    threads = [run("1"), run("2")]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(errors) < 2
    assert place.data()["a"]["k"] in ("1", "2")
    place.deploy(config_map("a", k="3"))
    assert place.data() == {"a": {"k": "3"}}


def held(name: str) -> dict[str, object]:
    """A ConfigMap that is gone only once somebody lets go of it."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "finalizers": ["ex.test/held"]}}


def deleted_through(place: Place, before_event: Callable[[], object], check_interval: float) -> list[str]:
    """Delete a held object, which is let go when the deletion is waited for; what is printed meanwhile."""
    place.deploy(held("a"), config_map("b"))
    waiting = threading.Event()

    def watched(method: str, path: str) -> Reply | None:
        if "watch=1" in path and "/configmaps" in path:
            waiting.set()
        return None

    def let_go() -> None:
        waiting.wait()
        place.client.patch(CONFIG_MAPS, "a", {"metadata": {"finalizers": None}}, "merge", place.namespace)

    other = threading.Thread(target=let_go)
    other.start()
    with through(place, watched, before_event) as there:
        told = there.deploy(config_map("b"), logs=QUIET, wait=WaitOptions(check_interval=check_interval, timeout=60))
    other.join()
    assert place.data() == {"b": {}}
    return told.lines


def test_a_watch_that_tells_late_is_heard_all_the_same(place: Place) -> None:
    told = deleted_through(place, lambda: time.sleep(0.3), check_interval=3600)
    assert f"ok: delete configmap/a (v1) namespace: {place.namespace}" in told


def test_a_watch_that_tells_nothing_is_not_waited_for(place: Place) -> None:
    over = threading.Event()
    told = deleted_through(place, lambda: over.wait(30), check_interval=0.1)
    over.set()
    assert f"ok: delete configmap/a (v1) namespace: {place.namespace}" in told


def test_kinds_that_the_application_never_had_are_not_listed(place: Place) -> None:
    listed = set()

    def note(method: str, path: str) -> None:
        address, _, query = path.partition("?")
        if method == "GET" and "labelSelector" in query:
            listed.add(address.rpartition("/")[2])

    with through(place, note) as noted:
        for value in "12":
            noted.deploy(config_map("a", k=value))
    assert listed == {"configmaps", "pods"}, "pods are for logs"


def snatched(place: Place, name: str) -> Fault:
    """Somebody else deletes the ConfigMap just before we do, as a request of a deploy that was killed may."""
    def fault(method: str, path: str) -> Reply | None:
        if method == "DELETE" and path.endswith(f"/configmaps/{name}"):
            place.client.delete(CONFIG_MAPS, name, place.namespace)
        return None

    return fault


def migrated(place: Place) -> None:
    RecordedApp(place.client, "app", place.namespace, fully_qualified=True).prepare({})


def half_migrated(place: Place) -> None:
    """With both records there, as after a migration that was killed before its last request."""
    copy = {k: v for k, v in place.client.get(CONFIG_MAPS, "app", place.namespace).items() if k != "metadata"}
    place.client.create(CONFIG_MAPS, copy | {"metadata": {"name": "app.apps.k14s.io"}}, place.namespace)
    migrated(place)


def renamed(place: Place) -> None:
    RecordedApp(place.client, "app", place.namespace).rename("other", place.namespace)


def renamed_by_a_deploy(place: Place) -> None:
    RecordedApp(place.client, "other", place.namespace).prepare({}, previous="app")


def deleted(place: Place) -> None:
    RecordedApp(place.client, "app", place.namespace).delete()


@pytest.mark.parametrize("work", [migrated, half_migrated, renamed, renamed_by_a_deploy, deleted])
def test_a_record_that_is_gone_already_counts_as_deleted(place: Place, work: Callable[[Place], None]) -> None:
    place.deploy(config_map("a", k="1"))
    with through(place, snatched(place, "app")) as there:
        work(there)
    assert not [r for r in place.client.list(CONFIG_MAPS, place.namespace).items if r["metadata"]["name"] == "app"]


def test_a_migration_whose_copy_comes_late_goes_on_with_it(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    copy = {k: v for k, v in place.client.get(CONFIG_MAPS, "app", place.namespace).items() if k != "metadata"}

    def late(method: str, path: str) -> Reply | None:
        if method == "POST" and copy:
            place.client.create(CONFIG_MAPS, copy | {"metadata": {"name": "app.apps.k14s.io"}}, place.namespace)
            copy.clear()
        return None

    with through(place, late) as there:
        migrated(there)
    assert [r["metadata"]["name"] for r in place.client.list(CONFIG_MAPS, place.namespace).items
            if "spec" in r.get("data", {}) and "labelKey" in r["data"]["spec"]] == ["app.apps.k14s.io"]
