"""Programs that builders run: output to the log line by line, kept for looking into, failures in words."""
from __future__ import annotations

import io
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from errno import EINVAL
from pathlib import Path
from threading import Timer

from oakum.dataclass import dataclass
from oakum.images.errors import BuildError
from oakum.images.log import Log
from oakum.images.stop import PATIENCE_S, StoppableLog

_PIECE = 64 * 1024
KILL_AFTER_S = PATIENCE_S * 0.75
"""How long a program may take to end that was asked to, before whoever waits for it loses patience."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a program printed."""

    out: str
    err: str


def run(
    argv: Sequence[str],
    name: str,
    log: Log | None,
    *,
    folder: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Output:
    """Run a program, its lines reported to `log` under `name`.

    Raises BuildError with kbld's words: `exit status 1`, `exec: "x": executable file not found in $PATH`.
    """
    program = find(argv[0])
    if folder is not None and not os.path.isdir(folder):
        if os.path.exists(folder):
            raise BuildError(f"fork/exec {program}: not a directory")
        raise BuildError(f"chdir {folder}: no such file or directory")
    if any("\0" in word for word in argv):
        raise BuildError(f"fork/exec {program}: invalid argument")
    process = subprocess.Popen(
        [program, *argv[1:]],
        cwd=folder,
        env=None if environ is None else {**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Ctrl-C at a terminal is for this process, which ends its programs; and a group that is in the background of a
        # terminal would be stopped when it asks something there.
        start_new_session=True,
    )
    group = _Group(process.pid)
    with process, log.running(group.end) if isinstance(log, StoppableLog) else nullcontext():
        try:
            output = _printed(process, name, log)
            code = process.wait()
        except BaseException:
            group.end()
            raise
        finally:
            process.wait()
            group.gone()
    if code:
        raise ProgramFailed(f"signal: {-code}" if code < 0 else f"exit status {code}", output)
    return output


def told(
    argv: Sequence[str], flag: str, rest: Sequence[str], name: str, log: Log, *, folder: str | None = None
) -> str:
    """Run a program that writes its answer to the file named by `flag`; that answer. Raises BuildError."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="oakum-told-") as temporary:
        file = Path(temporary, "answer")
        run([*argv, flag, str(file), *rest], name, log, folder=folder)
        if not file.exists():
            raise BuildError(f"Expected {argv[0]} to write its answer ({flag}), but it did not")
        return file.read_text(encoding="utf-8").strip()


class _Group:
    """A program that is the first of its process group, and what it has begun in there."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._kill = Timer(KILL_AFTER_S, self._send, (signal.SIGKILL,))
        self._kill.daemon = True
        self._ended = False

    def end(self) -> None:
        """Ask all to end; who has not after a while is ended."""
        if not self._ended:
            self._ended = True
            self._send(signal.SIGTERM)
            self._kill.start()

    def gone(self) -> None:
        """The number may be another group's from now on."""
        self._kill.cancel()

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):  # the latter is what macOS says of those that have ended
            os.killpg(self._number, number)


class ProgramFailed(BuildError):
    """A program that ended with another status than 0; `output` is what it printed until then."""

    def __init__(self, message: str, output: Output) -> None:
        super().__init__(message)
        self.output = output


def find(program: str) -> str:
    """The path of `program`. Raises BuildError."""
    found = shutil.which(program)
    if found is None:
        raise BuildError(f'exec: "{program}": executable file not found in $PATH')
    return found


def _printed(process: subprocess.Popen[bytes], name: str, log: Log | None) -> Output:
    """What a program prints until it closes its outputs; each line is reported when it is whole.

    Where both outputs have something, standard output comes first: programs say there what they begin, and on standard
    error what came of it.
    """
    assert process.stdout is not None
    assert process.stderr is not None
    found = {stream.fileno(): bytearray() for stream in (process.stdout, process.stderr)}
    told = dict.fromkeys(found, 0)
    poll, left = select.poll(), list(found)
    for stream in left:
        poll.register(stream, select.POLLIN)
    while left:
        ready = {stream for stream, _ in poll.poll()}
        for stream in [stream for stream in left if stream in ready]:
            piece = os.read(stream, _PIECE)
            if not piece:
                poll.unregister(stream)
                left.remove(stream)
            found[stream] += piece
            whole = found[stream].rfind(b"\n", told[stream]) + 1 if piece else len(found[stream])
            for line in io.BytesIO(found[stream][told[stream] : whole]):
                if log is not None:
                    log.write(name, _text(line).replace("\r\n", "\n"))
            told[stream] = max(told[stream], whole)
    return Output(*map(_text, found.values()))


def _text(raw: bytes | bytearray) -> str:
    return raw.decode("utf-8", "surrogateescape")


def check_folder(path: str) -> None:
    """Raise BuildError unless `path` is a folder."""
    try:
        if "\0" in path:
            raise OSError(EINVAL, os.strerror(EINVAL))
        os.stat(path)
    except OSError as error:
        words = (error.strerror or "").lower()
        raise BuildError(f"Checking if path '{path}' is a directory: stat {path}: {words}") from error
    if not os.path.isdir(path):
        raise BuildError(f"Expected path '{path}' to be a directory, but was not")
