from __future__ import annotations

import signal
import subprocess
import sys

import pytest

INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.{handler})
class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
sys.argv = [{program!r}, "version"]
from oakum.cli import start
sys.exit(start.{program}())
"""


def interrupted(program: str, module: str, handler: str = "default_int_handler") -> subprocess.CompletedProcess[bytes]:
    """The program's `version`, with Ctrl-C at the moment when it reads a module."""
    code = INTERRUPTED.format(program=program, module=module, handler=handler)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)


@pytest.mark.parametrize("program", ["ytt", "kbld", "kapp", "oakum"])
@pytest.mark.parametrize("module", ["oakum.cli.{}", "oakum.cli.flag"])
def test_ctrl_c_while_a_program_is_being_read_ends_it_without_a_word(program, module):
    done = interrupted(program, module.format(program))
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")


@pytest.mark.parametrize(("program", "module"), [
    ("ytt", "oakum.cli.ytt.version"), ("kbld", "oakum.cli.kbld.version"), ("kapp", "oakum.cli.kapp.offline"),
    ("oakum", "oakum.cli.oakum.version"),
])  # fmt: skip
def test_ctrl_c_while_a_command_runs_is_status_130(program, module):
    done = interrupted(program, module)
    assert (done.returncode, done.stderr) == (130, b"")


def test_ctrl_c_that_is_ignored_stays_ignored():
    done = interrupted("kbld", "oakum.cli.flag", handler="SIG_IGN")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"kbld version")


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "oakum", "version"], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"oakum version 0.1.0\n", b"")
