"""Programs that keep running: started in a session of their own, recorded in a file each, with a log file each.

A record is the process id and the time it started (in the kernel's clock ticks since boot): after a reboot, or when a
program ended long ago, its number may belong to somebody else's process, which must neither pass for it nor be ended.
"""
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
    log = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    words = [str(word) for word in command]
    pid = os.posix_spawnp(words[0], words, {**os.environ, **(env or {})}, setsid=True, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(_log(state, name)), log, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ])
    (state / f"{name}.pid").write_text(f"{pid} {started(pid)}\n")


def running(state: Path, name: str) -> bool:
    """Whether the program recorded as `name` is alive."""
    return _pid(state, name) is not None


def started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot (proc(5), field 22 of stat); None when it is not alive."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        # The second field is the program's name in brackets, which may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def drop_stale(path: Path, program: str) -> None:
    """Delete a process id file that a `program` of ours or the system's has left behind.

    Programs that look for their own earlier run by number alone refuse to start, or end whoever has the number now.
    """
    with contextlib.suppress(FileNotFoundError):
        number = path.read_text().strip()
        name = Path(f"/proc/{number}/comm")
        if not number.isdecimal() or not name.exists() or name.read_text().strip() != program:
            path.unlink()


def stop(state: Path, name: str, patience_s: float = 10) -> None:
    """End the program recorded as `name`, politely at first."""
    pid = _pid(state, name)
    if pid is not None:
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + patience_s
        while running(state, name) and time.monotonic() < deadline:
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    (state / f"{name}.pid").unlink(missing_ok=True)


def given(word: str) -> list[int]:
    """The processes that were started with `word` as one of their arguments."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.fsencode(word) in (folder / "cmdline").read_bytes().split(b"\0")[1:]:
                found.append(int(folder.name))
    return found


def end_with_children(pid: int) -> None:
    """Kill a process and those that it started."""
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in [*map(int, children), pid]:
            os.kill(each, signal.SIGKILL)


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


def _pid(state: Path, name: str) -> int | None:
    """The process id of the program recorded as `name`, None unless it is alive and the very process recorded."""
    try:
        pid, start_time = map(int, (state / f"{name}.pid").read_text().split())
    except (OSError, ValueError):
        return None
    return pid if started(pid) == start_time else None


def _log(state: Path, name: str) -> Path:
    return state / f"{name}.log"
