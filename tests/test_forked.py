"""A copy of the process answers one question, and leaves nothing behind."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

ANSWERS = """
import os, signal, sys, time

def double(number): return number * 2
def nothing(_): raise ValueError("nobody sees this")
def odd(_): return object()
def said(_):
    print("nobody sees this"); sys.stdout.flush()
    return sys.stdin.read()
def killed(_): os.kill(os.getpid(), signal.SIGKILL)
def interrupted(_):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(600)
def slow(_): time.sleep(600)
"""


@pytest.fixture
def begun(tmp_path):
    """Runs code in a process of its own that has begun a copy; its modules are in the folder."""
    (tmp_path / "answers.py").write_text(ANSWERS)

    def call(function: str, code: str, before: str = "") -> subprocess.Popen[str]:
        program = f"import os, sys\n{before}\nfrom oakum import forked\nforked.begin('answers:{function}')\n" \
            f"copy = forked.taken('answers:{function}')\n{code}"
        # A processor more is told of where there is but one: this is about the copy, not about its use.
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return subprocess.Popen([sys.executable, "-c", f"import os; os.sched_getaffinity = lambda _: (0, 1)\n{program}"],
                                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    return call


def _printed(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    return out


@pytest.mark.parametrize(
    ("function", "answer"),
    [("double", "42"), ("nothing", "None"), ("odd", "None"), ("said", "''"), ("killed", "None"), ("interrupted", "None"),
     ("absent", "None")],
)
def test_an_answer_is_what_the_function_gives_and_none_when_it_gives_none(begun, function, answer):
    assert _printed(begun(function, "copy.ask(21); print(repr(copy.result()))")) == f"{answer}\n"


def test_a_copy_that_is_gone_before_it_is_asked_gives_no_answer(begun):
    code = "os.waitid(os.P_PID, copy._process, os.WEXITED | os.WNOWAIT); copy.ask(21); print(copy.result())"
    assert _printed(begun("absent", code)) == "None\n"


def test_no_copy_is_made_where_no_process_may_be_added(begun):
    # Not made for real: root is not held to the limit on processes.
    before = "def refused(): raise BlockingIOError(11, 'Resource temporarily unavailable')\nos.fork = refused"
    assert _printed(begun("double", "print(copy)", before)) == "None\n"


def test_a_question_and_an_answer_may_be_larger_than_a_pipe(begun):
    code = "copy.ask('x' * 1000000); found = copy.result(); print(len(found), set(found))"
    assert _printed(begun("double", code)) == "2000000 {'x'}\n"


def test_a_copy_is_taken_once(begun):
    assert _printed(begun("double", "print(forked.taken('answers:double')); copy.end()")) == "None\n"


def test_a_copy_that_is_ended_is_gone_at_once_and_leaves_nothing_open(begun):
    before = "count = lambda: len(os.listdir('/proc/self/fd')); files = count()"
    code = "copy.end(); print(count() - files)\ntry: os.wait()\nexcept ChildProcessError: print('gone')"
    assert _printed(begun("slow", code, before)) == "0\ngone\n"


@pytest.mark.parametrize("end", ["os._exit(0)", "sys.exit()", "os.kill(os.getpid(), 9)"])
def test_a_copy_that_nobody_asks_ends_with_its_process(begun, end):
    process = begun("slow", f"print(copy._process, flush=True); {end}")
    copy = int(process.communicate(timeout=60)[0])
    assert _gone(copy)


def test_nobody_waits_for_the_copy_to_see_the_end_of_what_is_printed(begun):
    process = begun("slow", "copy.ask(1); print(copy._process, flush=True); os._exit(0)")
    copy = int(process.communicate(timeout=60)[0])
    os.kill(copy, signal.SIGKILL)


def test_no_copy_is_made_of_a_process_with_other_threads(begun):
    before = "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    assert _printed(begun("double", "print(copy)", before)) == "None\n"


def test_no_copy_is_made_where_there_is_but_one_processor(begun):
    assert _printed(begun("double", "print(copy)", "os.sched_getaffinity = lambda _: (0,)")) == "None\n"


def _gone(process: int) -> bool:
    for _ in range(600):
        try:
            with open(f"/proc/{process}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False
