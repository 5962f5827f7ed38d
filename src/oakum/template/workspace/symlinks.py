"""Which symbolic links may be followed (ytt: symlinks)."""
from __future__ import annotations

import errno
import os
import re
import stat

from oakum.record import NamedTuple
from oakum.template.workspace.errors import InputError
from oakum.template.workspace.system import explain

_PIPE = r"/proc/\d+/fd/pipe:\[\d+\]"
_MOST_LINKS = 255
_HINT = (
    "(hint: symlinks are disallowed as a security feature, use '--allow-symlink-destination' flags to override)"
)


class Symlinks(NamedTuple):
    """The destinations that links may have: below one of `allowed` (paths), or anywhere."""

    allowed: tuple[str, ...] = ()
    anywhere: bool = False

    def check(self, path: str) -> None:
        """Raise InputError unless the link at `path` leads to an allowed destination; pipes always are."""
        if self.anywhere:
            return
        try:
            target = resolve(path)
        except OSError as error:
            reason = explain("lstat", error.filename, error) if error.filename else error.strerror
            raise InputError(f"Checking symlink file '{path}': Eval symlink: {reason}") from None
        if re.fullmatch(_PIPE, target):
            return
        if not any(_below(os.path.abspath(target), os.path.abspath(place)) for place in self.allowed):
            raise InputError(
                f"Checking symlink file '{path}': "
                f"Expected symlink file '{path}' -> '{target}' to be allowed, but was not {_HINT}"
            )


def resolve(path: str) -> str:
    """Where `path` leads once every link on the way is followed, as messages show it: relative as far as links are.

    Raises OSError; its `filename` is the first part of the way that is not there.
    """
    done, rest = ("/" if path.startswith("/") else ""), path.split("/")
    followed = 0
    while rest:
        part = rest.pop(0)
        if part in ("", "."):
            continue
        if part == "..":
            done = _above(done)
            continue
        here = os.path.join(done, part)
        mode = re.fullmatch(_PIPE, here) or os.lstat(here).st_mode
        if not isinstance(mode, int) or not stat.S_ISLNK(mode):
            if rest and isinstance(mode, int) and not stat.S_ISDIR(mode):
                raise NotADirectoryError(errno.ENOTDIR, "not a directory")
            done = here
            continue
        followed += 1
        if followed > _MOST_LINKS:
            raise OSError(errno.ELOOP, "EvalSymlinks: too many links")
        link = os.readlink(here)
        rest = [*link.split("/"), *rest]
        done = "/" if link.startswith("/") else done
    return os.path.normpath(done or ".")


def _above(path: str) -> str:
    """The folder that `path` is in; one more step up where it has no more than one part, or is a way up itself."""
    above, _, last = path.rpartition("/")
    return above if above and last != ".." else os.path.join(path, "..")


def _below(path: str, place: str) -> bool:
    parts = place.rstrip("/").split("/")
    return path.split("/")[: len(parts)] == parts
