import subprocess
import sys
from pathlib import Path

import pytest

from oakum.cli.command import Command, interpret, main
from oakum.cli.completion import candidates
from oakum.cli.flag import Flag
from oakum.errors import OakumError, UsageError

ROOT = Command(
    "tool",
    short="Does things",
    run="tests.cli.test_command:root",
    shared=(Flag("color", kind="bool", default=True), Flag("config", help="where it is")),
    commands=(
        Command("list", short="Lists", run="x:y", aliases=("l", "ls")),
        Command("logs", short="Logs", run="x:y", aliases=("l",), flags=(Flag("follow", kind="bool", short="f"),)),
        Command("group", short="Groups", commands=(Command("delete", short="Deletes", run="x:y"),)),
    ),
)


def test_a_flag_may_stand_before_its_command():
    call = interpret(ROOT, ["--config", "logs", "logs", "-f"])
    assert (call.title, call.flags["config"], call.flags["follow"]) == ("tool logs", "logs", True)


def test_an_alias_that_two_commands_claim_means_the_first():
    assert interpret(ROOT, ["l"]).title == "tool list"


def test_a_stray_word_is_refused_with_the_commands_whole_name():
    with pytest.raises(UsageError, match="^command 'tool group delete' does not accept extra arguments 'x'$"):
        interpret(ROOT, ["group", "delete", "x"])


def test_help_lists_commands_flags_and_inherited_flags(capsys):
    assert main(ROOT, ["logs", "--help"]) == 0
    assert capsys.readouterr().out == (
        "Logs\n\nUsage:\n  tool logs [flags]\n\nAliases:\n  logs, l\n\n"
        "Flags:\n  -f, --follow\n"
        "  -h, --help     help for logs\n\nGlobal Flags:\n"
        "      --color            (default true)\n      --config string   where it is\n"
    )


def test_an_error_is_one_message_and_status_1(capsys):
    assert main(ROOT, ["--bogus"]) == 1
    assert capsys.readouterr().err == "tool: Error: unknown flag: --bogus\n"


def test_completion_offers_commands_and_flags():
    assert candidates(ROOT, ["lo"]) == ["logs\tLogs"]
    assert candidates(ROOT, ["--conf"]) == ["--config\twhere it is"]


def test_an_unknown_shell_is_refused(capsys):
    assert main(ROOT, ["completion", "foo"]) == 1
    assert capsys.readouterr().err == 'tool: Error: invalid argument "foo" for "tool completion"\n'


@pytest.mark.parametrize(("words", "told"), [
    ("depoly", "unknown command 'depoly' of 'oakum' (hint: there are deploy, lab, version)"),
    ("lab stop", "unknown command 'stop' of 'oakum lab' (hint: there are up, down, status, logs, load-image, collect-garbage, fault, clock, reset)"),
    ("depoly -a app --yes", "unknown command 'depoly' of 'oakum' (hint: there are deploy, lab, version)"),
    ("delete -a app", "unknown command 'delete' of 'oakum' (hint: 'kapp delete' does that)"),
    ("diff --help", "unknown command 'diff' of 'oakum' (hint: 'oakum deploy --diff-run --diff-changes' does that)"),
])  # fmt: skip
def test_a_command_that_is_not_there_is_told_with_those_that_are(words, told):
    done = run_with("", words)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"oakum: Error: {told}\n")


@pytest.mark.parametrize("flag", ["--version", "-v"])
def test_oakum_tells_its_version_by_a_flag_too_as_the_other_programs_do(flag):
    assert run_with("", flag).stdout == run_with("", "version").stdout != ""


def test_every_error_of_the_project_ends_as_a_message():
    assert issubclass(UsageError, OakumError)


def run_with(redirection, *arguments):
    words = " ".join((str(Path(sys.executable).with_name("oakum")), *arguments, redirection))
    return subprocess.run(["sh", "-c", words], capture_output=True, text=True, stdin=subprocess.DEVNULL)


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
