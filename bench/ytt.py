#!/usr/bin/env python3
"""Time ytt on the work that its speed is judged by, beside other builds of it: `bench/ytt.py --work SCRIPT [--runs N]`.

SCRIPT writes the folders of inputs. For each kind of work, prints the median time and peak memory of our command and
of each reference (`--reference`, repeatable; `ytt-go` and `ytt-go-new` where they are on the PATH), and how many times
faster ours is: the ratio of the medians. Whole processes are timed, in turn, so that all meet the same machine.
"""
from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

WORK = {
    "small": ("-f", "small"),
    "loop": ("-f", "loop"),
    "plain": ("-f", "plain"),
    "overlay": ("-f", "plain", "-f", "overlay"),
    "schema": ("-f", "schema"),
}
LARGE = {f"loop-{n}": ("-f", "loop", "--data-value-yaml", f"count={n}") for n in (20_000, 100_000)}
_REFERENCES = ("ytt-go", "ytt-go-new")


class Cost(NamedTuple):
    """What one whole process took: seconds on the clock, and MiB of memory at its peak."""

    seconds: float
    memory: float


def run(command: list[str], folder: Path, environment: dict[str, str]) -> Cost:
    """Run `command` to its end. Raises CalledProcessError when it fails."""
    begin = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(seconds, usage.ru_maxrss / 1024)


def measure(commands: list[str], arguments: tuple[str, ...], folder: Path, runs: int) -> list[Cost]:
    """The medians of each command, run in turn. Bytecode may be written, as for users."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    costs: list[list[Cost]] = [[] for _ in commands]
    for _ in range(runs):
        for command, found in zip(commands, costs, strict=True):
            found.append(run([command, *arguments], folder, environment))
    return [Cost(*(statistics.median(column) for column in zip(*found, strict=True))) for found in costs]


def line(name: str, medians: list[Cost]) -> str:
    """One line of the report: ours, then each reference with its ratio."""
    own, *others = medians
    shown = [f"{cost.seconds:8.3f} s {cost.memory:4.0f} MiB {cost.seconds / own.seconds:6.1f}x" for cost in others]
    return f"{name:12} {own.seconds:8.3f} s {own.memory:4.0f} MiB" + "".join(f"  | {each}" for each in shown)


def main() -> None:
    """Write the inputs, then measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the script that writes the input folders")
    parser.add_argument("--reference", action="append", help="a reference binary (repeatable)")
    parser.add_argument("--ytt", default=str(Path(sys.executable).with_name("ytt")), help="our command")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--large", action="store_true", help="also the loop at 20,000 and 100,000")
    parser.add_argument("--only", action="append", choices=[*WORK, *LARGE], help="only this work (repeatable)")
    options = parser.parse_args()
    references = options.reference or [name for name in _REFERENCES if shutil.which(name)]
    wanted = options.only or [*WORK, *(LARGE if options.large else ())]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        subprocess.run([sys.executable, options.work, folder], check=True)
        print(f"{'':12} {'ytt':>19}" + "".join(f"  | {Path(each).name:>27}" for each in references))
        for work in wanted:
            medians = measure([options.ytt, *references], (WORK | LARGE)[work], folder, options.runs)
            print(line(work, medians), flush=True)


if __name__ == "__main__":
    main()
