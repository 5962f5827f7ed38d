"""How long the walk-through's commands take when nothing changed: whole processes, interleaved, medians and ratios.

Beside the time on the clock stands that of the processors (user and system): the three commands of the pipeline run
side by side where there are processors for it, `oakum deploy` runs on one. So they are also timed one after another,
each with its input from a file, as they run in scripts that keep what comes between.

    .venv/bin/python bench/walk_through.py [RUNS]

Runs on a lab of its own, with the embedded builder: with an engine its time would be measured. The wanted figures:
`ytt` under 120 ms, `kapp ls` under 400 ms, `oakum deploy` under half of what `ytt | kbld | kapp deploy` takes.
"""
from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from oakum.lab import Lab

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def main(runs: int) -> None:
    """Deploy the walk-through once, then measure."""
    with tempfile.TemporaryDirectory() as work, Lab() as lab:
        folder = Path(work, "examples")
        shutil.copytree(ROOT / "examples", folder)
        for step in ("init -q", "add .", "-c user.name=b -c user.email=b@example.com commit -q -m sources"):
            subprocess.run(["git", *step.split()], cwd=folder / "sample-app-go", check=True)
        environment = {**os.environ, **lab.environment, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        environment["DOCKER_HOST"] = f"unix://{work}/none"
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        values = (
            "-f config-step-4-build-and-push/ -v hello_msg=bench -v push_images=true "
            f"-v push_images_repo={lab.registry}/library/sample-app-go"
        )
        deploy = "kapp deploy -a simple-app --yes --wait=false"
        commands = {
            "python -c pass": f"{sys.executable} -c pass",
            "ytt": f"ytt {values}",
            "kapp ls": "kapp ls",
            "three commands": f"ytt {values} | kbld -f- | {deploy} -f-",
            "one by one": f"ytt {values} >1.yml && kbld -f 1.yml >2.yml && {deploy} -f 2.yml",
            "oakum deploy": f"oakum deploy -a simple-app {values} --yes --wait=false",
        }
        for command in commands.values():
            run(command, folder, environment)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                times[name].append(run(command, folder, environment))
        report({name: tuple(map(median, zip(*taken, strict=True))) for name, taken in times.items()})


def run(command: str, folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds that a shell command takes, on the clock and of the processors. Raises CalledProcessError when it fails.
    """
    shell = ["bash", "-o", "pipefail", "-c", command]
    began, used = time.perf_counter(), processors()
    subprocess.run(shell, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began, processors() - used


def processors() -> float:
    """Seconds that processors have worked for the commands so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def report(medians: dict[str, tuple[float, ...]]) -> None:
    """Print the medians, and oakum's share of the three commands, side by side and one after another."""
    print(f"{'':<16} {'clock':>9} {'processors':>13}")
    for name, (clock, used) in medians.items():
        print(f"{name:<16} {clock * 1000:6.0f} ms {used * 1000:10.0f} ms")
    for name in ("three commands", "one by one"):
        clock, used = (one / three for one, three in zip(medians["oakum deploy"], medians[name], strict=True))
        print(f"oakum deploy / {name}: {clock:.2f} on the clock (wanted: under 0.50), {used:.2f} of the processors")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
