"""Which pods are followed, as far as the user may see them."""
from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from tests.deploy.conftest import Place
from tests.deploy.faults import faulty
from tests.kube.scripted import Reply, serving, status

from oakum.deploy.logs.show import show_logs
from oakum.deploy.logs.tail import Tail, TailOptions, follow, list_pods
from oakum.kube import connect
from oakum.kube.client import NAMESPACES, PODS, Client
from oakum.kube.errors import ApiError
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.transport import Transport

LABELS = {"kapp.k14s.io/app": "1"}


def pod(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": LABELS},
            "spec": {"containers": [{"name": "c", "image": "absent.test/none"}]}}


def forbidding(*paths: str) -> Any:
    body = json.dumps({"kind": "Status", "code": 403, "reason": "Forbidden", "message": "pods is forbidden"}).encode()
    return lambda method, path: Reply(403, body) if path.partition("?")[0] in paths else None


def test_where_not_all_pods_may_be_listed_those_of_every_known_namespace_are_followed(place: Place) -> None:
    second = place.client.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace",
                                              "metadata": {"generateName": "tail-"}})["metadata"]["name"]
    spaces = [place.namespace, second]
    place.client.create(PODS, pod("before"), second)
    seen, two = [], threading.Event()

    def added(body: dict[str, Any]) -> None:
        seen.append((body["metadata"]["namespace"], body["metadata"]["name"]))
        if len(seen) == 2:
            two.set()

    with faulty(place.client.transport.config, forbidding("/api/v1/pods")) as config:
        found, watches = list_pods(connect(config), "kapp.k14s.io/app=1", spaces)
        assert [body["metadata"]["name"] for body in found] == ["before"]
        thread = threading.Thread(target=follow, args=(watches, added))
        thread.start()
        for namespace in spaces:
            place.client.create(PODS, pod("after"), namespace)
        assert two.wait(30)
        for watch in watches:
            watch.close()
        thread.join()
    assert sorted(seen) == sorted((namespace, "after") for namespace in spaces)
    place.client.delete(NAMESPACES, second)


def test_where_no_pods_may_be_listed_the_namespaces_that_were_tried_are_named(place: Place) -> None:
    closed = forbidding("/api/v1/pods", *(f"/api/v1/namespaces/{n}/pods" for n in ("a", "b")))
    with faulty(place.client.transport.config, closed) as config, pytest.raises(ApiError) as caught:
        list_pods(connect(config), "kapp.k14s.io/app=1", ["a", "b"])
    assert str(caught.value) == (
        'pods is forbidden: User cannot list resource "pods" in API group "" in the namespace(s) "a", "b"')


RUNNING: dict[str, Any] = {"running": {}}
CRASHED: dict[str, Any] = {"terminated": {"exitCode": 1}}
DONE: dict[str, Any] = {"terminated": {"exitCode": 0}}
STARTING, STOPPED, WAITING = (f"# {text}\n" for text in (
    "starting tailing 'p > c' logs", "container stopped 'p > c' logs", "waiting for 'p > c' logs to become available..."))
LINE = "p > c | one\n"


def followed(monkeypatch: pytest.MonkeyPatch, *states: dict[str, Any], text: bytes = b"one\n", unfinished: bool = False,
             follow: bool = True, finished: bool = False, **spec: Any) -> list[str]:
    """What is written of the container `c` of a pod that is in these states, one after the other, and then gone.

    `text` is its log.
    """
    monkeypatch.setattr("oakum.deploy.logs.tail.AGAIN_PAUSE", 0.01)
    monkeypatch.setattr("oakum.deploy.logs.tail.RUNNING_PAUSE", 0.01)
    body: dict[str, Any] = {"metadata": {"name": "p", "namespace": "n", "uid": "1"}, "spec": {"containers": [{"name": "c"}], **spec}}
    rest = iter(states)

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        if "/log?" in path:
            return Reply(200, text)
        state = next(rest, None)
        return status(404, "NotFound", "gone") if state is None else Reply(
            200, {**body, "status": {"containerStatuses": [{"name": "c", "state": state}]}})

    written: list[str] = []
    with serving(script) as (url, _):
        options = TailOptions(follow=follow, unfinished=unfinished, finished=finished)
        tail = Tail(Client(Transport(ClusterConfig(url))), options, written.append)
        tail.start(body)
        tail.join()
    return written


def test_a_container_that_crashed_is_followed_into_its_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert followed(monkeypatch, RUNNING, CRASHED, CRASHED, RUNNING) == [STARTING, LINE, STOPPED, WAITING, STARTING, LINE, STOPPED, WAITING]


def test_a_container_that_is_between_two_runs_when_following_begins_is_followed_into_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    assert followed(monkeypatch, CRASHED, CRASHED, RUNNING) == [WAITING, STARTING, LINE, STOPPED, WAITING]


def test_the_last_run_of_a_container_is_shown_while_the_next_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    assert followed(monkeypatch, CRASHED, CRASHED, RUNNING, finished=True) == [
        STARTING, LINE, STOPPED, WAITING, STARTING, LINE, STOPPED, WAITING]


@pytest.mark.parametrize("state", [CRASHED, DONE, {"waiting": {"reason": "ErrImagePull"}}])
def test_what_does_not_run_is_named_as_by_the_reference_and_not_awaited_unless_followed(
        monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]) -> None:
    assert followed(monkeypatch, state, RUNNING, follow=False) == [WAITING]


@pytest.mark.parametrize(("rule", "end", "again"), [
    ("Always", DONE, True), ("OnFailure", CRASHED, True), ("OnFailure", DONE, False), ("Never", CRASHED, False)])
def test_whether_an_ended_container_is_waited_for_is_its_pods_rule(
        monkeypatch: pytest.MonkeyPatch, rule: str, end: dict[str, Any], again: bool) -> None:
    written = followed(monkeypatch, RUNNING, end, RUNNING, restartPolicy=rule)
    assert written == [STARTING, LINE, STOPPED, WAITING] + ([STARTING, LINE, STOPPED, WAITING] if again else [])


def test_a_finished_initial_container_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert followed(monkeypatch, RUNNING, DONE, RUNNING, initContainers=[{"name": "c"}], containers=[]) == [
        STARTING, LINE, STOPPED, WAITING]


@pytest.mark.parametrize(("unfinished", "more"), [(False, []), (True, ["p > c | two\n"])])
def test_a_last_line_without_newline_is_left_out_as_by_the_reference_unless_asked_for(
        monkeypatch: pytest.MonkeyPatch, unfinished: bool, more: list[str]) -> None:
    assert followed(monkeypatch, RUNNING, text=b"one\ntwo", unfinished=unfinished) == [STARTING, LINE, *more, STOPPED, WAITING]


@pytest.mark.parametrize("follow", [True, False])
def test_logs_end_with_an_error_when_their_reader_is_gone(follow: bool) -> None:
    body = {"metadata": {"name": "p", "namespace": "n", "uid": "1"}, "spec": {"containers": [{"name": "c"}]},
            "status": {"containerStatuses": [{"name": "c", "state": RUNNING}]}}

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        if path.startswith("/api/v1/pods?"):
            return Reply(200, b"" if "watch=1" in path else {"items": [body], "metadata": {"resourceVersion": "1"}})
        return Reply(200, body)

    def gone(text: str) -> None:
        raise BrokenPipeError

    with serving(script) as (url, _), pytest.raises(BrokenPipeError):
        show_logs(Client(Transport(ClusterConfig(url))), "a=b", "n", TailOptions(follow=follow), "", gone, gone)


def test_what_becomes_of_a_log_is_told_apart_from_what_is_in_it() -> None:
    body = {"metadata": {"name": "p", "namespace": "n", "uid": "1"}, "spec": {"containers": [{"name": "c"}]},
            "status": {"containerStatuses": [{"name": "c", "state": RUNNING}]}}

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        if "/log?" in path:
            return Reply(200, b"one\n")
        return Reply(200, {"items": [body], "metadata": {"resourceVersion": "1"}} if "/pods?" in path else body)

    written: list[str] = []
    noted: list[str] = []
    with serving(script) as (url, _):
        show_logs(Client(Transport(ClusterConfig(url))), "a=b", "n", TailOptions(), "", written.append, noted.append)
    assert (written, noted) == ([LINE], [STARTING, "# ending tailing 'p > c' logs\n"])
