"""The `oakum` program: the whole pipeline as one pass, and the lab to try it on."""
from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from oakum.cli.command import Command
from oakum.cli.program import leave
from oakum.cli.program import main as run_main

ABOUT = "Kubernetes configuration from template to a running, inspected application"
LONG = f"""\
{ABOUT}

What one pass has deployed is kapp's to look at and to delete: kapp ls, kapp inspect -a NAME --tree,
kapp logs -a NAME -f, kapp app-change ls -a NAME, kapp delete -a NAME."""
ELSEWHERE = (
    ("apply", "oakum deploy"),
    ("install", "oakum deploy"),
    ("upgrade", "oakum deploy"),
    ("diff", "oakum deploy --diff-run --diff-changes"),
    ("plan", "oakum deploy --diff-run --diff-changes"),
    ("build", "kbld"),
    ("render", "ytt"),
    ("template", "ytt"),
    ("delete", "kapp delete"),
    ("uninstall", "kapp delete"),
    ("inspect", "kapp inspect"),
    ("status", "kapp inspect"),
    ("history", "kapp app-change ls"),
    ("list", "kapp ls"),
    ("ls", "kapp ls"),
    ("logs", "kapp logs"),
)
"""Words that other programs have as commands, and what does that here."""
ASKER = "oakum.cli.oakum.cluster:answer"
"""What asks the cluster whether anything has changed, in a copy of this process."""


def simple() -> tuple[Command, ...]:
    """The commands that need nothing of the three programs."""
    from oakum.cli.lab import COMMAND as LAB

    return (
        LAB,
        Command("completion", "Generate the autocompletion script for the specified shell",
                run="oakum.cli.completion:run", arguments=None),
        Command("help", "Help about any command", run="oakum.cli.help:run", arguments=None),
        Command("version", "Print the version", run="oakum.cli.oakum.version:run"),
    )


def deploy_command() -> Command:
    """`oakum deploy`, which has the flags of three programs, whose tables are only read here."""
    from oakum.cli.kapp import ROOT as KAPP
    from oakum.cli.oakum.deploy import flags

    return Command(
        "deploy",
        "Template, build, pin and deploy an application in one pass",
        example="  oakum deploy -a simple-app -f config/ -v greeting=hello --diff-changes --yes",
        run="oakum.cli.oakum.deploy:run",
        flags=flags(),
        shared=KAPP.shared,
    )


def root(commands: tuple[Command, ...]) -> Command:
    """The program."""
    return Command("oakum", short=ABOUT, long=LONG, commands=commands, elsewhere=ELSEWHERE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `oakum`; returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] in ("--version", "-v"):
        words = ["version"]
    first = words[0] if words else ""
    if first == "deploy":
        _begin_asking()
    if first in ("lab", "version"):
        return run_main(root(simple()), words)
    commands = (deploy_command(),) if first == "deploy" else (deploy_command(), *simple())
    status = run_main(root(commands), words)
    if arguments is None:
        # All is said and done: taking a run's objects apart one by one would take a fifth of its time again.
        leave(status)
    return status


def _begin_asking() -> None:
    """While flags and files are read here, a copy gets ready to ask the cluster, where a deploy has been kept."""
    from oakum import cache, forked

    if os.environ.get("OAKUM_CACHE") != "off" and os.path.isdir(cache.folder(os.environ, "deploys")):
        for needed_by_both in ("json", "oakum.http.pool"):
            __import__(needed_by_both)
        forked.begin(ASKER)


if __name__ == "__main__":
    sys.exit(main())
