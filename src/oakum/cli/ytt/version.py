"""`ytt version`."""
from __future__ import annotations

import os
import sys

import oakum
from oakum.cli.command import Invocation


def run(call: Invocation) -> None:
    """Print the version, and the experiments that the environment turns on."""
    sys.stdout.write(version_text())
    for name in filter(None, os.environ.get("YTTEXPERIMENTS", "").split(",")):
        sys.stdout.write(f'- experiment "{name}" enabled.\n')


def version_text() -> str:
    """The line that `--version` prints."""
    return f"ytt version {oakum.__version__}\n"
