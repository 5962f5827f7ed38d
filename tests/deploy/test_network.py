"""The network fails at any one request of a deploy, or for good: one message at most, and the next deploy mends it."""
from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from tests.deploy.conftest import Place, config_map
from tests.deploy.faults import Fault
from tests.deploy.test_each_request import outcomes
from tests.deploy.test_faults import QUIET, through
from tests.kube.scripted import Reply

from oakum.deploy import cluster
from oakum.deploy.apply import applier
from oakum.deploy.apply.options import ApplyOptions, WaitOptions
from oakum.deploy.run import waiter
from oakum.errors import OakumError
from oakum.kube.retry import EXISTENCE, Retry

WANTED = [config_map("a", k="2"), config_map("b", k="2")]
UNHEARD, UNANSWERED = Reply(0, cut=True), Reply(cut=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that is gone is given up soon."""
    monkeypatch.setattr(applier, "RECORD_SECONDS", 0.0)
    monkeypatch.setattr(waiter, "UNREACHABLE_SECONDS", 0.1)
    monkeypatch.setattr(cluster, "EXISTENCE", Retry(EXISTENCE.passing, pause=0.05, limit=0.1))


def failing(hit: Callable[[int], bool], reply: Reply) -> tuple[Fault, list[str]]:
    """Requests go wrong where `hit` says so of their number, from 1; also gives the list of those asked so far."""
    lock, asked = threading.Lock(), list[str]()

    def fault(method: str, path: str) -> Reply | None:
        with lock:
            asked.append(f"{method} {path}")
            return reply if hit(len(asked)) else None

    return fault, asked


def tried(place: Place, fault: Fault) -> bool:
    """Update the application through that network; whether it says that it did."""
    with through(place, fault) as there:
        try:
            there.deploy(*WANTED, logs=QUIET, apply=ApplyOptions(concurrency=1),
                         wait=WaitOptions(check_interval=0.05, timeout=10))
        except OakumError:
            return False
    return True


def mended(place: Place, done: bool) -> None:
    """The record tells what happened, the next deploy does the rest, and the one after it has nothing to do."""
    before = outcomes(place)
    assert before[0] is True
    assert before[1:] in ([[True]] if done else [[], [None], [False], [True]])
    place.deploy(*WANTED)
    assert place.data() == {"a": {"k": "2"}, "b": {"k": "2"}}
    assert place.deploy(*WANTED).rows == []
    assert outcomes(place)[:len(before)] == before
    place.delete()


@pytest.mark.parametrize("reply", [UNHEARD, UNANSWERED], ids=["unheard", "unanswered"])
def test_one_request_that_is_lost(place: Place, reply: Reply) -> None:
    at, over = 0, False
    while not over:
        at += 1
        place.deploy(config_map("a", k="1"), config_map("old", k="1"))
        fault, asked = failing(lambda number, at=at: number == at, reply)
        done = tried(place, fault)
        over = len(asked) < at
        assert done or not over
        mended(place, done)
    assert at > 15, "record, lists, history and two writes an object"


@pytest.mark.parametrize("after", range(0, 24, 3))
def test_a_network_that_is_gone_for_good(place: Place, after: int) -> None:
    place.deploy(config_map("a", k="1"), config_map("old", k="1"))
    fault, asked = failing(lambda number: number > after, UNHEARD)
    assert tried(place, fault) is (len(asked) <= after)
    mended(place, len(asked) <= after)
