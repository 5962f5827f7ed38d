"""`kbld help [command]`."""
from __future__ import annotations

import sys

from oakum.cli.command import Invocation, select
from oakum.cli.help import help_text


def run(call: Invocation) -> int:
    """Print the help of the command that the arguments name, of the program for any other words."""
    path, _ = select(call.root, call.arguments)
    sys.stdout.write(help_text(path) + call.root.after_help)
    return 0
