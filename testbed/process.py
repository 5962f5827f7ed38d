"""Programs that keep running: started in a session of their own, recorded by process id, with a log file each."""
from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class Failed(Exception):
    """A part of the testbed could not be brought up; the message says which, and where its log is."""


def start(state: Path, name: str, command: Sequence[str | Path], env: dict[str, str] | None = None) -> None:
    """Start `command` as `name` unless it runs already."""
    if running(state, name):
        return
    with open(_log(state, name), "ab") as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env={**os.environ, **(env or {})},
        )
    (state / f"{name}.pid").write_text(str(process.pid))


def running(state: Path, name: str) -> bool:
    """Whether the program recorded as `name` is alive."""
    try:
        pid = int((state / f"{name}.pid").read_text())
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        os.kill(pid, 0)
    except (OSError, ValueError):
        return False
    return True


def stop(state: Path, name: str, patience_s: float = 10) -> None:
    """End the program recorded as `name`, politely at first."""
    path = state / f"{name}.pid"
    if running(state, name):
        pid = int(path.read_text())
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + patience_s
        while running(state, name) and time.monotonic() < deadline:
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    path.unlink(missing_ok=True)


def await_ready(state: Path, name: str, ready: Callable[[], bool], patience_s: float = 90) -> None:
    """Return when `ready()` holds. Raises Failed with the end of the program's log when it ends or time runs out."""
    deadline = time.monotonic() + patience_s
    while not ready():
        if not running(state, name) or time.monotonic() > deadline:
            end = _log(state, name).read_text(errors="replace").splitlines()[-12:]
            raise Failed(f"{name} did not become ready; the end of {_log(state, name)}:\n" + "\n".join(end))
        time.sleep(0.1)


def run(*command: str | Path, **options: object) -> str:
    """Run a command to its end and return its output. Raises Failed with what it said."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)  # type: ignore[call-overload]
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stderr or done.stdout}")
    return str(done.stdout)


def _log(state: Path, name: str) -> Path:
    return state / f"{name}.log"
