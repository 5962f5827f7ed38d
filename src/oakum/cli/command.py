"""Commands as data, in cobra's manner: a tree of `Command`s, flags inherited downwards, code imported only when run.

A program is a root `Command`; `main(root)` runs it on `sys.argv` and returns the exit status. `run` names a function as
`package.module:function`, imported when the command is chosen, so that declaring a tree costs nothing at start-up. The
function takes an `Invocation` and returns the exit status or None for 0. The values here are named tuples, as they are
made ten times faster than dataclasses, and are made at every start.
"""
from __future__ import annotations

import sys
from collections.abc import Sequence

from oakum.cli.flag import Flag, parse
from oakum.cli.interrupt import Interrupts, Terminated
from oakum.errors import OakumError, UsageError
from oakum.late import imported
from oakum.record import NamedTuple
from oakum.typing import Any, NoReturn

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
    plain = {name for flag in own + inherited if not flag.takes_value for name in (f"--{flag.name}", f"-{flag.short}")}
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


def execute(call: Invocation) -> int:
    """Run the chosen command (or print its help) and return its exit status."""
    if call.flags.get("help") or not call.command.run:
        from oakum.cli.help import help_text

        sys.stdout.write(help_text(call.path) + call.root.after_help)
        return 0
    if call.command.deprecated:
        sys.stderr.write(f'Warning: Command "{call.command.name}" is deprecated, {call.command.deprecated}\n')
    return imported(call.command.run)(call) or 0


def main(root: Command, arguments: Sequence[str] | None = None, *, truncate: bool = False) -> int:
    """Run a program on the given arguments (default: those of the process); returns its exit status.

    A user's mistake is printed as `PROGRAM: Error: MESSAGE` on standard error; `truncate` is that of `reflow`.
    Text streams carry any bytes (`surrogateescape`), so that what came in as bytes that are not UTF-8 goes out
    unchanged.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    _prepare_streams()
    try:
        with Interrupts():
            status = _run(root, arguments)
            sys.stdout.flush()
            return status
    except OakumError as error:
        return _failed(root, str(error), truncate)
    except BrokenPipeError:
        # The reader went away (`| head`): nobody is left to tell, and Python must not complain while it closes.
        sys.stdout = None
        return 141
    except OSError as error:
        return _failed(root, _refusal(error), truncate)
    except Terminated:
        return 143
    except KeyboardInterrupt:
        return 130


def _run(root: Command, arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in ("completion", "__complete", "help"):
        from oakum.cli.completion import built_in

        status = built_in(root, arguments)
        if status is not None:
            return status
    return execute(interpret(root, arguments))


def leave(status: int) -> NoReturn:
    """End the process at once, with what it has written: objects are not taken apart, and no thread is waited for.

    After an interrupt a thread may still wait for a server that does not answer.
    """
    import os

    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


def _prepare_streams() -> None:
    """Text streams of UTF-8 for all three; one that the caller has closed reads as empty and swallows what is written.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        import os

        # Without this the next file that is opened would be taken for the standard output.
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(number)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(at, mode) if stream is None else stream
            for at, (stream, mode) in enumerate(zip((sys.stdin, sys.stdout, sys.stderr), "rww", strict=True))
        )
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")


def _refusal(error: OSError) -> str:
    """What the system refused: where no file is named it was writing the output."""
    reason = (error.strerror or str(error)).lower()
    return f"{error.filename or 'write /dev/stdout'}: {reason}"


def _failed(root: Command, message: str, truncate: bool) -> int:
    """Print the message that ends a program; returns the exit status."""
    from oakum.cli.reflow import reflow

    try:
        sys.stdout.flush()
    except OSError:
        sys.stdout = None
    try:
        sys.stderr.write(f"{root.name}: Error: {reflow(message, truncate=truncate)}\n")
        sys.stderr.flush()
    except OSError:
        sys.stderr = None  # or Python would fail over it once more, with a status of its own
    return 1
