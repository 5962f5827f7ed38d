from __future__ import annotations

import os
import pty
import sys
from contextlib import suppress

import pytest

from oakum.images.builders.process import ProgramFailed, check_folder, run
from oakum.images.errors import BuildError
from oakum.images.log import ListLog


def shell(script: str, log: ListLog) -> tuple[str, str]:
    output = run(["sh", "-c", script], "app", log)
    return output.out, output.err


def test_what_was_said_before_an_error_is_told_before_it() -> None:
    for _ in range(30):
        log = ListLog()
        with pytest.raises(ProgramFailed) as failed:
            shell("echo one; echo two; echo failed >&2; exit 3", log)
        assert log.lines == ["app | one", "app | two", "app | failed"]
        assert (str(failed.value), failed.value.output.err) == ("exit status 3", "failed\n")


def test_lines_are_told_whole_and_the_last_one_also_without_its_end() -> None:
    log = ListLog()
    assert shell("printf 'a\rb'; sleep 0.05; printf 'c\r\nd\n\nlast'", log) == ("a\rbc\r\nd\n\nlast", "")
    assert log.lines == ["app | a\rbc", "app | d", "app | ", "app | last"]


def test_much_on_both_outputs_is_kept_in_full() -> None:
    log = ListLog()
    out, err = shell("seq 20000 & seq 20000 >&2; wait", log)
    assert out == err == "".join(f"{number}\n" for number in range(1, 20001))
    assert len(log.lines) == 40000


def test_a_question_at_the_terminal_fails_at_once_in_place_of_stopping_the_program() -> None:
    code = ("import os; from oakum.images.builders.process import run;"
            "print('told', run(['sh', '-c', '(: < /dev/tty) || echo none'], '', None).out)")
    pid, terminal = pty.fork()
    if not pid:
        os.execv(sys.executable, [sys.executable, "-c", code])
    told = b""
    with suppress(OSError):  # Linux says so where the other side is closed
        while piece := os.read(terminal, 1024):
            told += piece
    os.close(terminal)
    assert os.waitpid(pid, 0)[1] == 0
    assert b"told none" in told


def test_bytes_that_are_no_text_do_not_break_it() -> None:
    log = ListLog()
    assert shell(r"printf '\377\n'", log)[0] == "\udcff\n"


def test_a_zero_byte_which_no_program_can_be_given_is_refused_in_words() -> None:
    with pytest.raises(BuildError, match=r"^fork/exec .*/sh: invalid argument$"):
        run(["sh", "a\0b"], "app", None)
    with pytest.raises(BuildError, match="is a directory: stat a\0b: invalid argument$"):
        check_folder("a\0b")
