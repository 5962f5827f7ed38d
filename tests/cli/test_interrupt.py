"""Ctrl-C at moments when Python cannot bear it."""
from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from oakum.cli.interrupt import HungUp, Interrupts, Terminated

# A shell's job in the background is begun with Ctrl-C ignored, and the tests may be such a job.
START = """
import os, signal, sys, time
from oakum.cli.interrupt import Interrupts
signal.signal(signal.SIGINT, signal.default_int_handler)
def interrupt(*_): os.kill(os.getpid(), signal.SIGINT)
"""


def ended(code: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-c", START + code], capture_output=True, text=True, timeout=50)
    return done.returncode, done.stdout, done.stderr.splitlines()[-1] if done.stderr else ""


def test_an_import_is_finished_first(tmp_path):
    (tmp_path / "inner.py").write_text("interrupt()\nprint('whole')\n")
    (tmp_path / "outer.py").write_text("import inner\nprint('too')\n")
    code = f"""
import builtins
builtins.interrupt = interrupt
sys.path.insert(0, {str(tmp_path)!r})
def run():
    import outer
    time.sleep(60)
with Interrupts():
    run()
"""
    status, out, last = ended(code)
    assert (out, last) == ("whole\ntoo\n", "KeyboardInterrupt")
    assert status != 0


@pytest.mark.parametrize("swallowing", [
    "class Gone:\n    def __del__(self): interrupt()\ndef drop(): Gone()",
    "import weakref\nclass Gone: pass\nseen = []\ndef drop():\n    gone = Gone()\n    seen.append(weakref.ref(gone, interrupt))\n    del gone",
])  # fmt: skip
def test_what_a_callback_would_swallow_is_raised_behind_it(swallowing):
    code = f"{swallowing}\nwith Interrupts():\n    try:\n        drop()\n        time.sleep(60)\n    except KeyboardInterrupt:\n        print('told')\n"
    assert ended(code) == (0, "told\n", "")


@pytest.mark.parametrize(("name", "kind"), [("SIGTERM", Terminated), ("SIGHUP", HungUp)])
def test_a_request_to_end_is_taken_like_ctrl_c(name, kind):
    code = f"""
from oakum.cli.interrupt import {kind.__name__}
with Interrupts():
    try:
        os.kill(os.getpid(), signal.{name})
    except {kind.__name__}:
        print('tidied up')
os.kill(os.getpid(), signal.{name})
"""
    assert ended(code) == (-signal.Signals[name], "tidied up\n", "")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, Terminated])
def test_what_was_put_off_is_raised_at_the_end_at_the_latest(monkeypatch, kind):
    monkeypatch.setattr("oakum.cli.interrupt._SOON", 3600)
    interrupts = Interrupts()
    with pytest.raises(kind), interrupts:
        interrupts._later(kind)


def test_other_failures_of_callbacks_are_told_as_ever():
    code = "class Gone:\n    def __del__(self): 1 / 0\nwith Interrupts():\n    Gone()\nprint('on')\n"
    assert ended(code) == (0, "on\n", "ZeroDivisionError: division by zero")


@pytest.mark.parametrize("handler", ["SIG_IGN", "SIG_DFL"])
def test_another_way_to_take_ctrl_c_stays(handler):
    code = f"signal.signal(signal.SIGINT, signal.{handler})\nwith Interrupts():\n    print(signal.getsignal(signal.SIGINT).name)\n"
    assert ended(code)[1] == f"{handler}\n"


def test_afterwards_all_is_as_before():
    code = "hook = sys.unraisablehook\nwith Interrupts():\n    pass\nprint(signal.getsignal(signal.SIGINT) is signal.default_int_handler, sys.unraisablehook is hook)"
    assert ended(code)[1] == "True True\n"


def test_in_another_thread_nothing_is_changed():
    code = "import threading\ndef run():\n    with Interrupts():\n        print('runs')\nthread = threading.Thread(target=run)\nthread.start()\nthread.join()\n"
    assert ended(code) == (0, "runs\n", "")


def test_it_may_be_entered_where_it_is_in_force():
    with Interrupts(), Interrupts():
        pass
