"""The `oakum` program: the whole pipeline as one pass, and the lab to try it on."""
from __future__ import annotations

import sys

from oakum.cli.command import Command
from oakum.cli.command import main as run_main
from oakum.cli.lab import COMMAND as LAB

ROOT = Command(
    "oakum",
    short="Kubernetes configuration from template to a running, inspected application",
    commands=(
        LAB,
        Command("version", "Print the version", run="oakum.cli.oakum.version:run"),
    ),
)


def main() -> int:
    """Run `oakum`; returns the exit status."""
    return run_main(ROOT)


if __name__ == "__main__":
    sys.exit(main())
