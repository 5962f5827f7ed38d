"""A program's run from the words of its command line to its exit status: streams, interrupts, the last message."""
from __future__ import annotations

import sys
from collections.abc import Sequence

from oakum.cli.command import Command, Invocation, interpret
from oakum.cli.interrupt import Interrupts, Terminated
from oakum.errors import OakumError
from oakum.late import imported
from oakum.typing import NoReturn


def execute(call: Invocation) -> int:
    """Run the chosen command (or print its help) and return its exit status."""
    if call.flags.get("help") or not call.command.run:
        from oakum.cli.help import help_text

        sys.stdout.write(help_text(call.path) + call.root.after_help)
        return 0
    if call.command.deprecated:
        sys.stderr.write(f'Warning: Command "{call.command.name}" is deprecated, {call.command.deprecated}\n')
    return imported(call.command.run)(call) or 0


def main(root: Command, arguments: Sequence[str] | None = None) -> int:
    """Run a program on the given arguments (default: those of the process); returns its exit status.

    A user's mistake is printed as `PROGRAM: Error: MESSAGE` on standard error.
    Text streams carry any bytes (`surrogateescape`), so that what came in as bytes that are not UTF-8 goes out
    unchanged.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    _prepare_streams()
    try:
        with Interrupts():
            status = _run(root, arguments)
            sys.stdout.flush()
            return status
    except OakumError as error:
        return _failed(root, str(error))
    except BrokenPipeError:
        # The reader went away (`| head`): nobody is left to tell, and Python must not complain while it closes.
        sys.stdout = None
        return 141
    except OSError as error:
        return _failed(root, _refusal(error))
    except RecursionError:
        # Files have bounds of their own; this is something else, such as an object of the cluster or a record in one.
        return _failed(root, "a value is nested too deeply to be handled")
    except UnicodeEncodeError as error:
        letter = error.object[error.start : error.end]
        hint = f"the locale's encoding is {error.encoding} (hint: set LC_ALL=C.UTF-8)"
        return _failed(root, f"no file name here can have a '{letter}': {hint}")
    except Terminated as asked:
        return asked.status
    except KeyboardInterrupt:
        return 130


def _run(root: Command, arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in ("completion", "__complete", "help"):
        from oakum.cli.completion import built_in

        status = built_in(root, arguments)
        if status is not None:
            return status
    return execute(interpret(root, arguments))


def leave(status: int) -> NoReturn:
    """End the process at once, with what it has written: objects are not taken apart, and no thread is waited for.

    After an interrupt a thread may still wait for a server that does not answer.
    """
    import os

    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


def _prepare_streams() -> None:
    """Text streams of UTF-8 for all three; one that the caller has closed reads as empty and swallows what is written.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        import os

        # Without this the next file that is opened would be taken for the standard output.
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(number)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(at, mode) if stream is None else stream
            for at, (stream, mode) in enumerate(zip((sys.stdin, sys.stdout, sys.stderr), "rww", strict=True))
        )
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")


def _refusal(error: OSError) -> str:
    """What the system refused: where no file is named it was writing the output."""
    reason = (error.strerror or str(error)).lower()
    return f"{error.filename or 'write /dev/stdout'}: {reason}"


def _failed(root: Command, message: str) -> int:
    """Print the message that ends a program; returns the exit status."""
    from oakum.cli.reflow import told

    try:
        sys.stdout.flush()
    except OSError:
        sys.stdout = None
    try:
        sys.stderr.write(f"{told(root.name, message)}\n")
        sys.stderr.flush()
    except OSError:
        sys.stderr = None  # or Python would fail over it once more, with a status of its own
    return 1
