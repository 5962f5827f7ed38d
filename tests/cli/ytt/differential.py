"""One run of ours, and of the reference where it is installed, on the same files: the results must be the same.

The comparison needs the reference's binary (`make reference`), and is made when asked for with a number of examples:
`OAKUM_FUZZ_EXAMPLES=100000 pytest tests/cli/ytt`; with `OAKUM_FUZZ_FIXED=1` they are the same each time. Otherwise only
ours is held to its word, which is to end with a result or an ordinary error: what ordinary tests say must not depend
on chance.
"""
from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from testbed.reference import find

from oakum.cli.program import main
from oakum.cli.ytt import ROOT

ASKED = os.environ.get("OAKUM_FUZZ_EXAMPLES")
REFERENCE = find() if ASKED else None
EXAMPLES = settings(
    max_examples=int(ASKED or "60"),
    derandomize=not ASKED or "OAKUM_FUZZ_FIXED" in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
_CRASHED = 2
_PANIC = b"(backtrace: goroutine"


class Outcome(NamedTuple):
    """What a run came to."""

    status: int
    stdout: bytes
    stderr: bytes


def check(files: Mapping[str, str], flags: Sequence[str] = (), command: Sequence[str] = ()) -> None:
    """Run ours on `files`, and the reference where it is installed, and compare all that they came to.

    `{folder}` in `flags` is where the files are.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        arguments = [*command, "-f", folder, *(flag.replace("{folder}", folder) for flag in flags)]
        ours = _ours(arguments)
        assert ours.status in (0, 1)
        assert b"Traceback" not in ours.stderr
        theirs = _theirs(arguments)
        if theirs is not None:
            assert ours == theirs


def _ours(arguments: list[str]) -> Outcome:
    out, err = io.BytesIO(), io.BytesIO()
    streams = {
        name: io.TextIOWrapper(raw, "utf-8", "surrogateescape", write_through=True)
        for name, raw in (("stdout", out), ("stderr", err))
    }
    with patch.multiple(sys, **streams):
        status = main(ROOT, arguments)
    return Outcome(status, out.getvalue(), err.getvalue())


def _theirs(arguments: list[str]) -> Outcome | None:
    """What the reference comes to; None when it is not there, or crashes, which has nothing to say."""
    if REFERENCE is None:
        return None
    try:
        done = subprocess.run([REFERENCE, *arguments], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode == _CRASHED or _PANIC in done.stderr + done.stdout:
        return None
    return Outcome(done.returncode, done.stdout, done.stderr)
