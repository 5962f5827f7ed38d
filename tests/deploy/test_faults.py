from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from tests.deploy.conftest import Place, config_map
from tests.deploy.faults import Fault, faulty
from tests.kube.scripted import Reply

from oakum.dataclass import replace
from oakum.deploy.errors import ApplyError
from oakum.deploy.logs.options import LogsOptions
from oakum.errors import OakumError
from oakum.kube import connect
from oakum.kube.client import CONFIG_MAPS

QUIET = LogsOptions(enabled=False)


@contextmanager
def through(place: Place, fault: Fault) -> Iterator[Place]:
    """The place, reached through a proxy with that fault."""
    with faulty(place.client.transport.config, fault) as config:
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


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_write_that_is_refused_for_a_moment_is_repeated(place: Place, status: int) -> None:
    body = b'{"kind":"Status","code":%d,"reason":"InternalError","message":"passing"}' % status
    with through(place, once("POST", "/configmaps", Reply(status, body, {"Retry-After": "0"}))) as there:
        there.deploy(config_map("a", k="1"), logs=QUIET)
    assert place.data() == {"a": {"k": "1"}}


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


def test_an_object_that_changed_otherwise_needs_approval_again(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    with through(place, meddling(place, {"data": {"new": "x"}})) as there, pytest.raises(ApplyError) as caught:
        there.deploy(config_map("a", k="2"), logs=QUIET)
    text = str(caught.value)
    assert "Failed to update due to resource conflict (approved diff no longer matches): Updating resource " in text
    assert "-   new: x" in text
    place.deploy(config_map("a", k="2"))
    assert place.data() == {"a": {"k": "2"}}


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
