"""What a lab has made in the engine goes with it, however it ends: a process that outlives it sees to that."""

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import oakum
from oakum.lab.node.docker.engine import Engine, EngineError

LABEL = "dev.oakum.lab"
"""Label of all that is a lab's; its value is the lab's name (`new_name`)."""

_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from oakum.lab.node.docker.guard import main
main(sys.argv[2], sys.argv[3])
"""


def new_name() -> str:
    """A name for one more lab of this process: by it others find out whether the lab still runs."""
    return f"{_process('self')}-{secrets.token_hex(4)}"


def images_of(lab: str) -> str:
    """The repository of the images that a lab has loaded into the engine."""
    return f"oakum-lab/{lab}"


class Guard:
    """The process that removes what is the lab's once `stop` is called, or the lab is killed."""

    def __init__(self, engine: Engine, lab: str) -> None:
        source = str(Path(oakum.__file__).parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM, source, engine.path, lab],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop(self) -> None:
        """Have everything removed, and wait for that."""
        self._process.communicate(b"orderly")


def main(path: str, lab: str) -> None:
    """Wait for the end of the standard input, which the lab holds open; then remove what is the lab's."""
    orderly = sys.stdin.buffer.read()
    engine = Engine(path)
    sweep(engine, [lab])
    if not orderly:
        # A lab that was killed may have asked for a container that is only now made.
        time.sleep(1)
        sweep(engine, [lab])


def sweep_left(engine: Engine) -> None:
    """Remove what labs have left that were killed together with their guards."""
    found = engine.call("GET", "/containers/json", all=1, filters={"label": [LABEL]})
    found += engine.call("GET", "/networks", filters={"label": [LABEL]})
    labs = {each["Labels"][LABEL] for each in found}
    sweep(engine, [lab for lab in labs if _is_left(lab)])


def sweep(engine: Engine, labs: Iterable[str]) -> None:
    """Remove the containers, networks and images of labs. What the engine refuses stays."""
    for lab in labs:
        mine = {"label": [f"{LABEL}={lab}"]}
        for container in engine.call("GET", "/containers/json", all=1, filters=mine):
            _remove(engine, f"/containers/{container['Id']}", force=1, v=1)
        for network in engine.call("GET", "/networks", filters=mine):
            _remove(engine, f"/networks/{network['Id']}")
        for image in engine.call("GET", "/images/json", filters={"reference": [images_of(lab)]}):
            for tag in image.get("RepoTags") or []:
                if tag.startswith(f"{images_of(lab)}:"):
                    _remove(engine, f"/images/{tag}")


def _remove(engine: Engine, path: str, **query: object) -> None:
    with contextlib.suppress(EngineError):
        engine.call("DELETE", path, **query)


def _is_left(lab: str) -> bool:
    """Whether a lab's process has ended; one of another namespace of process ids is not ours to judge."""
    process = lab.rpartition("-")[0]
    namespace, number, _ = process.split("-")
    if namespace != _process("self").partition("-")[0]:
        return False
    try:
        return _process(number) != process
    except OSError:
        return True


def _process(number: str) -> str:
    """A process for all times: the namespace of process ids, the id in it, and when it was started.

    Raises OSError when there is none of this number.
    """
    words = Path(f"/proc/{number}/stat").read_text()
    state, *_, began = words.rpartition(")")[2].split()[:20]
    if state in "ZX":
        raise ProcessLookupError(number)
    return f"{os.stat('/proc/self/ns/pid').st_ino}-{words.split()[0]}-{began}"
