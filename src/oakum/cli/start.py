"""Where the four programs begin, so that Ctrl-C ends them without a word from the first moment on.

Python makes an exception of Ctrl-C, which nothing catches while modules are still being read. Until a program's own
handling is in place, and again when it is done, the signal does what it does to programs in C: it ends the process.
"""
from __future__ import annotations

import gc

from oakum.late import imported
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
else:
    # What `signal` adds is names for numbers, which takes as long as reading ten of our modules.
    import _signal as signal


def ytt() -> int:
    """Run `ytt`; returns the exit status."""
    return _run("oakum.cli.ytt")


def kbld() -> int:
    """Run `kbld`; returns the exit status."""
    return _run("oakum.cli.kbld")


def kapp() -> int:
    """Run `kapp`; returns the exit status."""
    return _run("oakum.cli.kapp")


def oakum() -> int:
    """Run `oakum`; returns the exit status."""
    return _run("oakum.cli.oakum")


def _run(program: str) -> int:
    # Modules are many small objects that stay: looking for garbage among them while they are read only costs time.
    gc.set_threshold(50_000, 20, 100)
    # A shell starts jobs in the background with Ctrl-C ignored: that stays.
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return int(imported(f"{program}:main")())
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main = imported(f"{program}:main")
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return int(main())
    except KeyboardInterrupt:
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
