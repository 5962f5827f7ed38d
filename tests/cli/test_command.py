import pytest

from oakum.cli.command import Command, interpret
from oakum.cli.completion import candidates
from oakum.cli.flag import Flag
from oakum.cli.program import main
from oakum.errors import UsageError

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


def test_completion_offers_commands_and_flags():
    assert candidates(ROOT, ["lo"]) == ["logs\tLogs"]
    assert candidates(ROOT, ["--conf"]) == ["--config\twhere it is"]


def test_an_unknown_shell_is_refused(capsys):
    assert main(ROOT, ["completion", "foo"]) == 1
    assert capsys.readouterr().err == 'tool: Error: invalid argument "foo" for "tool completion"\n'
