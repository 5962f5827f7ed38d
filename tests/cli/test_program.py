import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from oakum.cli.command import Command
from oakum.cli.program import main
from oakum.errors import OakumError, UsageError


def test_an_error_is_one_message_and_status_1(capsys):
    assert main(Command("tool"), ["--bogus"]) == 1
    assert capsys.readouterr().err == "tool: Error: unknown flag: --bogus\n"


def test_every_error_of_the_project_ends_as_a_message():
    assert issubclass(UsageError, OakumError)


def run_with(redirection, *arguments):
    words = " ".join((str(Path(sys.executable).with_name("oakum")), *arguments, redirection))
    return subprocess.run(["sh", "-c", words], capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize(("words", "told"), [
    ("depoly", "unknown command 'depoly' of 'oakum' (hint: there are deploy, lab, completion, help, version)"),
    ("lab stop", "unknown command 'stop' of 'oakum lab' (hint: there are up, down, status, logs, load-image, collect-garbage, fault, clock, reset)"),
    ("depoly -a app --yes", "unknown command 'depoly' of 'oakum' (hint: there are deploy, lab, completion, help, version)"),
    ("delete -a app", "unknown command 'delete' of 'oakum' (hint: 'kapp delete' does that)"),
    ("diff --help", "unknown command 'diff' of 'oakum' (hint: 'oakum deploy --diff-run --diff-changes' does that)"),
])  # fmt: skip
def test_a_command_that_is_not_there_is_told_with_those_that_are(words, told):
    done = run_with("", words)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"oakum: Error: {told}\n")


def test_oakum_lists_what_it_answers_to():
    done = run_with("", "--help")
    assert re.findall(r"^  (\w+) +\w", done.stdout, re.MULTILINE) == ["deploy", "lab", "completion", "help", "version"]
    assert "# bash completion for oakum" in run_with("", "completion", "bash").stdout
    assert run_with("", "help").stdout == done.stdout


@pytest.mark.parametrize("flag", ["--version", "-v"])
def test_oakum_tells_its_version_by_a_flag_too_as_the_other_programs_do(flag):
    assert run_with("", flag).stdout == run_with("", "version").stdout != ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a Linux device")
def test_output_that_does_not_fit_is_an_error_of_one_line():
    done = run_with(">/dev/full", "version")
    assert (done.returncode, done.stderr) == (1, "oakum: Error: write /dev/stdout: no space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a Linux device")
@pytest.mark.parametrize("redirection", [">/dev/full 2>/dev/full", ">/dev/full 2>&-"])
def test_an_error_that_cannot_be_told_is_status_1_all_the_same(redirection):
    assert run_with(redirection, "version").returncode == 1


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_the_caller_has_closed_is_silent(redirection):
    done = run_with(redirection, "version")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_name_that_the_locale_cannot_write_is_an_error_of_one_message(tmp_path):
    (tmp_path / "in.yml").write_text(
        "image: a\n---\napiVersion: kbld.k14s.io/v1alpha1\nkind: Config\nsources: [{image: a, path: ü}]\n", "utf-8")
    environ = {**os.environ, "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run([Path(sys.executable).with_name("kbld"), "-f", "in.yml"], cwd=tmp_path, env=environ,
                          capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "kbld: Error: no file name here can have a 'ü': the locale's encoding is ascii (hint: set LC_ALL=C.UTF-8)\n")


def test_what_is_nested_too_deeply_is_an_error_of_one_message(monkeypatch, capsys):
    def endless(call):
        return endless(call)

    monkeypatch.setattr("oakum.cli.program.imported", lambda name: endless)
    assert main(Command("tool", run="x:endless"), []) == 1
    assert capsys.readouterr().err == "tool: Error: a value is nested too deeply to be handled\n"
