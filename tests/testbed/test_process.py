from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from testbed.process import Failed, await_ready, drop_stale, end_with_children, given, running, start, started, stop

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are told apart by Linux' /proc")
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is not the testbed's."""
    with subprocess.Popen(SLEEP, start_new_session=True) as process:
        yield process
        process.kill()


def test_what_was_started_runs_until_it_is_stopped(tmp_path):
    start(tmp_path, "sleeper", SLEEP)
    try:
        assert running(tmp_path, "sleeper")
    finally:
        stop(tmp_path, "sleeper")
    assert not running(tmp_path, "sleeper")
    assert not (tmp_path / "sleeper.pid").exists()


def test_what_runs_is_not_started_again(tmp_path):
    start(tmp_path, "sleeper", SLEEP)
    try:
        record = (tmp_path / "sleeper.pid").read_text()
        start(tmp_path, "sleeper", SLEEP)
        assert (tmp_path / "sleeper.pid").read_text() == record
    finally:
        stop(tmp_path, "sleeper")


@pytest.mark.parametrize("record", ["{pid} 1", "{pid}", "", "garbage", "-1 1"])
def test_a_number_that_belongs_to_somebody_else_by_now_is_not_ours(tmp_path, other, record):
    (tmp_path / "sleeper.pid").write_text(record.format(pid=other.pid))
    assert not running(tmp_path, "sleeper")
    stop(tmp_path, "sleeper")
    assert other.poll() is None


def test_a_record_left_behind_does_not_keep_the_program_from_starting(tmp_path, other):
    (tmp_path / "sleeper.pid").write_text(f"{other.pid} 1")
    start(tmp_path, "sleeper", SLEEP)
    try:
        assert running(tmp_path, "sleeper")
        assert int((tmp_path / "sleeper.pid").read_text().split()[0]) != other.pid
    finally:
        stop(tmp_path, "sleeper")


def test_a_process_that_ended_but_was_not_waited_for_does_not_run(other):
    assert started(other.pid)
    other.kill()
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    assert started(other.pid) is None


def test_a_program_that_ends_at_once_is_reported_with_the_end_of_its_log(tmp_path):
    start(tmp_path, "failing", [sys.executable, "-c", "raise SystemExit('no such luck')"])
    with pytest.raises(Failed, match="no such luck"):
        await_ready(tmp_path, "failing", lambda: False)


def test_a_foreign_process_id_file_goes_only_when_the_number_is_not_the_programs(tmp_path, other):
    file = tmp_path / "engine.pid"
    drop_stale(file, "dockerd")
    file.write_text(f"{other.pid}\n")
    drop_stale(file, Path(f"/proc/{other.pid}/comm").read_text().strip())
    assert file.exists()
    drop_stale(file, "dockerd")
    assert not file.exists()


def test_processes_are_found_by_an_argument_and_end_with_their_children(tmp_path):
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()', sys.argv[1] + '-child'], stdin=0)"
    mark = str(tmp_path / "mark")
    with subprocess.Popen([sys.executable, "-c", parent, mark], stdin=subprocess.PIPE) as process:
        while not given(f"{mark}-child"):
            assert process.poll() is None
        assert given(mark) == [process.pid]
        end_with_children(process.pid)
        process.wait()
        while given(f"{mark}-child"):
            pass
