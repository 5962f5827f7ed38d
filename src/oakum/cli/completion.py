"""Shell completion, and the words every program answers: `help [command]`, `completion SHELL`, `__complete …`."""
from __future__ import annotations

import sys
from collections.abc import Sequence

from oakum.cli.command import Command, Invocation, select, visible_flags
from oakum.cli.help import help_text
from oakum.errors import UsageError

SHELLS = ("bash", "fish", "powershell", "zsh")

_BASH = """# bash completion for {name}
__{id}_complete() {{
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        [ "${{line#:}}" = "$line" ] && COMPREPLY+=("${{line%%$'\\t'*}}")
    done < <({name} __complete "${{COMP_WORDS[@]:1:COMP_CWORD}}" 2>/dev/null)
    [ ${{#COMPREPLY[@]}} -eq 0 ] && compopt -o default 2>/dev/null
}}
complete -F __{id}_complete {name}
"""
_ZSH = """#compdef {name}
__{id}_complete() {{
    local -a found
    local line
    while IFS= read -r line; do
        [[ "$line" == :* ]] || found+=("${{line//$'\\t'/:}}")
    done < <({name} __complete "${{(@)words[2,CURRENT]}}" 2>/dev/null)
    if (( ${{#found}} )); then _describe '{name}' found; else _files; fi
}}
compdef __{id}_complete {name}
"""
_FISH = """# fish completion for {name}
function __{id}_complete
    set -l words (commandline -opc) (commandline -ct)
    {name} __complete $words[2..-1] 2>/dev/null | string match -v ':*'
end
complete -c {name} -a '(__{id}_complete)'
"""
_POWERSHELL = """# powershell completion for {name}
Register-ArgumentCompleter -Native -CommandName '{name}' -ScriptBlock {{
    param($word, $ast, $at)
    $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object {{ $_.ToString() }})
    if ($word -eq '') {{ $words += '""' }}
    & {name} __complete @words 2>$null | Where-Object {{ $_ -notlike ':*' }} | ForEach-Object {{
        $name, $about = $_ -split "`t", 2
        if (-not $about) {{ $about = $name }}
        [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $about)
    }}
}}
"""
SCRIPTS = {"bash": _BASH, "fish": _FISH, "powershell": _POWERSHELL, "zsh": _ZSH}


def built_in(root: Command, arguments: Sequence[str]) -> int | None:
    """Answer `help`, `completion` and `__complete`; None when the program has a command of that name itself."""
    word, rest = arguments[0], arguments[1:]
    if root.child(word) is not None:
        return None
    if word == "help":
        path, _ = select(root, rest)
        sys.stdout.write(help_text(path) + root.after_help)
    elif word == "completion":
        sys.stdout.write(script(root, rest))
    else:
        sys.stdout.write("".join(f"{line}\n" for line in candidates(root, rest)) + ":0\n")
    return 0


def run(call: Invocation) -> None:
    """`completion SHELL` of a program that lists it among its commands. Raises UsageError for any other word."""
    sys.stdout.write(script(call.root, call.arguments))


def script(root: Command, arguments: Sequence[str]) -> str:
    """The completion script for the shell named in `arguments`. Raises UsageError for any other words."""
    if len(arguments) != 1:
        raise UsageError(f"accepts 1 arg(s), received {len(arguments)}")
    shell = arguments[0]
    if shell in ("-h", "--help"):
        return f"Usage:\n  {root.name} completion [{'|'.join(SHELLS)}]\n"
    if shell not in SCRIPTS:
        raise UsageError(f'invalid argument "{shell}" for "{root.name} completion"')
    return SCRIPTS[shell].format(name=root.name, id=root.name.replace("-", "_"))


def candidates(root: Command, words: Sequence[str]) -> list[str]:
    """What may stand in place of the last word: `name<TAB>description` lines."""
    last = words[-1].strip('"') if words else ""
    path, _ = select(root, words[:-1])
    if last.startswith("-"):
        own, inherited = visible_flags(path)
        flags = [flag for flag in own + inherited if not flag.hidden]
        return sorted(f"--{flag.name}\t{flag.help}" for flag in flags if f"--{flag.name}".startswith(last))
    below = [command for command in path[-1].commands if not command.hidden and not command.deprecated]
    return sorted(f"{command.name}\t{command.short}" for command in below if command.name.startswith(last))
