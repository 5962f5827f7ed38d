"""`kbld version`."""
from __future__ import annotations

from oakum.cli.command import Invocation
from oakum.cli.kbld import session
from oakum.images.minimum import EMULATED


def run(call: Invocation) -> int:
    """Print the kbld release whose behaviour this is."""
    return session.run(call, lambda ui: ui.block(f"kbld version {EMULATED}\n"))
