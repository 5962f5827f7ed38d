"""The `oakum` program: the whole pipeline as one pass, and the lab to try it on."""
from __future__ import annotations

import sys
from collections.abc import Sequence

from oakum.cli.command import Command, leave
from oakum.cli.command import main as run_main

ABOUT = "Kubernetes configuration from template to a running, inspected application"


def simple() -> tuple[Command, ...]:
    """The commands that need nothing of the three programs."""
    from oakum.cli.lab import COMMAND as LAB

    return LAB, Command("version", "Print the version", run="oakum.cli.oakum.version:run")


def root() -> Command:
    """The whole program. `deploy` has the flags of three programs, whose tables are only read here."""
    from oakum.cli.kapp import ROOT as KAPP
    from oakum.cli.oakum.deploy import flags

    deploy = Command(
        "deploy",
        "Template, build, pin and deploy an application in one pass",
        example="  oakum deploy -a simple-app -f config/ -v greeting=hello --diff-changes --yes",
        run="oakum.cli.oakum.deploy:run",
        flags=flags(),
        shared=KAPP.shared,
    )
    return Command("oakum", short=ABOUT, commands=(deploy, *simple()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `oakum`; returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] in ("lab", "version"):
        return run_main(Command("oakum", short=ABOUT, commands=simple()), words)
    status = run_main(root(), words)
    if arguments is None:
        # All is said and done: taking a run's objects apart one by one would take a fifth of its time again.
        leave(status)
    return status


if __name__ == "__main__":
    sys.exit(main())
