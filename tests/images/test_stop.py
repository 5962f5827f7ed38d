from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.images.conftest import config
from tests.registry.conftest import Host
from tests.registry.faults import front

from oakum.images.builders.process import run
from oakum.images.log import ListLog
from oakum.images.stop import StoppableLog, Stopped, stopping
from oakum.workers import Workers


def test_bytes_are_counted_until_it_is_stopped_and_lines_fall_silent() -> None:
    inner = ListLog()
    log = StoppableLog(inner)
    with log.moving("app") as moved:
        moved(1)
        log.write("app", "one")
        log.stop()
        log.write("app", "two")
        with pytest.raises(Stopped):
            moved(1)
    assert inner.lines == ["app | one"]


def test_a_program_that_runs_is_ended() -> None:
    log = StoppableLog(ListLog())
    with Workers(1) as pool:
        job = pool.submit(run, ["sh", "-c", "echo up; exec sleep 60"], "app", log)
        while not log._inner.lines:  # type: ignore[attr-defined]  # it is a ListLog
            time.sleep(0.01)
        log.stop()
        job.wait()
        assert job.error is not None


@pytest.mark.parametrize("script", [
    "sleep 60 & echo $!; wait",
    "trap '' TERM; sleep 60 & echo $!; while :; do wait; done",
], ids=["ends", "ends at nothing but SIGKILL"])  # fmt: skip
def test_what_a_program_has_begun_is_ended_with_it(script: str) -> None:
    inner = ListLog()
    log = StoppableLog(inner)
    with Workers(1) as pool:
        job = pool.submit(run, ["sh", "-c", script], "app", log)
        while not inner.lines:
            time.sleep(0.01)
        log.stop()
        log.stop()
        job.wait()
        assert isinstance(job.error, Stopped)
    child = int(inner.lines[0].removeprefix("app | "))
    # Nobody may have waited for it yet, where the first process of a container does not.
    with suppress(FileNotFoundError):
        assert Path(f"/proc/{child}/stat").read_text().split()[2] == "Z"


def test_a_failure_stops_the_other_jobs_and_those_that_have_not_begun() -> None:
    log, begun = StoppableLog(ListLog()), threading.Event()

    def work() -> None:
        begun.set()
        with log.moving("app") as moved:
            while True:
                moved(1)

    pool = Workers(1)
    with suppress(KeyError), stopping(log, pool) as jobs:
        jobs += [pool.submit(work), pool.submit(work)]
        begun.wait()
        raise KeyError
    assert isinstance(jobs[0].error, Stopped)
    assert jobs[1].cancelled


def kbld_at_work(text: str, begun: Callable[[], object], *words: str, **environment: str) -> subprocess.Popen[bytes]:
    """A kbld of its own session that was given `text`, once it has `begun` what it is to be interrupted at."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from oakum.cli.kbld import main; main()", "-f-", *words], start_new_session=True,
        env={**os.environ, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A test run started in the background would hand down that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(text.encode())
    process.stdin.close()
    process.stdin = None
    while not begun():
        assert process.poll() is None
        time.sleep(0.005)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_builder_and_what_it_has_begun_end_once_at_a_signal(work: Path, tmp_path: Path, number: signal.Signals) -> None:
    """As at a terminal, the signal is for all who are in the foreground there: the builder is not."""
    programs = {
        "noting": "trap 'echo $1 >> ended; exit' INT TERM HUP; echo $1 >> begun; while :; do sleep 0.01; done",
        "docker": "./noting child & . ./noting",
    }
    for name, script in programs.items():
        (work / name).write_text(f"#!/bin/sh\n{script}\n")
        (work / name).chmod(0o755)
    text = json.dumps({"image": "app"}) + "\n---\n" + json.dumps(config(sources=[{"image": "app", "path": ".", "docker": {}}]))
    begun = work / "begun"
    process = kbld_at_work(text, lambda: begun.exists() and len(begun.read_text().splitlines()) > 1,
                           HOME=str(tmp_path), PATH=f"{work}:{os.environ['PATH']}")
    os.killpg(process.pid, number)
    process.communicate()
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}[number]
    assert sorted((work / "ended").read_text().split()) == ["build", "child"]


@pytest.mark.parametrize("moment", ["build", "push"])
def test_ctrl_c_ends_a_run_and_leaves_nothing_half_written(
    registry: Host, work: Path, tmp_path: Path, moment: str
) -> None:
    (work / "src").mkdir()
    # Zeros without end for the build, which must not be done before the signal comes; bytes for the push.
    (work / "src" / "big").write_bytes(os.urandom(8 << 20) if moment == "push" else b"")
    if moment == "build":
        os.truncate(work / "src" / "big", 8 << 30)
    with front(registry.address) as slow:
        slow.order(match="PUT /v2/app/blobs", delay=60.0, times=9)
        text = "\n---\n".join(map(json.dumps, (
            {"image": "app"},
            config(
                sources=[{"image": "app", "path": "src", "files": {"build": {}}}],
                destinations=[{"image": "app", "newImage": f"{slow.address}/app"}],
            ),
        )))  # fmt: skip
        begun = {"build": lambda: list(tmp_path.rglob(".writing-*")), "push": lambda: [x for x in slow.seen if "PUT" in x]}
        process = kbld_at_work(text, begun[moment], "--lock-output", "lock.yml", "--no-build-cache",
                               HOME=str(tmp_path), TMPDIR=str(tmp_path))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert b"finished" not in err.splitlines()[-1]
    assert not (work / "lock.yml").exists()
    assert not list(tmp_path.rglob(".writing-*"))


def test_a_program_that_begins_when_all_is_stopped_already_is_ended() -> None:
    log, ended = StoppableLog(ListLog()), []
    log.stop()
    with pytest.raises(Stopped), log.running(lambda: ended.append(True)):
        pass
    assert ended == [True]
