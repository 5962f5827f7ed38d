"""Programs that are asked what they print."""
import os
import sys

import pytest

from oakum.programs import Outcome, Program


def _run(code: str) -> Outcome:
    return Program([sys.executable, "-c", code]).outcome()


def test_both_outputs_and_the_status_are_told() -> None:
    found = _run("import sys; print('out'); sys.stderr.write('err'); sys.exit(3)")
    assert found == Outcome(3, b"out\n", b"err")


def test_much_on_one_output_does_not_block_the_other() -> None:
    found = _run("import sys\nfor n in range(40): sys.stderr.write('e' * 9999); sys.stdout.write('o' * 9999)")
    assert (len(found.out), len(found.err)) == (399960, 399960)


def test_a_program_that_is_not_there_leaves_nothing_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError):
        Program(["no-such-program"])
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_signal_that_ended_a_program_is_told() -> None:
    assert _run("import os; os.kill(os.getpid(), 9)").code == -9


def test_a_program_may_be_ended_by_a_pipe_that_nobody_reads() -> None:
    assert Program(["sh", "-c", "kill -PIPE $$; echo survived"]).outcome() == Outcome(-13, b"", b"")
