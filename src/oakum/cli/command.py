"""Commands as data, in cobra's manner: a tree of `Command`s, flags inherited downwards, code imported only when run.

A program is a root `Command`, which `oakum.cli.program` runs. `run` names a function as `package.module:function`,
imported when the command is chosen, so that declaring a tree costs nothing at start-up. The function takes an
`Invocation` and returns the exit status or None for 0. The values here are named tuples, as they are made ten times
faster than dataclasses, and are made at every start.
"""
from __future__ import annotations

from collections.abc import Sequence

from oakum.cli.flag import Flag, parse
from oakum.errors import UsageError
from oakum.record import NamedTuple
from oakum.typing import Any

HELP = Flag("help", kind="bool", short="h")


class Command(NamedTuple):
    """One command of a program.

    `shared` flags are inherited by sub-commands, `flags` are not. `group` is the heading under which the parent's help
    lists the command; `sections` orders the headings of its own flags in help. `arguments` is the greatest number
    of positional arguments (None: any). `after_help` is printed after a help text. `elsewhere` pairs words that are no
    sub-commands here, but may be looked for, with what does that.
    """

    name: str
    short: str = ""
    long: str = ""
    example: str = ""
    run: str = ""
    flags: tuple[Flag, ...] = ()
    shared: tuple[Flag, ...] = ()
    commands: tuple[Command, ...] = ()
    aliases: tuple[str, ...] = ()
    hidden: bool = False
    deprecated: str = ""
    group: str = ""
    groups: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    arguments: int | None = 0
    after_help: str = ""
    elsewhere: tuple[tuple[str, str], ...] = ()

    def child(self, name: str) -> Command | None:
        """The sub-command of this name; a name wins over an alias, an earlier command over a later one."""
        for command in self.commands:
            if command.name == name:
                return command
        return next((command for command in self.commands if name in command.aliases), None)


class Invocation(NamedTuple):
    """A command as called. `path` holds the commands from the root down to the chosen one."""

    path: tuple[Command, ...]
    flags: dict[str, Any]
    given: frozenset[str] = frozenset()
    arguments: tuple[str, ...] = ()

    @property
    def root(self) -> Command:
        """The program."""
        return self.path[0]

    @property
    def command(self) -> Command:
        """The chosen command."""
        return self.path[-1]

    @property
    def title(self) -> str:
        """See `title`."""
        return title(self.path)


def title(path: Sequence[Command]) -> str:
    """The words that name the last command of `path`: `kapp app-change list`."""
    return " ".join(command.name for command in path)


def visible_flags(path: Sequence[Command]) -> tuple[list[Flag], list[Flag]]:
    """The chosen command's own flags (its shared ones and --help included) and those inherited from its parents."""
    own = [*path[-1].flags, *path[-1].shared]
    if all(flag.name != HELP.name for flag in own):
        own.append(Flag("help", help=f"help for {path[-1].name}", kind="bool", short="h"))
    inherited = [flag for command in path[:-1] for flag in command.shared]
    return own, inherited


def select(root: Command, arguments: Sequence[str]) -> tuple[tuple[Command, ...], list[str]]:
    """Follow the command names in `arguments` downwards; returns the path and the arguments without those names."""
    path: tuple[Command, ...] = (root,)
    rest = list(arguments)
    while path[-1].commands:
        at = _first_word(path, rest)
        below = None if at is None else path[-1].child(rest[at])
        if at is None or below is None:
            break
        del rest[at]
        path = (*path, below)
    return path, rest


def _first_word(path: tuple[Command, ...], arguments: list[str]) -> int | None:
    """Index of the first argument that is neither a flag nor a flag's value."""
    own, inherited = visible_flags(path)
    # What cobra adds by itself it takes, at this point, for flags with a value.
    plain = {name for flag in own + inherited if not flag.takes_value and flag.name not in ("help", "version")
             for name in (f"--{flag.name}", f"-{flag.short}")}
    at = 0
    while at < len(arguments):
        argument = arguments[at]
        if argument == "--":
            return None
        if not argument.startswith("-") or argument == "-":
            return at
        separate = "=" not in argument and (argument.startswith("--") or len(argument) == 2)
        at += 2 if separate and argument not in plain else 1
    return None


def interpret(root: Command, arguments: Sequence[str]) -> Invocation:
    """The invocation that `arguments` ask for. Raises UsageError."""
    path, rest = select(root, arguments)
    own, inherited = visible_flags(path)
    if not path[-1].run:
        _refuse_unknown(path, rest)
    parsed = parse(own + inherited, rest)
    call = Invocation(path, parsed.values, frozenset(parsed.given), tuple(parsed.arguments))
    limit = call.command.arguments
    asks = call.flags["help"] or call.flags.get("version")
    if limit is not None and len(call.arguments) > limit and not asks:
        raise UsageError(f"command '{call.title}' does not accept extra arguments '{call.arguments[limit]}'")
    return call


def _refuse_unknown(path: tuple[Command, ...], rest: list[str]) -> None:
    """Raise UsageError for a word where only a sub-command may stand, whatever flags are with it."""
    at = _first_word(path, rest)
    if at is None:
        return
    word = rest[at]
    does = next((does for name, does in path[-1].elsewhere if name == word), "")
    names = ", ".join(below.name for below in path[-1].commands)
    hint = f"'{does}' does that" if does else f"there are {names}"
    raise UsageError(f"unknown command '{word}' of '{title(path)}' (hint: {hint})")
