"""A lab as a process of its own: started and detached, found again, stopped."""

import contextlib
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import orjson

from oakum.errors import LabError, OakumError
from oakum.lab.folder import Folder, State

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How to start a lab: its data folder, ports (0: any), runtime of pods, and the rest as `Lab` takes it."""

    data: str
    port: int = 0
    registry_port: int = 0
    runtime: str = "auto"
    address: str = "127.0.0.1"
    registry_tls: bool = False
    registry_login: Literal["basic", "token"] = "basic"


def serve(settings: Settings, announce: Callable[[State], None]) -> None:
    """Run a lab in this process until SIGTERM, SIGINT or SIGHUP; calls `announce` once it answers.

    Raises LabError when it cannot start.
    """
    from oakum.lab.lab import Lab

    stopped, stop = os.pipe()
    # Written to at once: a handler in Python runs only when the reading below is over, if it came right before that.
    os.set_blocking(stop, False)
    signal.set_wakeup_fd(stop)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    lab = Lab(
        Path(settings.data),
        port=settings.port,
        registry_port=settings.registry_port,
        runtime=settings.runtime,
        address=settings.address,
        registry_tls=settings.registry_tls,
        registry_login=settings.registry_login,
    )
    lab.folder.make()
    _log_to(lab.folder.log)
    with lab:
        announce(lab.state)
        lab.prepare()
        os.read(stopped, 1)


def start(settings: Settings) -> State:
    """Start a lab in the background; returns as soon as it answers. Raises LabError with the reason if it cannot."""
    folder = Folder(Path(settings.data))
    folder.make()
    announced, announce = os.pipe()
    with open(folder.log, "ab", opener=_private) as log:
        subprocess.Popen(
            [sys.executable, "-m", "oakum.lab.background", orjson.dumps(asdict(settings)).decode(), str(announce)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[announce],
            start_new_session=True,
            cwd="/",
        )
    os.close(announce)
    with open(announced, "rb") as answers:
        ready, _, _ = select.select([answers], [], [], _PATIENCE)
        answer = orjson.loads((answers.read() if ready else b"") or b"{}")
    if "state" in answer:
        return State(**answer["state"])
    reason = answer.get("error", f"it did not answer in {_PATIENCE:.0f} s" if not ready else "it ended")
    raise LabError(f"starting the lab: {reason} (its log: {folder.log})" if "error" not in answer else reason)


def stop(folder: Folder) -> bool:
    """Stop the lab that runs in `folder` and wait for its end; whether there was one."""
    state = folder.running()
    if state is None:
        return False
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(state.pid, number)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if folder.running() is None:
                return True
            time.sleep(0.01)
    raise LabError(f"the lab in {folder.path} (process {state.pid}) does not end")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _log_to(path: Path) -> None:
    with open(path, "ab", opener=_private):
        pass
    logging.basicConfig(filename=path, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def main() -> None:
    """The background process: settings as JSON and the descriptor to announce on are its arguments."""
    descriptor = int(sys.argv[2])

    def tell(answer: dict[str, object]) -> None:
        with open(descriptor, "wb") as channel:
            channel.write(orjson.dumps(answer))

    try:
        serve(Settings(**orjson.loads(sys.argv[1])), lambda state: tell({"state": asdict(state)}))
    except OakumError as error:
        tell({"error": str(error)})
        sys.exit(1)


if __name__ == "__main__":
    main()
