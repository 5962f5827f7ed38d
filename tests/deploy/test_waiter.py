import threading
import time
from typing import Any

import pytest
from tests.kube.scripted import Reply, serving, status
from tests.kube.test_discovery import AGGREGATED, V2

from oakum.dataclass import replace
from oakum.deploy.apply.options import WaitOptions
from oakum.deploy.cluster import Cluster
from oakum.deploy.config.config import Config, parse_config
from oakum.deploy.diff.change import ADD, Change
from oakum.deploy.errors import ApplyError
from oakum.deploy.graph.graph import Graph
from oakum.deploy.resource import Resource
from oakum.deploy.run import waiter
from oakum.deploy.run.plan import Planned
from oakum.deploy.run.progress import Progress
from oakum.deploy.run.waiter import SOON_PAUSES, Outcome, Tracked, Waiter
from oakum.deploy.wait.builtin import RULES
from oakum.deploy.wait.judge import Judge
from oakum.deploy.wait.observe import Observer
from oakum.kube.client import Client
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.transport import Transport


def pod(phase: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n", "uid": "u"},
            "status": {"phase": phase}}


def waited(replies: list[Reply], half_open: threading.Event | None = None, judge: Judge | None = None,
           unblocked: bool = False, event: Reply | None = None, **options: Any) -> tuple[list[Outcome], list[str]]:
    """Wait for a pod whose state the server tells in that order; gives the outcome and the lines.

    With `half_open` the server takes watches and says nothing, until the wait is over and the event is set. A watch
    finds the pod of `event` there.
    """
    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        if path in AGGREGATED:
            return Reply(200, AGGREGATED[path], {"Content-Type": V2})
        if "watch=1" in path:
            if half_open is not None:
                half_open.wait()
            return Reply(cut=True)
        if "/pods?" in path:
            return Reply(200, {"metadata": {"resourceVersion": "1"}, "items": [event.body] if event else []})
        return replies.pop(0) if len(replies) > 1 else replies[0]

    lines: list[str] = []
    resource = Resource(pod(""))
    change = Change(None, resource, op=ADD)
    tracked = Tracked(Planned(Graph([change], Config()).nodes[0], ADD, "reconcile"), None, False, time.monotonic(), unblocked=unblocked)
    with serving(script) as (url, _):
        client = Client(Transport(ClusterConfig(url)))
        client.discovery.may_ignore = lambda gv: True
        observer = Observer(client)
        try:
            made = Waiter(Cluster(client), judge or Judge(), WaitOptions(**{"check_interval": 0.02, **options}),
                            Progress(lambda text: lines.extend(t.partition("M: ")[2] for t in text.splitlines())), observer)
            return made.any([tracked]), lines
        finally:
            observer.close()
            if half_open is not None:
                half_open.set()
            client.transport.close()


def test_a_state_is_reported_once_and_the_end_at_once() -> None:
    outcomes, lines = waited([Reply(200, pod("Pending"))] * 3 + [Reply(200, pod("Succeeded"))])
    assert [o.failure for o in outcomes] == [""]
    assert lines == ["ongoing: reconcile pod/p (v1) namespace: n", " ^ Pending", "ok: reconcile pod/p (v1) namespace: n"]


def test_of_what_the_server_itself_does_in_a_moment_only_the_end_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, ("v1", "Pod"), replace(RULES["v1", "Pod"], soon=True))
    _, lines = waited([Reply(200, pod("Pending"))] * len(SOON_PAUSES) + [Reply(200, pod("Succeeded"))])
    assert lines == ["ok: reconcile pod/p (v1) namespace: n"]


def running(ready: str, **container: Any) -> Reply:
    ends = [{"type": t, "status": ready if t == "Ready" else "True"} for t in ("Initialized", "Ready", "PodScheduled")]
    found = pod("Running")
    found["status"] |= {"conditions": ends, "containerStatuses": [{"name": "c", **container}]}
    return Reply(200, found)


def test_strictly_a_pod_has_to_stay_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiter, "SETTLE_SECONDS", 0.1)
    crashed = running("False", restartCount=1, state={"terminated": {"exitCode": 3}})
    outcomes, lines = waited([running("True"), running("True"), crashed], strict=True)
    assert [o.failure for o in outcomes] == [
        "waiting on reconcile pod/p (v1) namespace: n: Finished unsuccessfully (pod/p (v1) namespace: n: failed again after "
        "a restart (exit status 3))"]
    assert lines[:2] == ["ongoing: reconcile pod/p (v1) namespace: n", " ^ Ready, making sure that it stays so"]
    outcomes, lines = waited([running("True")], strict=True)
    assert [o.failure for o in outcomes] == [""]
    assert lines[-1] == "ok: reconcile pod/p (v1) namespace: n"


def test_a_pod_that_an_event_says_to_be_ready_is_looked_at_again_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiter, "STEADY_SECONDS", 0.1)
    for after, failure in ((running("True"), ""), (Reply(200, pod("Failed")), "Phase is failed")):
        outcomes, _ = waited([Reply(200, pod("Pending")), after], threading.Event(), event=running("True"), check_interval=3600.0)
        assert [failure in o.failure for o in outcomes] == [True]
        assert bool(outcomes[0].failure) is bool(failure)


def test_an_event_that_says_how_a_pod_ended_is_believed_at_once() -> None:
    outcomes, _ = waited([Reply(200, pod("Pending")), status(500, "InternalError", "asked again")], threading.Event(),
                         event=Reply(200, pod("Succeeded")), check_interval=3600.0)
    assert [o.failure for o in outcomes] == [""]


@pytest.mark.parametrize(("kind", "soon"), [
    (("apiextensions.k8s.io/v1", "CustomResourceDefinition"), True), (("apps/v1", "Deployment"), False)])
def test_that_is_definitions_and_not_workloads(kind: tuple[str, str], soon: bool) -> None:
    assert RULES[kind].soon is soon


def test_a_server_that_is_being_restarted_is_waited_for() -> None:
    outcomes, lines = waited([Reply(cut=True)] * 4 + [Reply(200, pod("Succeeded"))])
    assert [o.failure for o in outcomes] == [""]
    assert lines[0] == "ongoing: reconcile pod/p (v1) namespace: n"
    assert "API server cannot be reached" in lines[1]


def test_a_watch_that_is_half_open_does_not_hold_up_the_wait() -> None:
    outcomes, _ = waited([Reply(200, pod("Pending"))] * 3 + [Reply(200, pod("Succeeded"))], half_open=threading.Event())
    assert [o.failure for o in outcomes] == [""]


def test_an_object_that_is_gone_ends_the_wait() -> None:
    outcomes, lines = waited([status(404, "NotFound", 'pods "p" not found')])
    assert outcomes[0].failure == (
        "waiting on reconcile pod/p (v1) namespace: n: Errored: Getting resource pod/p (v1) namespace: n: API server says: "
        'pods "p" not found (reason: NotFound)')
    assert lines == ["error: reconcile pod/p (v1) namespace: n"]


def test_a_failed_object_fails_the_wait() -> None:
    outcomes, _ = waited([Reply(200, pod("Failed"))])
    assert outcomes[0].failure == (
        "waiting on reconcile pod/p (v1) namespace: n: Finished unsuccessfully (Phase is failed)")


def test_waiting_has_an_end() -> None:
    with pytest.raises(ApplyError, match=r"Timed out waiting after 100ms for resources: \[pod/p "):
        waited([Reply(200, pod("Pending"))], timeout=0.1)


@pytest.mark.parametrize(("phase", "lines"), [
    ("Pending", ["ongoing: reconcile pod/p (v1) namespace: n", " ^ Pending"]), ("Succeeded", ["ok: reconcile pod/p (v1) namespace: n"])])
def test_one_object_may_take_only_so_long_and_its_state_is_told_all_the_same(phase: str, lines: list[str]) -> None:
    outcomes, told = waited([Reply(200, pod(phase))], resource_timeout=1e-9)
    assert outcomes[0].settled
    assert outcomes[0].failure == "waiting on reconcile pod/p (v1) namespace: n: Errored: Resource timed out waiting after 1ns"
    assert told == lines


def test_a_change_that_has_let_others_go_on_is_not_asked_about_without_a_pause() -> None:
    rule = {"resourceMatchers": [{"allMatcher": {}}], "conditionMatchers": [
        {"type": "Warm", "status": "True", "unblockChanges": True}]}
    judge = Judge(parse_config(Resource({"waitRules": [rule]}), ""))
    warm = pod("Pending")
    warm["status"]["conditions"] = [{"type": "Warm", "status": "True"}]
    looks = [Reply(200, warm)] * 3 + [status(500, "InternalError", "asked too often")]
    with pytest.raises(ApplyError, match="Timed out waiting after 200ms for resources"):
        waited(looks, judge=judge, unblocked=True, check_interval=3600.0, timeout=0.2)
    assert len(looks) > 1
