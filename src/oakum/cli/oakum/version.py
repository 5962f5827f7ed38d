"""`oakum version`."""
from __future__ import annotations

import sys

from oakum import __version__
from oakum.cli.command import Invocation


def run(call: Invocation) -> None:
    """Print the version."""
    del call
    sys.stdout.write(f"oakum version {__version__}\n")
