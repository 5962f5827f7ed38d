from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from oakum.workers import Cancelled, Workers


def test_results_come_in_the_order_of_the_jobs() -> None:
    with Workers(3) as workers:
        assert workers.map(lambda number: number * 2, range(50)) == list(range(0, 100, 2))


def test_what_a_job_raises_is_raised_where_its_result_is_wanted() -> None:
    with Workers(1) as workers:
        job = workers.submit(int, "x")
        with pytest.raises(ValueError, match="invalid literal"):
            job.result()
        assert isinstance(job.error, ValueError)


def test_there_are_no_more_threads_than_asked_for_and_no_more_than_needed() -> None:
    together, most = threading.Barrier(2), 2
    seen: set[int] = set()

    def work() -> None:
        together.wait(30)
        seen.add(threading.get_ident())

    with Workers(most) as workers:
        for job in [workers.submit(work) for _ in range(4)]:
            job.result()
    assert len(seen) == 2
    with Workers(4) as workers:
        workers.submit(int).result()
        assert len(workers._threads) == 1


def test_jobs_that_were_not_begun_can_be_given_up() -> None:
    begun, go = threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return go.wait(30)

    workers = Workers(1)
    first, second = workers.submit(work), workers.submit(work)
    begun.wait(30)
    workers.close(wait=False, cancel=True)
    go.set()
    assert first.result()
    assert second.cancelled
    with pytest.raises(Cancelled):
        second.result()


def test_an_interrupt_while_a_thread_is_begun_does_not_keep_others_from_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: threading.Thread) -> None:
        raise KeyboardInterrupt

    workers = Workers(1)
    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        workers.submit(int, "1")
    workers.close()


ANOTHER_THREAD_IS_SIGNALLED = """
import os, signal, threading, time
from oakum.kube.workers import each
from oakum.workers import Workers

signal.signal(signal.SIGINT, signal.default_int_handler)

def work(number=0):
    if not number:
        time.sleep(0.2)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    time.sleep(600)

try:
    {waiting}
except KeyboardInterrupt:
    os._exit(3)
"""


@pytest.mark.parametrize("waiting", [
    "Workers(1).submit(work).result()", "workers = Workers(1); workers.submit(work); workers.close()",
    "each(range(2), work, 2)",
])
def test_ctrl_c_is_not_lost_where_the_system_does_not_wake_the_thread_that_waits(waiting: str) -> None:
    program = ANOTHER_THREAD_IS_SIGNALLED.format(waiting=waiting)
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 3
