"""`oakum lab load-image` and `collect-garbage`."""

import sys
from pathlib import Path

from oakum.cli.command import Invocation
from oakum.cli.lab.running import folder_of
from oakum.errors import UsageError


def load_image(call: Invocation) -> None:
    """Put the images of a file into the registry of the lab, which need not run, and print their references."""
    if not call.arguments:
        raise UsageError("Expected the path of an image")
    folder = folder_of(call)
    from oakum.lab import load
    from oakum.lab.registry import Storage

    folder.make()
    state = folder.last()
    for name in load.load_image(Storage(folder.registry), Path(call.arguments[0]), call.flags["name"]):
        sys.stdout.write(f"{state.registry}/{name}\n" if state else f"{name}\n")


def collect(call: Invocation) -> None:
    """Delete the registry's garbage and say how much there was."""
    folder = folder_of(call)
    if not folder.is_lab():
        raise UsageError(f"there is no lab in {folder.path}")
    from oakum.lab.registry import Storage, collect_garbage

    gone = collect_garbage(Storage(folder.registry), age=call.flags["age"])
    sys.stdout.write(f"deleted {gone.blobs} blobs of {gone.bytes} bytes\n")
