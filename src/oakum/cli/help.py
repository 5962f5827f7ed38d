"""Help texts, laid out as cobra does."""
from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from oakum.cli.command import Command, Invocation, select, title, visible_flags
from oakum.cli.flag import KINDS, Flag
from oakum.duration import format_duration
from oakum.typing import Any


def help_text(path: Sequence[Command]) -> str:
    """The whole help page of the last command of `path`."""
    command = path[-1]
    about = (command.long or command.short).strip()
    notice = f'\nCommand "{command.name}" is deprecated, {command.deprecated}\n\n' if command.deprecated else ""
    return notice + (f"{about}\n\n" if about else "") + usage_text(path)


def run(call: Invocation) -> int:
    """`help [command]`: print the help of the command that the arguments name, the program's for any other words."""
    page(call)
    sys.stdout.write(call.root.after_help)
    return 0


def page(call: Invocation) -> int:
    """As `run`, without what ends the program's other help pages."""
    path, _ = select(call.root, call.arguments)
    sys.stdout.write(help_text(path))
    return 0


def usage_text(path: Sequence[Command]) -> str:
    """The part of the help page from `Usage:` on."""
    command, words = path[-1], title(path)
    listed = [below for below in command.commands if not below.hidden and not below.deprecated]
    own, inherited = visible_flags(path)
    forms = [f"  {words} {form}\n" for form, there in (("[flags]", command.run), ("[command]", listed)) if there]
    parts = ["Usage:\n" + "".join(forms)]
    if command.aliases:
        parts.append(f"Aliases:\n  {', '.join((command.name, *command.aliases))}\n")
    if command.example:
        parts.append(f"Examples:\n{command.example.rstrip()}\n")
    for group in command.groups or ("Available Commands:",):
        members = [below for below in listed if not command.groups or below.group == group]
        if members:
            longest = max(11, *(len(below.name) for below in listed))
            parts.append(group + "\n" + "".join(f"  {below.name:<{longest}} {below.short}\n" for below in members))
    width = flag_width(own) if command.sections else 0
    for heading in command.sections or ("Flags:",):
        chosen = [flag for flag in own
                  if not command.sections or heading in (flag.section or command.sections[-1]).split("\n")]
        if text := flag_lines(chosen, width):
            parts.append(heading + "\n" + text)
    if text := flag_lines(inherited):
        parts.append("Global Flags:\n" + text)
    if listed:
        parts.append(f'Use "{words} [command] --help" for more information about a command.\n')
    return "\n".join(parts)


def flag_width(flags: Sequence[Flag]) -> int:
    """How wide the column of names and types is."""
    return max((len(_left(flag)) for flag in flags if not flag.hidden), default=0)


def flag_lines(flags: Sequence[Flag], width: int = 0) -> str:
    """One line a flag, sorted by name, with type and default; `width` is the first column's, 0 for what it needs."""
    rows = [(_left(flag), _right(flag)) for flag in sorted(flags, key=lambda flag: flag.name) if not flag.hidden]
    width = width or flag_width(flags)
    return "".join(f"{left:<{width}}   {right}".rstrip() + "\n" for left, right in rows)


def _left(flag: Flag) -> str:
    shown = f"  -{flag.short}, --{flag.name}" if flag.short else f"      --{flag.name}"
    quoted = re.search(r"`([^`]*)`", flag.help)
    word = quoted[1] if quoted else KINDS[flag.kind].shown
    return f"{shown} {word}" if word else shown


def _right(flag: Flag) -> str:
    return flag.help.replace("`", "") + _default(flag.kind, flag.initial())


def _default(kind: str, value: Any) -> str:
    if value == KINDS[kind].zero:
        return ""
    if kind == "duration":
        return f" (default {format_duration(value)})"
    if kind == "string":
        return f' (default "{value}")'
    if isinstance(value, list):
        return f" (default [{','.join(value)}])"
    return f" (default {value:g})" if kind.startswith("float") else f" (default {str(value).lower()})"
