"""kapp's commands that need no cluster, and its answers to odd invocations."""
from __future__ import annotations

import sys

from oakum.cli.command import Invocation
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session
from oakum.errors import UsageError

VERSION = "0.60.0"
"""The release whose behaviour this is: what `minimumRequiredVersion` in a configuration is compared with."""


def root(call: Invocation) -> int:
    """`kapp` alone, `kapp --version`, or an unknown command, which is an error."""
    if call.flags["version"]:
        sys.stdout.write(f"kapp version {VERSION}\n\nSucceeded\n")
        return 0
    from oakum.cli.help import usage_text

    def refuse(s: Session) -> None:
        for block in (call.command.short, "\n\n", usage_text(call.path)):
            s.ui.block(block)
        raise UsageError("Invalid command - see available commands/subcommands above")

    return session.run(call, refuse)


def subcommands(call: Invocation) -> int:
    """A command that only has sub-commands: an error that names them."""
    def refuse(s: Session) -> None:
        names = ", ".join(sorted(c.name for c in call.command.commands))
        raise UsageError(f"Use one of available subcommands: {names}")

    return session.run(call, refuse)


def version(call: Invocation) -> int:
    """Print the release whose behaviour this is."""
    return session.run(call, lambda s: s.ui.block(f"kapp version {VERSION}\n"))


def deploy_config(call: Invocation) -> int:
    """Print the built-in configuration."""
    from oakum.deploy.config.defaults import default_config_text

    return session.run(call, lambda s: s.ui.block(default_config_text()))
