"""What kbld's commands share: a UI around a run, inputs, a log."""
from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

from oakum.cli.command import Invocation
from oakum.cli.ui import UI
from oakum.errors import OakumError
from oakum.images.log import Log, StreamLog
from oakum.images.resource import Document
from oakum.typing import IO, Any


def run(call: Invocation, body: Callable[[UI], None]) -> int:
    """Run `body` with the UI that the flags ask for; returns the exit status.

    A failure is plain text on standard error, also with `--json`, where a program reads only what succeeded.
    """
    ui = UI("kbld", call.flags)
    try:
        body(ui)
    except OakumError as error:
        if ui.json:
            raise
        ui.fail(error)
        return 1
    ui.line("Succeeded")
    ui.close()
    return 0


def documents(flags: dict[str, Any]) -> Iterator[Document]:
    """The documents in the `--file` values. Raises ConfigError."""
    from oakum.images import inputs

    stdin = sys.stdin
    if hasattr(stdin, "reconfigure"):
        stdin.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")
    for source in inputs.read(flags["file"], stdin):
        yield from inputs.documents(source)


def log(stream: IO[str]) -> Log:
    """The log that suits `stream`: live on a terminal that can move its cursor."""
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        return StreamLog(stream)
    from oakum.cli.kbld.live import LiveLog

    return LiveLog(stream)
