#!/usr/bin/env python3
"""Time ytt on the work that its speed is judged by, beside the reference: `bench/ytt.py [--reference PATH] [--runs N]`.

Prints a line for each kind of work: our median, the reference's, their ratio. The reference is the binary given, else
`ytt-go` on the PATH; without one, the figures recorded on two cores are shown instead, marked so. Whole processes are
timed, in turn, so that both meet the same machine.
"""
from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Work:
    """One measured command: its arguments below the folder of inputs, and the reference's recorded seconds."""

    name: str
    arguments: tuple[str, ...]
    recorded: float


WORK = (
    Work("small", ("-f", "small"), 0.011),
    Work("loop", ("-f", "loop"), 0.94),
    Work("plain", ("-f", "plain"), 0.34),
    Work("overlay", ("-f", "plain", "-f", "overlay"), 0.48),
    Work("schema", ("-f", "schema"), 2.1),
)
LARGE = Work("loop-20000", ("-f", "loop", "--data-value-yaml", "count=20000"), 9.1)


def seconds(command: list[str], folder: Path) -> float:
    """How long one whole process takes. Raises CalledProcessError when it fails."""
    begin = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return time.perf_counter() - begin


def measure(work: Work, ours: list[str], reference: str | None, folder: Path, runs: int) -> str:
    """One line of the report."""
    own: list[float] = []
    peer: list[float] = []
    for _ in range(runs):
        own.append(seconds([*ours, *work.arguments], folder))
        if reference:
            peer.append(seconds([reference, *work.arguments], folder))
    median = statistics.median(own)
    other = statistics.median(peer) if peer else work.recorded
    note = "" if peer else "  (recorded)"
    return f"{work.name:12} {median:8.3f} s   reference {other:8.3f} s   {other / median:5.1f} times faster{note}"


def main() -> None:
    """Write the inputs, then measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the script that writes the input folders")
    parser.add_argument("--reference", default=shutil.which("ytt-go"), help="the reference binary")
    parser.add_argument("--ytt", default=str(Path(sys.executable).with_name("ytt")), help="our command")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--large", action="store_true", help="also the loop at 20,000")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        subprocess.run([sys.executable, options.work, folder], check=True)
        for work in (*WORK, LARGE) if options.large else WORK:
            print(measure(work, [options.ytt], options.reference, folder, options.runs), flush=True)


if __name__ == "__main__":
    main()
